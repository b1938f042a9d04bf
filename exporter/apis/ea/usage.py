"""Usage rows of a month, summed while they stream past into few rows that families can be read from."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import attrgetter

import msgspec

from exporter.apis.ea.records import UsageDetail

KEY = attrgetter("date", "unit_of_measure", "subscription_name", "meter_category", "meter_sub_category", "meter_name")


class DailyUsage(msgspec.Struct, frozen=True, kw_only=True):
    """What `rows` rows with the same labels sum to on one day; `cost_daily` on the newest complete day alone."""

    rows: int
    date: str
    unit: str | None
    subscription_name: str | None
    meter_category: str | None
    meter_subcategory: str | None
    meter_name: str | None
    currency: str
    quantity: Decimal | None
    cost: Decimal | None
    cost_daily: Decimal | None


@dataclass(slots=True)
class Sums:
    """What has been seen of one key."""

    rows: int = 0
    quantity: Decimal | None = None
    cost: Decimal | None = None


def daily_usage(rows: Iterable[UsageDetail], complete: date, currency: str) -> Iterator[DailyUsage]:
    """One `DailyUsage` per day and set of labels; amounts are in `currency`."""
    sums: defaultdict[tuple[str | None, ...], Sums] = defaultdict(Sums)
    for row in rows:
        total = sums[KEY(row)]
        total.rows += 1
        total.quantity = _plus(total.quantity, row.consumed_quantity)
        total.cost = _plus(total.cost, row.cost if row.cost is not None else row.cost_v2)
    newest = complete.isoformat()
    for (day, unit, subscription, category, subcategory, meter), total in sums.items():
        yield DailyUsage(
            rows=total.rows,
            date=day or "",
            unit=unit,
            subscription_name=subscription,
            meter_category=category,
            meter_subcategory=subcategory,
            meter_name=meter,
            currency=currency,
            quantity=total.quantity,
            cost=total.cost,
            cost_daily=total.cost if (day or "").startswith(newest) else None,
        )


def _plus(total: Decimal | None, more: Decimal | None) -> Decimal | None:
    return total if more is None else more if total is None else total + more
