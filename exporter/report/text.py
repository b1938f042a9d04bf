"""Values as text: exact for programs, short for people, and without what a terminal would act on."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal

from exporter.report.table import CURRENCY, Column, Kind, Row, Value

REPLACEMENT = "\ufffd"
UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters that end a line, control a terminal, or reorder text."""
CENTS, FOUR_DIGITS = Decimal("0.01"), Decimal("0.0001")
SHORT = Context(prec=2)
WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)


def printable(text: str) -> str:
    """The text in one line, with a mark instead of each character that is not shown."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(REPLACEMENT if unicodedata.category(one) in UNSAFE else one for one in text)


def exact(value: Value) -> str:
    """All digits of a number without an exponent; empty for what is not known."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else str(value)


def short(column: Column, row: Row) -> str:
    """A figure for people: an amount with its currency in cents, a price with all digits, a ratio with four."""
    value = row.get(column.name)
    if isinstance(value, str):
        return printable(value)
    if not isinstance(value, Decimal):
        return exact(value)
    currency = printable(str(row.get(CURRENCY) or ""))
    match column.kind:
        case Kind.AMOUNT:
            return f"{cents(value)} {currency}".rstrip()
        case Kind.USD:
            return f"{cents(value)} USD"
        case Kind.PRICE:
            return f"{plain(value)} {currency}".rstrip()
        case Kind.RATIO:
            return exact(value.quantize(FOUR_DIGITS, context=WIDE))
        case _:
            return plain(value)


def plain(number: Decimal) -> str:
    """All digits, without zeros at the end."""
    return exact(number.normalize(WIDE)) if number else "0"


def cents(amount: Decimal) -> str:
    """Rounded to cents; what would be zero has its first two digits."""
    rounded = amount.quantize(CENTS, context=WIDE)
    return f"{rounded:f}" if rounded or not amount else f"{amount.normalize(SHORT):f}"


def shown(columns: tuple[Column, ...]) -> Mapping[str, Column]:
    """The columns of a table for people, whose amounts have their currency beside them."""
    amounts = any(column.kind in (Kind.AMOUNT, Kind.PRICE) for column in columns)
    return {column.name: column for column in columns if not (amounts and column.name == CURRENCY)}
