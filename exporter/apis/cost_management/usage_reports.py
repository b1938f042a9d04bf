"""The reports of costs: the current month, and the previous one."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any, ClassVar

from exporter.apis.costs import metrics
from exporter.apis.costs.records import Bounds, MarketplaceCost, SummedUsage
from exporter.apis.costs.usage_reports import PreviousUsageDetails, UsageDetails
from exporter.model.budgets import FAMILIES as BUDGETS
from exporter.model.collection import Run
from exporter.model.families import Family
from exporter.model.history import Past
from exporter.model.periods import DAY, Days, billing_month, day_end


class Usage(UsageDetails):
    """Costs of the current month; documented as refreshed about every 4 hours, and to be read once a day at most."""

    name: ClassVar[str] = "usage"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)

    @property
    def families(self) -> tuple[Family, ...]:
        return (*metrics.usage(self.labels), *metrics.MARKETPLACE, *metrics.BILLING_PERIOD, *BUDGETS)

    def records(self, now: datetime, run: Run) -> Iterator[Any]:
        """As its base; also the charges for third parties' offers, and the month's bounds once it has costs."""
        bounded = False
        for record in super().records(now, run):
            yield record
            if isinstance(record, SummedUsage) and record.of_period:
                if record.marketplace:
                    yield marketplace_cost(record)
                if not bounded:
                    bounded = True
                    yield month_bounds(billing_month(now.date()))

    def past(self, period: Days, now: datetime, run: Run) -> Past:
        """As its base; also the month's bounds, from the first day with costs on."""
        found = super().past(period, now, run)
        for day, timestamp in zip(period, found.timestamps, strict=True):
            if timestamp is not None:
                found.put(day, [month_bounds(period)], metrics.BILLING_PERIOD)
        return found

    @property
    def marketplace(self) -> Callable[[SummedUsage], MarketplaceCost]:
        return marketplace_cost

    def rows(self, record: Any) -> int:
        return record.rows if isinstance(record, SummedUsage) else 0

    def data_timestamp(self, record: Any) -> datetime | None:
        return super().data_timestamp(record) if isinstance(record, SummedUsage) else None


class PreviousUsage(PreviousUsageDetails):
    """Costs of the previous month, until it is settled; documented to change until the 5th."""

    name: ClassVar[str] = "usage_previous_month"


def month_bounds(month: Days) -> Bounds:
    """The bounds of a month."""
    first, after = (datetime.combine(day, time(), UTC) for day in (month.start, month.end + DAY))
    return Bounds(first.timestamp(), after.timestamp())


def marketplace_cost(usage: SummedUsage) -> MarketplaceCost:
    """The cost of a third party's offer; empty labels where the source does not state what it is."""
    names = "marketplace_publisher", "marketplace_offer", "marketplace_plan", "subscription_name"
    publisher, offer, plan, subscription = (usage.values.get(name, "") for name in names)
    until = day_end(usage.until) if usage.until else None
    return MarketplaceCost(
        publisher, offer, plan, subscription, usage.currency, usage.cost if usage.known else None, until
    )
