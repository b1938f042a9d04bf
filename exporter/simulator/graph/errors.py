"""Microsoft Graph's error bodies."""

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from exporter.simulator.server.answers import Refused, json_answer

INVALID_TOKEN = "InvalidAuthenticationToken"
NOT_ALLOWED = "Insufficient privileges to complete the operation."
NO_PREMIUM = "Neither tenant is B2C or tenant doesn't have premium license"
STATE_LOST = "The sync state generation is not found. Please perform a full synchronization."


def graph_body(code: str, text: str, now: datetime) -> dict[str, object]:
    """The envelope of every error."""
    request = str(uuid4())
    inner = {"date": f"{now:%Y-%m-%dT%H:%M:%S}", "request-id": request, "client-request-id": request}
    return {"error": {"code": code, "message": text, "innerError": inner}}


def graph_refused(
    status: int, code: str, text: str, now: datetime, headers: Mapping[str, str] | None = None
) -> Refused:
    """A refusal in that envelope."""
    return Refused(json_answer(graph_body(code, text, now), status=status, headers=headers))


def permission_missing(permissions: str, now: datetime) -> Refused:
    """403 of the reports and the audit log, which names what is missing."""
    text = f"Calling principal does not have required MSGraph permissions {permissions}"
    return graph_refused(403, "Authentication_MSGraphPermissionMissing", text, now)


def not_premium(now: datetime) -> Refused:
    """403 of a report that is not served to this kind of tenant."""
    return graph_refused(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", NO_PREMIUM, now)
