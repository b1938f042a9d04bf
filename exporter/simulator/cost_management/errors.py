"""Errors of Azure Resource Manager and of Cost Management."""

from collections.abc import Mapping
from uuid import uuid4

from starlette.responses import PlainTextResponse

from exporter.simulator.server.answers import Refused, json_answer

GONE = "The resource you are looking for has been removed, had its name changed, or is temporarily unavailable."


def arm_body(code: str, text: str) -> dict[str, object]:
    """The envelope of every error."""
    return {"error": {"code": code, "message": text}}


def arm_refused(status: int, code: str, text: str, headers: Mapping[str, str] | None = None) -> Refused:
    """A refusal in that envelope."""
    return Refused(json_answer(arm_body(code, text), status=status, headers=headers))


def bad_request(text: str, code: str = "BadRequest") -> Refused:
    """400 with the id of the request in its text."""
    return arm_refused(400, code, f"{text} (Request ID: {uuid4()})")


def plain_not_found() -> Refused:
    """404 as observed for reports at scopes that have none: plain text."""
    return Refused(PlainTextResponse(GONE, 404, media_type="text/html"))


def unauthorized() -> Refused:
    """401 of a billing scope on which the principal has no role, or whose charges are hidden."""
    return arm_refused(401, "401", f"Unauthorized. Request ID: {uuid4()}")


def authorization_failed(principal: str, action: str, scope: str) -> Refused:
    """403 of ARM itself."""
    text = (
        f"The client '{principal}' with object id '{principal}' does not have authorization to perform action "
        f"'{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh "
        "your credentials."
    )
    return arm_refused(403, "AuthorizationFailed", text)


def access_denied() -> Refused:
    """403 of Cost Management."""
    text = f"The client does not have authorization to perform action. Request ID: {uuid4()}"
    return arm_refused(403, "RBACAccessDenied", text)


def costs_hidden() -> Refused:
    """403 where the enrollment's administrator does not let subscriptions view charges."""
    text = "Cost data is not enabled by the partner or the billing administrator."
    return arm_refused(403, "IndirectCostDisabled", f"{text} (Request ID: {uuid4()})")
