"""Resources of Partner Center under their documented names, and the rows that are published of them."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from exporter.errors import Malformed
from exporter.model.periods import DAY, instant, month_start, next_month

LONGEST_PERIOD = timedelta(days=62)


class SpendingBudget(msgspec.Struct, frozen=True, gc=False):
    """A customer's budget; null or absent amount means that none is set."""

    amount: Decimal | None = None


class MonthlyUsageRecord(msgspec.Struct, rename="camel", frozen=True, gc=False):
    """The estimated cost of something in its current billing period.

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
    def amounts(self) -> Sequence[Decimal | None]:
        """Every figure of the record."""
        return self.total_cost, self.usd_total_cost

    @property
    def in_azure_plan(self) -> bool:
        """Whether the amounts are those of an Azure plan."""
        return bool(self.currency_code)

    @property
    def modified(self) -> datetime | None:
        """When Microsoft last changed the record; .NET's earliest instant means never; raises `Malformed`."""
        at = instant(self.last_modified_date) if self.last_modified_date else None
        return at if at and at.year > 1 else None


class CustomerMonthlyUsageRecord(MonthlyUsageRecord, frozen=True, gc=False):
    """A customer's spending and budget."""

    budget: SpendingBudget | None = None
    percent_used: Decimal | None = None
    is_upgraded: bool | None = False

    @property
    def amounts(self) -> Sequence[Decimal | None]:
        return self.total_cost, self.usd_total_cost, self.percent_used, self.budget.amount if self.budget else None

    @property
    def in_azure_plan(self) -> bool:
        return bool(self.is_upgraded)


class SubscriptionMonthlyUsageRecord(MonthlyUsageRecord, frozen=True, gc=False):
    """A subscription's spending; an Azure plan's name is the same for every customer."""


class BillingPeriod(NamedTuple):
    """From `start` up to and without `end`."""

    start: datetime
    end: datetime

    def __contains__(self, at: object) -> bool:
        return isinstance(at, datetime) and self.start <= at < self.end


def calendar_month(now: datetime) -> BillingPeriod:
    """The billing period of an Azure plan: the calendar month, UTC."""
    return BillingPeriod(datetime.combine(month_start(now), time(), UTC), next_month(now))


class CustomerUsageSummary(msgspec.Struct, rename="camel", frozen=True, gc=False):
    """A customer's billing period; its amounts are read from the usage records."""

    billing_start_date: Any = None
    billing_end_date: Any = None

    @property
    def billing_period(self) -> BillingPeriod:
        """The stated period; raises `Malformed` where the dates can't be one.

        An end on the same day of a month as the start is exclusive, as in Azure plans; any other is the last day, as
        in the documented samples of legacy customers (28 August to 27 September).
        """
        try:
            dates = map(datetime.fromisoformat, (self.billing_start_date, self.billing_end_date))
            start, end = (at if at.tzinfo else at.replace(tzinfo=UTC) for at in dates)
            if end.day != start.day:
                end += DAY
        except (TypeError, ValueError, OverflowError) as error:
            raise Malformed(
                "usagesummary states no billing period: billingStartDate or billingEndDate is no date"
            ) from error
        if not timedelta(0) < end - start <= LONGEST_PERIOD:
            raise Malformed(f"usagesummary states no billing period: {start:%Y-%m-%d} to {end:%Y-%m-%d}")
        return BillingPeriod(start, end)


class Usage(msgspec.Struct, frozen=True, gc=False):
    """The cost of a customer or a subscription; without a known `currency` it has no amounts in it."""

    id: str
    name: str
    currency: str
    total_cost: Decimal | None
    usd_total_cost: Decimal | None
    modified: datetime | None


class CustomerUsage(Usage, frozen=True, gc=False):
    """A customer's; `azure_plan` is "true" or "false", and a budget in an unknown currency has no amount here."""

    azure_plan: str
    has_budget: bool
    budget: Decimal | None
    used_ratio: Decimal | None


class SubscriptionUsage(NamedTuple):
    """A subscription's usage and its customer."""

    customer: CustomerUsage
    subscription: Usage


class CustomerCount(NamedTuple):
    """The number of customers of a kind, and of those without a budget."""

    azure_plan: str
    customers: int
    without_budget: int


class CustomerPeriod(NamedTuple):
    """A customer's current billing period, in Unix seconds; `end` is the first instant after it."""

    id: str
    name: str
    start: int
    end: int


class MfaCompliance(NamedTuple):
    """What the header `isMfaCompliant` reports of the access token."""

    compliant: bool


class AsOf(NamedTuple):
    """The instant that the amounts are as of, although no record states it."""

    at: datetime
