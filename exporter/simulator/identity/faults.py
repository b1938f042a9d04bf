"""Faults of the metadata service."""

from collections.abc import Mapping

from exporter.simulator.server.faults import Status


def unknown_identity() -> Status:
    """400: the machine does not have the identity."""
    return Status(400, {"error": "invalid_request", "error_description": "Identity not found"})


def not_found() -> Status:
    """404 that is no JSON, while the machine's identities are updated."""
    return Status(404, "<html><body>404 - Not Found</body></html>", content_type="text/html")


def gone() -> Status:
    """410 without a body, while the service is updated: up to 70 seconds."""
    return Status(410)


def throttled(seconds: int = 5) -> Status:
    """429 with Retry-After."""
    body = {"error": "too_many_requests", "error_description": "Temporarily throttled. Too many requests"}
    return Status(429, body, {"Retry-After": str(seconds)})


def error() -> Status:
    """500 that is no JSON."""
    return Status(500, "Internal Server Error", content_type="text/plain")


FAULTS: Mapping[str, Status] = {
    "unknown_identity": unknown_identity(),
    "not_found": not_found(),
    "gone": gone(),
    "throttled": throttled(),
    "error": error(),
}
"""By the names that the switch has for them."""
