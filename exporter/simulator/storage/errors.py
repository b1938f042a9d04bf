"""Errors of Blob storage: XML with the code, which a header repeats."""

from datetime import datetime
from uuid import uuid4
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response

from exporter.simulator.server.answers import Refused

BOM = "\ufeff"
TEXTS = {
    "InvalidAuthenticationInfo": (
        401,
        "Authentication information is not given in the correct format. Check the value of Authorization header.",
    ),
    "AuthenticationFailed": (
        403,
        "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly "
        "including the signature.",
    ),
    "AuthorizationPermissionMismatch": (
        403,
        "This request is not authorized to perform this operation using this permission.",
    ),
    "AuthorizationFailure": (403, "This request is not authorized to perform this operation."),
    "ContainerNotFound": (404, "The specified container does not exist."),
    "BlobNotFound": (404, "The specified blob does not exist."),
    "InvalidQueryParameterValue": (
        400,
        "Value for one of the query parameters specified in the request URI is invalid.",
    ),
    "ConditionNotMet": (412, "The condition specified using HTTP conditional header(s) is not met."),
    "InvalidRange": (416, "The range specified is invalid for the current size of the resource."),
    "ServerBusy": (503, "The server is busy."),
}


def storage_body(code: str, now: datetime) -> bytes:
    """The XML of an error, after a byte order mark."""
    text = f"{TEXTS[code][1]}\nRequestId:{uuid4()}\nTime:{now:%Y-%m-%dT%H:%M:%S}.0153055Z"
    xml = '<?xml version="1.0" encoding="utf-8"?>'
    return f"{BOM}{xml}<Error><Code>{code}</Code><Message>{escape(text)}</Message></Error>".encode()


def storage_refused(code: str, request: Request, now: datetime) -> Refused:
    """The refusal `code`; an answer to HEAD has its headers alone."""
    body = b"" if request.method == "HEAD" else storage_body(code, now)
    headers = {"x-ms-error-code": code}
    return Refused(Response(body, TEXTS[code][0], headers, "application/xml"))
