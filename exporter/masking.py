"""Removes known secrets from texts of other programs."""

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "<secret>"
REPEATED = re.compile(f"(?:{MASK}){{2,}}")
SHORTEST = 4
"""The fewest characters of a secret to mask; a shorter one would match in ordinary words."""
RECOGNIZED = 8
"""Consecutive characters of a secret that are masked as a part of it: a server may truncate it."""


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
