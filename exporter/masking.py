"""Removes known secrets from texts of other programs."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus

from exporter.logs import hidden

MASK = "<secret>"
REPEATED = re.compile(f"(?:{MASK}){{2,}}")
SHORTEST = 4
"""The fewest characters of a secret to mask; a shorter one would match in ordinary words."""
RECOGNIZED = 8
"""Consecutive characters of a secret that are masked as a part of it: a server may truncate it."""

PUBLIC_FIELDS = frozenset({"client_id", "grant_type", "scope", "redirect_uri", "client_info", "client_assertion_type"})
"""Fields of a token request's form (RFC 6749, 7521, 8628) that messages may repeat."""
MAX_INPUT, MAX_OUTPUT = 4096, 400
"""Characters of a text from outside that are read, and that are shown."""


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` in one printable line of at most 400 characters, without `secrets` and whatever looks like one.

    It is masked before it is cut, since a part of a secret below 8 characters would not be found.
    """
    found = masked(text[:MAX_INPUT], secrets)
    printable = "".join(character if character.isprintable() else " " for character in found)
    return hidden(" ".join(printable.split()))[:MAX_OUTPUT]


def form_secrets(form: Mapping[str, object]) -> list[str]:
    """The values of a form, as sent to a token endpoint, that no message may repeat."""
    values = [value for name, value in form.items() if name not in PUBLIC_FIELDS and value]
    return [value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in values]


def masked(text: str, secrets: Iterable[str]) -> str:
    """`text` without `secrets`, whole or in part, plain or encoded as in a URL or a form.

    Mask before truncating: fewer than 8 characters of a truncated secret are not recognized.
    """
    forms = {form for secret in secrets for form in (secret, quote(secret, safe=""), quote_plus(secret))}
    for form in sorted(forms, key=len, reverse=True):
        if len(form) >= SHORTEST:
            text = _without_parts(text.replace(form, MASK), form)
    return REPEATED.sub(MASK, text)


def _without_parts(text: str, secret: str) -> str:
    parts, start, done = [], 0, 0
    while start + RECOGNIZED <= len(text):
        end = start + RECOGNIZED
        if text[start:end] not in secret:
            start += 1
            continue
        while end < len(text) and text[start : end + 1] in secret:
            end += 1
        parts += [text[done:start], MASK]
        start = done = end
    return "".join([*parts, text[done:]])
