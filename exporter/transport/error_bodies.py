"""What an error body says, whatever the service that sent it."""

import re
from typing import Any

import msgspec

MAX_SIZE = 1 << 16
"""Bytes of a page that is not JSON which are looked at."""
ENVELOPES = (b'"error"', b'"odata.error"', b'"description"')
"""A body without any of them need not be decoded again to know that it is no error."""
MARKUP = re.compile(r"<(?:script|style)\b.*?</(?:script|style)>|<[^>]{0,1000}>", re.DOTALL | re.IGNORECASE)
MAX_QUOTED = 200


def message(body: bytes) -> str:
    """What an error body says, in one line: `code: message`, or the text of a page that is not JSON."""
    if text := _joined(body):
        return text
    if _decoded(body) is not None:
        return ""
    try:
        plain = body[:MAX_SIZE].decode()
    except UnicodeDecodeError:
        return ""
    return " ".join(MARKUP.sub(" ", plain).split())[:MAX_QUOTED]


def soft_error(body: bytes) -> str:
    """What an error envelope says that came with a success, of whatever size; empty for any other body."""
    envelope = _decoded(body) if any(name in body for name in ENVELOPES) else None
    if not isinstance(envelope, dict):
        return ""
    if envelope.get("odata.error") or envelope.get("error") or {"code", "description"} <= envelope.keys():
        return _joined(body) or "no text"
    return ""


def code_and_message(body: bytes) -> tuple[str, str]:
    """Code and message of an error body, both empty where there are none.

    Envelopes: `odata.error` (Azure AD Graph), `error` (Microsoft Graph, the Consumption API, OAuth), `code` and
    `description` or `message` (Partner Center).
    """
    decoded = _decoded(body)
    envelope = decoded if isinstance(decoded, dict) else {}
    inner = envelope.get("odata.error") or envelope.get("error") or envelope
    if not isinstance(inner, dict):
        return str(inner), _text(envelope.get("error_description"))
    found: Any = inner.get("message") or inner.get("description") or envelope.get("error_description") or ""
    if isinstance(found, dict):
        found = found.get("value")
    return _text(inner.get("code")), _text(found)


def _joined(body: bytes) -> str:
    return ": ".join(filter(None, code_and_message(body)))


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _text(value: Any) -> str:
    return " ".join(str(value).split()) if value is not None else ""
