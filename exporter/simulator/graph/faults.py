"""Faults in the forms that Microsoft Graph documents."""

from datetime import UTC, datetime

from exporter.simulator.graph.errors import NO_PREMIUM, NOT_ALLOWED, STATE_LOST, graph_body
from exporter.simulator.server.faults import Status

THEN = datetime(2026, 11, 21, 5, 50, 48, tzinfo=UTC)


def throttled(seconds: int = 10) -> Status:
    """429 with the seconds to wait and what was exceeded."""
    headers = {
        "Retry-After": str(seconds),
        "x-ms-throttle-scope": "Tenant_Application/ReadWrite/app/tenant",
        "x-ms-throttle-information": "ResourceUnitLimitExceeded",
    }
    return Status(429, graph_body("TooManyRequests", "Too many requests.", THEN), headers)


def unavailable(seconds: int = 10) -> Status:
    """503 with the seconds to wait."""
    body = graph_body("ServiceUnavailable", "The service is temporarily unavailable.", THEN)
    return Status(503, body, {"Retry-After": str(seconds)})


def not_allowed() -> Status:
    """403 of an application without the permission."""
    return Status(403, graph_body("Authorization_RequestDenied", NOT_ALLOWED, THEN))


def not_premium() -> Status:
    """403 of a report that is not served to this kind of tenant."""
    return Status(403, graph_body("Authentication_RequestFromNonPremiumTenantOrB2CTenant", NO_PREMIUM, THEN))


def state_lost() -> Status:
    """410 for a delta link whose state is gone."""
    return Status(410, graph_body("syncStateNotFound", STATE_LOST, THEN))
