"""Error texts without the credentials of the request that failed."""

from collections.abc import Iterable
from urllib.parse import parse_qsl

from requests import PreparedRequest

from exporter.logs import hidden

SECRET_FIELDS = frozenset(
    {"client_secret", "client_assertion", "assertion", "refresh_token", "code", "code_verifier", "device_code"}
)
"""Fields of a token request (RFC 6749, 7521, 7636, 8628) that no message may repeat."""
SHORTEST = 4
RUN = 12
"""So many characters of a secret in a row are masked too: a server may repeat a part of it."""
READ, SHOWN = 4096, 300
"""Characters of a text from outside that are looked at, and that are shown."""
MASK = "<secret>"


def secrets_of(request: PreparedRequest) -> list[str]:
    """The credentials that a request carries, in its header or its form."""
    body = request.body if isinstance(request.body, str) else (request.body or b"").decode("latin-1")
    fields = [value for name, value in parse_qsl(body) if name in SECRET_FIELDS]
    return [str(request.headers.get("Authorization", "")).rpartition(" ")[2], *fields]


def redacted(text: str, secrets: Iterable[str]) -> str:
    """`text` in one line of at most 300 characters, masked before it is cut: a cut secret would not be found."""
    text = " ".join(text[:READ].split())
    for secret in secrets:
        if len(secret) >= SHORTEST:
            text = _without_runs(text.replace(secret, MASK), secret)
    return hidden(text)[:SHOWN]


def _without_runs(text: str, secret: str) -> str:
    start, kept = 0, []
    while start < len(text):
        end = start + RUN
        if len(text) >= end and text[start:end] in secret:
            while end < len(text) and text[start : end + 1] in secret:
                end += 1
            kept.append(MASK)
            start = end
        else:
            kept.append(text[start])
            start += 1
    return "".join(kept)
