"""Faults in the forms that Azure AD Graph documents."""

from exporter.simulator.b2c import errors
from exporter.simulator.server.faults import Status


def throttled(seconds: int = 1) -> Status:
    """503 with the seconds in its text alone."""
    return Status(503, bytes(errors.throttled(seconds).body), content_type=errors.CONTENT_TYPE)


def too_many_requests(seconds: int = 1) -> Status:
    """429 without a body."""
    return Status(429, headers={"Retry-After": str(seconds)})


def blocked() -> Status:
    """403 for an application whose access is blocked."""
    return Status(403, bytes(errors.blocked().body), content_type=errors.CONTENT_TYPE)


def bad_gateway() -> Status:
    """502 of the proxy in front of the service, without a body."""
    return Status(502)


def soft_error(code: str, message: str) -> Status:
    """An error in the body of a 200."""
    return Status(200, errors.odata_body(code, message), content_type=errors.CONTENT_TYPE)
