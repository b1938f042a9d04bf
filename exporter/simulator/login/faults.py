"""Faults in the forms that the login host documents."""

from exporter.simulator.server.faults import Status


def throttled(seconds: int | None = None) -> Status:
    """429, with Retry-After if `seconds` are given."""
    body = {
        "error": "temporarily_unavailable",
        "error_description": "AADSTS90033: Throttled.",
        "error_codes": [90033],
    }
    return Status(429, body, _retry_after(seconds))


def unavailable(seconds: int | None = None) -> Status:
    """503, with Retry-After if `seconds` are given."""
    return Status(503, headers=_retry_after(seconds))


def _retry_after(seconds: int | None) -> dict[str, str]:
    return {} if seconds is None else {"Retry-After": str(seconds)}
