"""Faults in the forms that the reporting APIs document."""

from exporter.simulator.ea.errors import ea_body
from exporter.simulator.server.faults import Status


def throttled(seconds: int = 1) -> Status:
    """429, with the service's own header."""
    headers = {"x-ms-ratelimit-microsoft.consumption-retry-after": str(seconds)}
    return Status(429, ea_body(429, "Too many requests."), headers)


def unavailable(seconds: int = 1) -> Status:
    """503 without a body."""
    return Status(503, headers={"Retry-After": str(seconds)})


def server_error() -> Status:
    """500 with a body."""
    return Status(500, ea_body(500, "Unexpected error processing request."))


def soft_error(code: str, message: str) -> Status:
    """An error in the body of a 200."""
    return Status(200, {"error": {"code": code, "message": message}})
