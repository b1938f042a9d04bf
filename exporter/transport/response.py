"""One response, and how messages describe it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import requests

from exporter.errors import Malformed
from exporter.masking import form_secrets, redacted
from exporter.transport.error_bodies import code_and_message, message, soft_error
from exporter.transport.origins import public

TRACES = (
    "x-ms-request-id",
    "request-id",
    "ms-correlationid",
    "x-ms-correlation-request-id",
    "mise-correlation-id",
    "client-request-id",
)
"""Headers with the number that Microsoft's support asks for, the most specific first."""
FORM = "application/x-www-form-urlencoded"
CODE = re.compile(r"[A-Za-z]+(?:[._][A-Za-z0-9]+)*")
"""Codes of errors, such as `Authorization_RequestDenied`; anything else may be a text."""
TRACE = re.compile(r"[\w.:-]{1,64}")


@dataclass(frozen=True, slots=True)
class Response:
    """A response; `content` is its whole decoded body, or empty where the body is streamed."""

    status_code: int
    reason: str
    headers: Mapping[str, str]
    url: str = field(repr=False)  # its query may be a permission
    request: requests.PreparedRequest
    content: bytes = b""
    quotable: bool = True
    """Whether failures may quote what the service says: not where its texts can name persons."""

    @property
    def stated(self) -> str:
        """What an error body says, in one line; the code alone if it is not to be quoted."""
        return message(self.content) if self.quotable else self._code

    @property
    def soft_error(self) -> str:
        """What an error says that came with a success; empty for any other content."""
        found = soft_error(self.content)
        return found if self.quotable or not found else self._code or "an error"

    @property
    def _code(self) -> str:
        code = code_and_message(self.content)[0]
        return code if CODE.fullmatch(code) else ""

    @property
    def where(self) -> str:
        """Method and URL of the request, without the query."""
        return f"{self.request.method} {public(self.url)}"

    @property
    def trace(self) -> str:
        """` [request-id …]` for Microsoft's support, where the response has one."""
        found = next(((name, self.headers[name]) for name in TRACES if name in self.headers), None)
        return f" [{found[0]} {found[1]}]" if found and TRACE.fullmatch(found[1]) else ""

    def described(self, text: str) -> str:
        """A failure's text: the request, what was wrong (without the request's credentials), and the trace."""
        return f"{self.where}: {redacted(text, _secrets(self.request))}{self.trace}"


def decode(decoder: msgspec.json.Decoder[Any], response: Response, what: str) -> Any:
    """A typed page of the report `what`; a byte order mark is accepted.

    Raises `Malformed` for anything that is not as documented, an error that comes with status 200 included.
    """
    content = response.content.removeprefix(b"\xef\xbb\xbf")
    try:
        decoded = decoder.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        stated = response.stated
        raise Malformed(
            response.described(f"{what}: {error}" + (f"; the answer says: {stated}" if stated else ""))
        ) from error
    if stated := response.soft_error:
        raise Malformed(response.described(f"{what}: an error with status {response.status_code}: {stated}"))
    return decoded


def _secrets(request: requests.PreparedRequest) -> list[str]:
    """The credentials that a request carries: in its header, its form, or its query (the signature of a SAS)."""
    body = request.body if isinstance(request.body, str) else (request.body or b"").decode("latin-1")
    form = dict(parse_qsl(body)) if request.headers.get("Content-Type", "").startswith(FORM) else {}
    header = str(request.headers.get("Authorization", ""))
    query = urlsplit(request.url or "").query
    signatures = [part.partition("=")[2] for part in query.split("&") if part.lower().startswith("sig=")]
    signatures += [value for name, value in parse_qsl(query) if name.lower() == "sig"]
    return [header.rpartition(" ")[2], *form_secrets(form), *filter(None, signatures)]
