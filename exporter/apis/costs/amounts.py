"""Amounts in files."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation

from exporter.errors import Malformed

DIGITS = "0123456789.-"
PLAIN = DIGITS.encode()
AMOUNT = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")


def amount(text: str) -> Decimal | None:
    """An amount with a decimal point and an optional exponent; None for an empty or blank text.

    `Malformed` for what only Python reads as a number (`1_234`, `NaN`, digits of other alphabets).
    """
    if text.strip(DIGITS) and (text := text.strip()) and not AMOUNT.fullmatch(text):
        raise Malformed(f"not an amount: {text[:40]!r}")
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        raise Malformed(f"not an amount: {text[:40]!r}") from None


def amounts(texts: Sequence[str]) -> Iterable[Decimal | None]:
    """The `amount` of each text; faster if all of them are plain."""
    if not "".join(texts).encode().translate(None, PLAIN):
        with suppress(InvalidOperation):
            return list(map(Decimal, texts))
    return map(amount, texts)
