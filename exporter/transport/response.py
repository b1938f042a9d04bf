"""One answer, and what messages say about it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import requests

from exporter.errors import Malformed, Reason, Rejected
from exporter.transport.origins import public
from exporter.transport.redaction import redacted, secrets_of

TRACES = ("x-ms-request-id", "request-id", "ms-correlationid", "x-ms-correlation-request-id", "client-request-id")
"""Headers with the number that Microsoft's support asks for, the most telling first."""
TRACE = re.compile(r"[\w.:-]{1,64}")
SMALL = 1 << 16
"""Bytes of a page that is no JSON which are looked at."""
ENVELOPES = (b'"error"', b'"odata.error"', b'"description"')
"""An answer without any of them need not be decoded again to know that it is no error."""
MARKUP = re.compile(r"<(?:script|style)\b.*?</(?:script|style)>|<[^>]{0,1000}>", re.DOTALL | re.IGNORECASE)
QUOTED = 200


@dataclass(frozen=True, slots=True)
class Response:
    """An answer; `content` is its whole decoded body, or empty where the body is streamed.

    `text` and `raise_for_status` are what msal asks of an answer as well.
    """

    status_code: int
    reason: str
    headers: Mapping[str, str]
    url: str
    request: requests.PreparedRequest
    content: bytes = b""

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.content.decode("utf-8", "replace")

    @property
    def where(self) -> str:
        """What was asked, without its query."""
        return f"{self.request.method} {public(self.url)}"

    @property
    def trace(self) -> str:
        """` [request-id …]` for Microsoft's support, where the answer names one."""
        found = next(((name, self.headers[name]) for name in TRACES if name in self.headers), None)
        return f" [{found[0]} {found[1]}]" if found and TRACE.fullmatch(found[1]) else ""

    def described(self, text: str) -> str:
        """A failure's text: what was asked, what was wrong (without the request's credentials), and the trace."""
        return f"{self.where}: {redacted(text, secrets_of(self.request))}{self.trace}"

    def raise_for_status(self) -> None:
        """Raises `Rejected` for a refusal."""
        if self.status_code >= 400:
            raise Rejected(self.described(f"{self.status_code} {self.reason}"), Reason.LOGIN)


def decode(decoder: msgspec.json.Decoder[Any], response: Response, what: str) -> Any:
    """A typed page of the report `what`; a byte order mark is tolerated.

    Raises `Malformed` for anything that is not as documented, an error that comes with status 200 included.
    """
    content = response.content.removeprefix(b"\xef\xbb\xbf")
    try:
        decoded = decoder.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        said = message(content)
        raise Malformed(
            response.described(f"{what}: {error}" + (f"; the answer says: {said}" if said else ""))
        ) from error
    if any(name in content for name in ENVELOPES) and (said := soft_error(content)):
        raise Malformed(response.described(f"{what}: an error with status {response.status_code}: {said}"))
    return decoded


def soft_error(body: bytes) -> str:
    """What an error envelope says that came with a success; empty for any other body."""
    envelope = _decoded(body)
    if not isinstance(envelope, dict):
        return ""
    if envelope.get("odata.error") or envelope.get("error") or {"code", "description"} <= envelope.keys():
        return ": ".join(filter(None, said(body))) or "no text"
    return ""


def message(body: bytes) -> str:
    """What an error body says, in one line: `code: message`, or the text of a page that is no JSON."""
    if text := ": ".join(filter(None, said(body))):
        return text
    if _decoded(body) is not None:
        return ""
    try:
        plain = body[:SMALL].decode()
    except UnicodeDecodeError:
        return ""
    return " ".join(MARKUP.sub(" ", plain).split())[:QUOTED]


def said(body: bytes) -> tuple[str, str]:
    """Code and message of an error body.

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


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _text(value: Any) -> str:
    return " ".join(str(value).split()) if value is not None else ""
