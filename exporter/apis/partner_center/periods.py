"""Billing periods: calendar months of Azure plans, anniversaries of legacy customers."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from exporter.apis.partner_center.records import CustomerUsageSummary
from exporter.apis.partner_center.usage import CustomerUsage
from exporter.errors import Malformed
from exporter.model.collection import Collection
from exporter.model.periods import DAY, billing_month, month_start

LONGEST = timedelta(days=62)
COST = "partner_center_customer_cost_month_to_date"


class BillingPeriod(NamedTuple):
    """From `start` on, up to and without `end`."""

    start: datetime
    end: datetime

    def __contains__(self, at: object) -> bool:
        return isinstance(at, datetime) and self.start <= at < self.end


def calendar_month(now: datetime) -> BillingPeriod:
    """The period of an Azure plan: the calendar month, UTC."""
    days = billing_month(month_start(now))
    return BillingPeriod(_midnight(now), datetime.combine(days.end + DAY, time(), UTC))


def stated_period(summary: CustomerUsageSummary) -> BillingPeriod:
    """The period that a usage summary states; raises `Malformed` where that can't be one.

    An end on the same day of a month as the start is exclusive, as Azure plans have it; another one is the last day,
    as in the documented samples of legacy customers (28 August to 27 September).
    """
    start, end = summary.dates()
    if end.day != start.day:
        end += DAY
    if not timedelta(0) < end - start <= LONGEST:
        raise Malformed(f"usagesummary states no billing period: {start:%Y-%m-%d} to {end:%Y-%m-%d}")
    return BillingPeriod(start, end)


def amounts_as_of(customers: Sequence[CustomerUsage], now: datetime, published: Collection | None) -> datetime | None:
    """The instant that decides which month the amounts of Azure plans are of; None where no record states any.

    Totals are reset some time after a month's turn. They are of the month of `now` when a record was changed in it,
    when all are zero, or when most of them are less than half of what was published of the month before. Otherwise
    they are still of the month in which a record was last changed.
    """
    start = _midnight(now)
    newest = max((customer.modified for customer in customers if customer.modified), default=None)
    plans = [customer for customer in customers if customer.azure_plan == "true"]
    changed = max((plan.modified for plan in plans if plan.modified), default=None)
    old = changed is not None and changed < start and any(plan.total_cost for plan in plans)
    if old and not (published and (published.period == f"{now:%Y%m}" or _reset(plans, published))):
        return changed
    return newest if newest is None or newest >= start else now


def _reset(plans: Sequence[CustomerUsage], published: Collection) -> bool:
    before = {
        (customer, currency): Decimal(amount)
        for (customer, _, currency), amount in published.samples.get(COST, {}).items()
    }
    fell = stayed = 0
    for plan in plans:
        amount = before.get((plan.id, plan.currency))
        if plan.total_cost is None or not amount:
            continue
        if plan.total_cost < amount / 2:
            fell += 1
        else:
            stayed += 1
    return fell > stayed


def _midnight(now: datetime) -> datetime:
    return datetime.combine(month_start(now), time(), UTC)
