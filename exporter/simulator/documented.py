"""Ready-made faults in the forms that each service documents."""

from exporter.simulator.b2c import errors as b2c_errors
from exporter.simulator.ea.errors import ea_body
from exporter.simulator.partner_center.errors import fault_body, throttled_body
from exporter.simulator.server.faults.kinds import Status

RETRY_AFTER = "Retry-After"


def ea_throttled(seconds: int = 1) -> Status:
    """429 of the reporting APIs, with the header of their own."""
    headers = {"x-ms-ratelimit-microsoft.consumption-retry-after": str(seconds)}
    return Status(429, ea_body(429, "Too many requests."), headers)


def ea_unavailable(seconds: int = 1) -> Status:
    """503 of the reporting APIs, without a body."""
    return Status(503, headers={RETRY_AFTER: str(seconds)})


def ea_server_error() -> Status:
    """500 of the reporting APIs."""
    return Status(500, ea_body(500, "Unexpected error processing request."))


def b2c_throttled(seconds: int = 1) -> Status:
    """503 of Azure AD Graph, with the seconds in its text alone."""
    return Status(503, bytes(b2c_errors.throttled(seconds).body), content_type=b2c_errors.CONTENT_TYPE)


def b2c_too_many_requests(seconds: int = 1) -> Status:
    """429 of Azure AD Graph."""
    return Status(429, headers={RETRY_AFTER: str(seconds)})


def b2c_blocked() -> Status:
    """403 of Azure AD Graph for a program that is shut out."""
    return Status(403, bytes(b2c_errors.blocked().body), content_type=b2c_errors.CONTENT_TYPE)


def b2c_bad_gateway() -> Status:
    """502 of the proxy before Azure AD Graph, without a body."""
    return Status(502)


def partner_center_throttled(seconds: int = 1) -> Status:
    """429 of Partner Center, in the other of its two shapes."""
    return Status(429, throttled_body(seconds), {RETRY_AFTER: str(seconds)}, "application/json")


def partner_center_error(status: int = 500, code: str = "9999", description: str = "Internal error.") -> Status:
    """An error of Partner Center in its ordinary shape."""
    return Status(status, fault_body(code, description))


def login_throttled(seconds: int | None = None) -> Status:
    """429 of the login service, with Retry-After if `seconds` are given."""
    body = {
        "error": "temporarily_unavailable",
        "error_description": "AADSTS90033: Throttled.",
        "error_codes": [90033],
    }
    return Status(429, body, {} if seconds is None else {RETRY_AFTER: str(seconds)})


def login_unavailable(seconds: int | None = None) -> Status:
    """503 of the login service, with Retry-After if `seconds` are given."""
    return Status(503, headers={} if seconds is None else {RETRY_AFTER: str(seconds)})
