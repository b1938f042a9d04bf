"""Faults in the forms that Partner Center documents."""

from exporter.simulator.partner_center.errors import fault_body, throttled_body
from exporter.simulator.server.faults import Status


def throttled(seconds: int = 1) -> Status:
    """429 of the gateway in front of the API, whose error body has a shape of its own."""
    return Status(429, throttled_body(seconds), {"Retry-After": str(seconds)}, "application/json")


def error(status: int = 500, code: str = "9999", description: str = "Internal error.") -> Status:
    """An error in the ordinary shape."""
    return Status(status, fault_body(code, description))


def soft_error(code: str, message: str) -> Status:
    """An error in the body of a 200."""
    return error(200, code, message)
