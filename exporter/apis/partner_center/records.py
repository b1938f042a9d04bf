"""Resources of Partner Center, under their documented names."""

from decimal import Decimal
from functools import cache

import msgspec
from babel import Locale, UnknownLocaleError
from babel.numbers import get_territory_currencies

NO_CURRENCY = "XXX"
"""ISO 4217's code for an amount without a currency."""


class SpendingBudget(msgspec.Struct, frozen=True):
    """A customer's budget; null or absent amount means that none is set."""

    amount: Decimal | None = None


class CustomerMonthlyUsageRecord(msgspec.Struct, rename="camel", frozen=True):
    """What one customer has spent in the current billing period, as an estimate.

    Amounts are in `currencyCode` (Azure plan) or in the currency of `currencyLocale`'s territory (legacy).
    """

    last_modified_date: str | None = None
    resource_id: str | None = None
    resource_name: str | None = None
    id: str | None = None
    name: str | None = None
    budget: SpendingBudget | None = None
    percent_used: Decimal | None = None
    is_upgraded: bool = False
    total_cost: Decimal | None = None
    currency_code: str | None = None
    currency_locale: str | None = None
    usd_total_cost: Decimal | None = None

    @property
    def customer_id(self) -> str | None:
        """The customer's tenant id; `id` is announced for removal."""
        return self.resource_id or self.id

    @property
    def customer_name(self) -> str | None:
        """The company's name; `name` is announced for removal."""
        return self.resource_name or self.name

    @property
    def budget_amount(self) -> Decimal | None:
        """The budget, in the record's currency; None where none is set."""
        return self.budget.amount if self.budget else None

    @property
    def currency(self) -> str:
        """ISO 4217, upper case."""
        return self.currency_code.upper() if self.currency_code else currency_of(self.currency_locale or "")


@cache
def currency_of(locale: str) -> str:
    """The currency of a locale's territory: `fr-FR` is EUR."""
    try:
        territory = Locale.parse(locale, sep="-").territory
    except (ValueError, UnknownLocaleError):
        territory = locale.rpartition("-")[2] or None
    currencies = get_territory_currencies(territory) if territory else []
    return str(currencies[0]) if currencies else NO_CURRENCY
