"""Texts without the secrets that others repeat in them."""

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "<secret>"
REPEATED = re.compile(f"(?:{MASK}){{2,}}")
SHORTEST = 4
"""Characters of a text that can be a secret: a shorter one would be found in every word."""
RECOGNIZED = 8
"""Characters of a secret in a row that show a part of it: a server may cut it, or a text that holds it."""


def masked(text: str, secrets: Iterable[str]) -> str:
    """`text` without `secrets`: whole or in part, as they are or as a URL or a form spells them.

    Mask first and cut later: what is left of a secret after a cut is still recognized, but not below 8 characters.
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
