"""Error texts without the credentials of the request that failed."""

from collections.abc import Iterable
from urllib.parse import parse_qsl

from requests import PreparedRequest

from exporter.logs import hidden
from exporter.masking import masked

SECRET_FIELDS = frozenset(
    {"client_secret", "client_assertion", "assertion", "refresh_token", "code", "code_verifier", "device_code"}
)
"""Fields of a token request (RFC 6749, 7521, 7636, 8628) that no message may repeat."""
READ, SHOWN = 4096, 300
"""Characters of a text from outside that are looked at, and that are shown."""


def secrets_of(request: PreparedRequest) -> list[str]:
    """The credentials that a request carries, in its header or its form."""
    body = request.body if isinstance(request.body, str) else (request.body or b"").decode("latin-1")
    fields = [value for name, value in parse_qsl(body) if name in SECRET_FIELDS]
    return [str(request.headers.get("Authorization", "")).rpartition(" ")[2], *fields]


def redacted(text: str, secrets: Iterable[str]) -> str:
    """`text` in one line of at most 300 characters, masked before it is cut: a cut secret would not be found."""
    return hidden(masked(" ".join(text[:READ].split()), secrets))[:SHOWN]
