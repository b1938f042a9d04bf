"""Faults in the forms that were observed of Cost Management."""

from collections.abc import Mapping

from exporter.simulator.cost_management.errors import GONE, arm_body
from exporter.simulator.cost_management.quotas import PREFIX, REMAINING, TOO_MANY
from exporter.simulator.server.faults import Status


def throttled() -> Status:
    """429 without any wait."""
    return Status(429, TOO_MANY)


def throttled_client_type(seconds: int = 3) -> Status:
    """429 of the bucket that unnamed programs share; its wait is often too short."""
    headers = {f"{REMAINING}-clienttype-requests": "DefaultQuota:0", f"{PREFIX}-clienttype-retry-after": str(seconds)}
    return Status(429, TOO_MANY, headers)


def throttled_several(longest: int = 41) -> Status:
    """429 with several waits, of which the longest counts; the last header is no time."""
    headers = {
        f"{PREFIX}-qpu-retry-after": str(longest),
        f"{PREFIX}-entity-retry-after": "5",
        f"{PREFIX}-tenant-retry-after": "12",
        f"{PREFIX}-client-retry-after": "7",
        f"{PREFIX}-qpu-consumed": "0",
        f"{PREFIX}-qpu-remaining": "QueriesPerHour:0,QueriesPerMin:0,QueriesPer10Sec:0",
    }
    return Status(429, TOO_MANY, headers)


def throttled_consumption(seconds: int = 30) -> Status:
    """429 of Microsoft.Consumption, with both kinds of header."""
    headers = {"x-ms-ratelimit-microsoft.consumption-retry-after": str(seconds), "Retry-After": str(seconds // 2)}
    return Status(429, TOO_MANY, headers)


def throttled_arm(seconds: int = 5) -> Status:
    """429 of Azure Resource Manager, with the wait in its text."""
    text = f"Number of requests exceeded the backend storage limit. Please try again after '{seconds}' seconds."
    return Status(429, arm_body("ResourceRequestsThrottled", text))


THROTTLED: Mapping[str, Status] = {
    "bare": throttled(),
    "client_type": throttled_client_type(),
    "several": throttled_several(),
    "consumption": throttled_consumption(),
    "arm": throttled_arm(),
}
"""By the names that the switch has for them."""


def unavailable(seconds: int = 120) -> Status:
    """503 without a body."""
    return Status(503, headers={"Retry-After": str(seconds)})


def not_acceptable() -> Status:
    """406, observed now and then."""
    return Status(406)


def gone() -> Status:
    """404 in plain text."""
    return Status(404, GONE, content_type="text/html")
