"""What an error body says, whatever the service that sent it."""

import html
import re
from typing import Any

import msgspec

BOM = b"\xef\xbb\xbf"
MAX_SIZE = 1 << 16
"""Bytes of a page that is not JSON which are looked at, and of both ends of a page of rows."""
ENVELOPES = (b'"error"', b'"odata.error"', b'"description"')
"""A body without any of them need not be decoded again to know that it is no error."""
MARKUP = re.compile(r"<(?:script|style)\b.*?</(?:script|style)>|<[^>]{0,1000}>", re.DOTALL | re.IGNORECASE)
MAX_QUOTED = 200
XML_ERROR = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?<Error>")
XML_CODE, XML_MESSAGE = re.compile(r"<Code>([^<]*)</Code>"), re.compile(r"<Message>([^<]*)</Message>")


def message(body: bytes) -> str:
    """What an error body says, in one line: `code: message`, or the text of a page that is not JSON.

    Nothing of JSON that is cut or damaged: it may hold personal data, such as the names and ids of users.
    """
    if text := _joined(body):
        return text
    if _decoded(body) is not None or body.removeprefix(BOM).lstrip()[:1] in (b"{", b"["):
        return ""
    try:
        plain = body[:MAX_SIZE].decode()
    except UnicodeDecodeError:
        return ""
    return " ".join(MARKUP.sub(" ", plain).split())[:MAX_QUOTED]


def soft_error(body: bytes) -> str:
    """What an error envelope says that came with a success, of whatever size; empty for any other body.

    Of a large page it is searched for at both ends, before and after the rows: to search all of it takes as long as to
    decode it.
    """
    ends = body if len(body) <= 2 * MAX_SIZE else body[:MAX_SIZE] + body[-MAX_SIZE:]
    envelope = _decoded(body) if any(name in ends for name in ENVELOPES) else None
    if not isinstance(envelope, dict):
        return ""
    if envelope.get("odata.error") or envelope.get("error") or {"code", "description"} <= envelope.keys():
        return _joined(body) or "no text"
    return ""


def code_and_message(body: bytes) -> tuple[str, str]:
    """Code and message of an error body, both empty where there are none.

    Envelopes: `odata.error` (Azure AD Graph), `error` (Microsoft Graph, Azure Resource Manager, the Consumption API,
    OAuth), `code` and `description` or `message` (Partner Center), `<Error>` (Azure Storage).
    """
    plain = body.removeprefix(BOM)
    if XML_ERROR.match(plain):
        return _xml(plain[:MAX_SIZE].decode("utf-8", "replace"))
    decoded = _decoded(body)
    envelope = decoded if isinstance(decoded, dict) else {}
    inner = envelope.get("odata.error") or envelope.get("error") or envelope
    if not isinstance(inner, dict):
        return str(inner), _text(envelope.get("error_description"))
    found: Any = inner.get("message") or inner.get("description") or envelope.get("error_description") or ""
    if isinstance(found, dict):
        found = found.get("value")
    return _text(inner.get("code")), _text(found or _detail(inner))


def _detail(error: dict[str, Any]) -> Any:
    """The message of the first part of an Azure Resource Manager error that has none itself."""
    details = error.get("details")
    parts = [*(details if isinstance(details, list) else ()), error.get("innererror"), error.get("innerError")]
    return next((part["message"] for part in parts if isinstance(part, dict) and part.get("message")), None)


def _xml(text: str) -> tuple[str, str]:
    """Code, and the first line of the message: the others are the request's id and time."""
    code, stated = XML_CODE.search(text), XML_MESSAGE.search(text)
    lines = html.unescape(stated[1]).strip().splitlines() if stated else []
    return _text(html.unescape(code[1])) if code else "", _text(lines[0]) if lines else ""


def _joined(body: bytes) -> str:
    return ": ".join(filter(None, code_and_message(body)))


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body.removeprefix(BOM))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _text(value: Any) -> str:
    return " ".join(str(value).split()) if value is not None else ""
