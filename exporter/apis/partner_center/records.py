"""Resources of Partner Center, under their documented names."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from exporter.errors import Malformed
from exporter.model.periods import instant


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
        """When Microsoft last changed the record; .NET's earliest instant stands for never; raises `Malformed`."""
        at = instant(self.last_modified_date) if self.last_modified_date else None
        return at if at and at.year > 1 else None


class CustomerMonthlyUsageRecord(MonthlyUsageRecord, frozen=True, gc=False):
    """A customer's spending and budget."""

    budget: SpendingBudget | None = None
    percent_used: Decimal | None = None
    is_upgraded: bool | None = False


class SubscriptionMonthlyUsageRecord(MonthlyUsageRecord, frozen=True, gc=False):
    """A subscription's spending; an Azure plan's name is the same for every customer."""


class CustomerUsageSummary(msgspec.Struct, rename="camel", frozen=True, gc=False):
    """Of a customer's usage in a billing period only the period: an amount comes with the usage records."""

    billing_start_date: Any = None
    billing_end_date: Any = None

    def dates(self) -> tuple[datetime, datetime]:
        """Both as stated, with their own offsets; raises `Malformed` where one is not an instant."""
        return _stated(self.billing_start_date), _stated(self.billing_end_date)


class MfaCompliance(NamedTuple):
    """What the header `isMfaCompliant` says of the access token; no row of the report."""

    compliant: bool


def _stated(value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise Malformed(
            "usagesummary states no billing period: billingStartDate or billingEndDate is no date"
        ) from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
