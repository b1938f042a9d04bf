"""Microsoft's forecast of a month: the request, its rows, and their sum."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from exporter.apis.cost_management.downloads.pages import COSTS, Properties
from exporter.apis.cost_management.records import ForecastRow, MonthForecast
from exporter.apis.costs.records import currency_code
from exporter.errors import Malformed
from exporter.model.periods import DAY, Days, day_of


def definition(month: Days) -> dict[str, Any]:
    """The definition of the forecast of a month: actual costs of the days that have them, forecasts of the others."""
    return {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {"from": f"{month.start}T00:00:00+00:00", "to": f"{month.end}T00:00:00+00:00"},
        "dataset": {
            "granularity": "Daily",
            "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}},
        },
        "includeActualCost": True,
        "includeFreshPartialCost": True,
    }


def rows(page: Properties) -> Iterator[ForecastRow]:
    """The rows of a page, in whatever order its columns are; `Malformed` for what is not documented."""
    if not page.rows:
        return
    places = {column.name.strip().lower(): place for place, column in reversed(list(enumerate(page.columns)))}
    cost = next((places[name.lower()] for name in COSTS if name.lower() in places), None)
    if cost is None or not places.keys() >= {"usagedate", "coststatus", "currency"}:
        found = ", ".join(column.name for column in page.columns)[:200]
        raise Malformed(f"the columns are not Cost, UsageDate, CostStatus and Currency, but {found}")
    for row in page.rows:
        if len(row) != len(page.columns):
            raise Malformed(f"a row of {len(row)} values below {len(page.columns)} columns")
        yield ForecastRow(
            _day(row[places["usagedate"]]),
            _is_actual(row[places["coststatus"]]),
            _currency(row[places["currency"]]),
            _amount(row[cost]),
        )


def month_forecasts(
    found: Iterable[ForecastRow], month: Days, today: date
) -> tuple[list[MonthForecast], Mapping[str, Sequence[date]]]:
    """The sum of each currency, and by currency the days of the month that lack a cost: no sum is given for those.

    A day before today without a row had no cost, as in queries, if the answer has any actual costs at all. A day counts
    once. Whether the forecast of a day that also has an actual cost is of the whole day or of its rest is
    not documented: before today the actual cost counts, from today on, where it is partial, the forecast.
    """
    days: dict[str, dict[tuple[date, bool], Decimal | None]] = {}
    for row in found:
        costs, key = days.setdefault(row.currency, {}), (row.day, row.actual)
        before = costs.get(key, Decimal(0))
        costs[key] = None if before is None or row.cost is None else before + row.cost
    sums, missing = [], {}
    for currency, costs in days.items():
        chosen = [_chosen(costs, month.start + n * DAY, today) for n in range((month.end - month.start).days + 1)]
        if absent := [month.start + n * DAY for n, cost in enumerate(chosen) if cost is None]:
            missing[currency] = absent
        else:
            sums.append(MonthForecast(currency, sum((cost for cost in chosen if cost is not None), Decimal(0))))
    return sums, missing


def _chosen(costs: Mapping[tuple[date, bool], Decimal | None], day: date, today: date) -> Decimal | None:
    past = day < today
    for key in ((day, past), (day, not past)):
        if key in costs:
            return costs[key]
    return Decimal(0) if past and any(actual for _, actual in costs) else None


def _day(value: Any) -> date:
    """A day as the number `yyyyMMdd`, or as text."""
    try:
        return date.fromisoformat(str(value)) if isinstance(value, int) else day_of(value)
    except (TypeError, ValueError):
        raise Malformed(f"not a day in the form yyyyMMdd: {str(value)[:40]!r}") from None


def _is_actual(value: Any) -> bool:
    status = str(value).lower()
    if status not in {"actual", "forecast"}:
        raise Malformed(f"a cost is neither Actual nor Forecast, but {str(value)[:40]!r}")
    return status == "actual"


def _currency(value: Any) -> str:
    found = currency_code(value) if isinstance(value, str) else None
    if not found:
        raise Malformed(f"a row states no currency: {str(value)[:40]!r}")
    return found


def _amount(value: Any) -> Decimal | None:
    if value is None or isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    raise Malformed(f"not an amount: {str(value)[:40]!r}")
