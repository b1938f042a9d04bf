"""Amounts of usage rows: how they are read from text, and how they are summed."""

import re
from decimal import Context, Decimal, InvalidOperation

from exporter.errors import Malformed

DIGITS = "0123456789.-"
AMOUNT = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
LEAST = Decimal("1E-30")
"""The service states up to 22 decimals. What is smaller than this is noise of binary fractions (4.9E-324 is the
smallest double), and a total is rounded to it where it has more decimals."""
ROUNDING = Context(prec=60, traps=[InvalidOperation])


def amount(text: str) -> Decimal | None:
    """An amount with a point for its decimals, and perhaps an exponent; None for an empty text.

    `Malformed` for what is a number to Python alone (`1_234`, `NaN`, other alphabets' digits).
    """
    if text.strip(DIGITS) and not AMOUNT.fullmatch(text := text.strip()):
        raise Malformed(f"CSV: not an amount: {text[:40]!r}")
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        raise Malformed(f"CSV: not an amount: {text[:40]!r}") from None


def rounded(total: Decimal) -> Decimal:
    """The same amount with at most 30 decimals; `Malformed` for what is no number."""
    if not total.is_finite():
        raise Malformed(f"not an amount: {total}")
    if total.adjusted() > 300 or int(total.as_tuple().exponent) >= LEAST.adjusted():
        return total
    return total.quantize(LEAST, context=ROUNDING)
