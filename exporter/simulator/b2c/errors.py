"""Azure AD Graph's error bodies."""

from uuid import uuid4

from starlette.responses import Response

from exporter.simulator.server.answers import json_answer

CONTENT_TYPE = "application/json;odata=minimalmetadata;charset=utf-8"


def odata_body(code: str, text: str, envelope: str = "odata.error") -> dict[str, object]:
    """An error body: ``odata.error`` with a message per language, or ``error`` with a plain one."""
    message: object = {"lang": "en", "value": text} if envelope == "odata.error" else text
    return {envelope: {"code": code, "message": message, "values": None}}


def odata_error(status: int, code: str, text: str, envelope: str = "odata.error") -> Response:
    """An error of Azure AD Graph (``odata.error``), or Microsoft Graph (``error``)."""
    body = odata_body(code, text, envelope)
    return json_answer(body, status=status, headers={"request-id": str(uuid4())}, content_type=CONTENT_TYPE)


def blocked(envelope: str = "odata.error") -> Response:
    """403 for an application whose access to the retired Azure AD Graph is blocked."""
    text = "Access blocked to AAD Graph API for this application. https://aka.ms/AzureADGraphMigration."
    return odata_error(403, "Authentication_Unauthorized", text, envelope)


def throttled(seconds: int) -> Response:
    """503 with the seconds to wait in its text alone."""
    text = f"Your request is throttled temporarily. Please try after {seconds} seconds."
    return odata_error(503, "Request_ThrottledTemporarily", text)
