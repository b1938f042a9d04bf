"""Resources of Partner Center, under their documented names."""

from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import NamedTuple

import msgspec
from babel import Locale, UnknownLocaleError
from babel.numbers import get_territory_currencies

from exporter.model.periods import instant

NO_CURRENCY = "XXX"
"""ISO 4217's code for an amount without a currency."""


class SpendingBudget(msgspec.Struct, frozen=True, gc=False):
    """A customer's budget; null or absent amount means that none is set."""

    amount: Decimal | None = None


class MonthlyUsageRecord(msgspec.Struct, rename="camel", frozen=True, gc=False):
    """What something has cost in the current billing period, as an estimate.

    Amounts are in `currencyCode` (Azure plan) or in the currency of `currencyLocale`'s territory (legacy);
    `id` and `name` are announced for removal. Times have 0 to 7 fraction digits.
    """

    resource_id: str | None = None
    resource_name: str | None = None
    id: str | None = None
    name: str | None = None
    total_cost: Decimal | None = None
    currency_code: str | None = None
    currency_locale: str | None = None
    usd_total_cost: Decimal | None = None
    last_modified_date: str | None = None

    @property
    def modified(self) -> datetime | None:
        """When Microsoft last changed the record; .NET's earliest instant stands for never."""
        at = instant(self.last_modified_date) if self.last_modified_date else None
        return at if at and at.year > 1 else None


class CustomerMonthlyUsageRecord(MonthlyUsageRecord, frozen=True, gc=False):
    """A customer's spending and budget."""

    budget: SpendingBudget | None = None
    percent_used: Decimal | None = None
    is_upgraded: bool | None = False


class SubscriptionMonthlyUsageRecord(MonthlyUsageRecord, frozen=True, gc=False):
    """A subscription's spending; an Azure plan's name is the same for every customer."""


class SubscriptionUsage(NamedTuple):
    """A subscription's record with the customer whose it is."""

    customer: CustomerMonthlyUsageRecord
    subscription: SubscriptionMonthlyUsageRecord


class CustomerRefused(NamedTuple):
    """A customer whose subscriptions may not be read, and why."""

    reason: str


class MfaCompliance(msgspec.Struct, frozen=True):
    """What the header `isMfaCompliant` says of the access token; no row of the report."""

    compliant: bool


def resource_id(record: MonthlyUsageRecord) -> str:
    """The id of what the record is about; for a customer its tenant id."""
    return record.resource_id or record.id or ""


def currency(record: MonthlyUsageRecord) -> str:
    """ISO 4217, upper case."""
    return record.currency_code.strip().upper() if record.currency_code else currency_of(record.currency_locale or "")


@cache
def currency_of(locale: str) -> str:
    """The currency of a locale's territory: `fr-FR` is EUR, and so is `fr_FR`."""
    locale = locale.strip().replace("_", "-")
    try:
        territory = Locale.parse(locale, sep="-").territory
    except (ValueError, UnknownLocaleError):
        territory = locale.rpartition("-")[2] or None
    currencies = get_territory_currencies(territory) if territory else []
    return str(currencies[0]) if currencies else NO_CURRENCY
