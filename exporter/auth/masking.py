"""Texts without the secrets that others repeat in them."""

from collections.abc import Iterable
from itertools import takewhile
from urllib.parse import quote, quote_plus

MASK = "<secret>"
RECOGNIZED = 8
"""Characters of a secret's beginning that show it, since a text may have been cut in its middle."""


def masked(text: str, secrets: Iterable[str]) -> str:
    """`text` without `secrets`: whole or cut off, as they are or as a URL or a form spells them.

    Mask first and cut later: what is left of a secret after a cut is still recognized, but not below 8 characters.
    """
    forms = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""), quote_plus(secret))}
    for form in sorted(forms, key=len, reverse=True):
        text = _without(text, form)
    return text


def _without(text: str, secret: str) -> str:
    parts, done = [], 0
    while (found := text.find(secret[:RECOGNIZED], done)) >= 0:
        alike = takewhile(lambda pair: pair[0] == pair[1], zip(text[found : found + len(secret)], secret, strict=False))
        parts += [text[done:found], MASK]
        done = found + sum(1 for _ in alike)
    return "".join([*parts, text[done:]])
