"""Amounts and currencies as Partner Center states them: which amounts may be summed, and their currency."""

import csv
from collections.abc import Iterable, Mapping
from decimal import Decimal, DecimalException, localcontext
from functools import lru_cache
from importlib.resources import files

from exporter.model.families import EXACT

MOST_DIGITS, MOST_DECIMALS = 20, 30
"""Before and after the point: Microsoft sends up to 22 decimals, and sums of many amounts must stay exact."""


def _territories() -> Mapping[str, str]:
    text = files("exporter.apis.partner_center").joinpath("currencies.csv").read_text()
    return dict(csv.reader(line for line in text.splitlines() if line and not line.startswith("#")))


CURRENCIES = _territories()
"""ISO 4217 by ISO 3166 territory."""


def all_sane(amounts: Iterable[Decimal | None]) -> bool:
    """Whether a sum of all of them is exact: quicker than `sane` for each."""
    try:
        with localcontext(EXACT):
            return sum(filter(None, amounts), Decimal(0)).is_finite()
    except DecimalException:
        return False


def sane(amount: Decimal | None) -> bool:
    """Whether an amount is absent, or a number with as many digits as money may have."""
    if amount is None:
        return True
    exponent = amount.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -MOST_DECIMALS and amount.adjusted() < MOST_DIGITS


@lru_cache(1024)
def currency(code: str | None, locale: str | None) -> str | None:
    """ISO 4217, upper case: the stated code, or else the currency of the stated locale; None where neither is known."""
    return iso_code(code or "") or currency_of(locale or "")


def iso_code(text: str) -> str | None:
    """Three letters, upper case; None for anything else."""
    code = text.strip().upper()
    return code if len(code) == 3 and code.isascii() and code.isalpha() else None


def currency_of(locale: str) -> str | None:
    """The currency of a locale's territory: `fr-FR` is EUR, and so is `fr_FR`; None where it names none.

    The territory is the first subtag of two letters after the language (RFC 5646 2.1).
    """
    for place, subtag in enumerate(locale.strip().replace("_", "-").split("-")):
        if len(subtag) == 1:
            return None
        if place and len(subtag) == 2:
            return CURRENCIES.get(subtag.upper())
    return None
