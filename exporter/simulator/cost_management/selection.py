"""The body of a query or a forecast: which rows, and how they are summed."""

import calendar
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from exporter.simulator.cost_management.errors import arm_refused, bad_request
from exporter.simulator.cost_management.fields import field_of, fields_of
from exporter.simulator.costs.rows import CostRow, Metric
from exporter.simulator.costs.scopes import Scope
from exporter.simulator.world.periods import first_day, last_day, period_of, previous_period

Covers = Callable[[CostRow], bool]
MEASURES = ("Cost", "CostUSD", "PreTaxCost", "PreTaxCostUSD", "UsageQuantity")
NO_DATASET = "Invalid query definition, Dataset is invalid or not supplied."
MAX_AGGREGATIONS = 2


@dataclass(frozen=True)
class Selection:
    """Days (both included), the view of the costs, the granularity, and measures and groupings by their names."""

    metric: Metric
    start: date
    end: date
    granularity: str
    measures: tuple[tuple[str, str], ...]
    """Alias and name of each aggregation."""
    groupings: tuple[tuple[str, str], ...]
    """Type and name of each."""
    tags: bool
    covers: Covers


def read_selection(body: Mapping[str, Any], scope: Scope, max_groupings: int, today: date) -> Selection:
    """The selection of a request's body, or 400 in the service's words."""
    dataset = body.get("dataset")
    if not isinstance(dataset, dict):
        raise bad_request(NO_DATASET)
    kind = body.get("type", "Usage")
    if kind not in ("Usage", "ActualCost", "AmortizedCost"):
        raise bad_request(f"Invalid query definition, type {kind} is not supported.")
    granularity = dataset.get("granularity") or "None"
    if granularity not in ("Daily", "Monthly", "None"):
        raise bad_request(f"Invalid query definition, granularity {granularity} is not supported.")
    start, end = _days(body, today)
    return Selection(
        "AmortizedCost" if kind == "AmortizedCost" else "ActualCost",
        start,
        end,
        granularity,
        _measures(dataset.get("aggregation") or {}),
        _groupings(dataset.get("grouping") or [], scope, max_groupings),
        "Tags" in (dataset.get("include") or ()),
        read_filter(dataset.get("filter"), scope),
    )


def read_filter(stated: object, scope: Scope) -> Covers:
    """Whether a filter covers a row: ``dimensions``, ``tags``, or at least two of them under ``and`` or ``or``."""
    if not stated:
        return lambda row: True
    if not isinstance(stated, dict) or len(stated) != 1:
        raise bad_request("Invalid query definition: Invalid dataset filter.")
    [(name, content)] = stated.items()
    if name in ("and", "or"):
        if not isinstance(content, list) or len(content) < 2:
            raise bad_request(f"Invalid query definition: the filter '{name}' needs at least two items.")
        parts = [read_filter(part, scope) for part in content]
        return lambda row: (all if name == "and" else any)(covers(row) for covers in parts)
    if name not in ("dimensions", "tags") or content.get("operator") != "In":
        raise bad_request("Invalid query definition: Invalid dataset filter.")
    wanted = {str(value).lower() for value in content.get("values", ())}
    if name == "tags":
        return lambda row: row.tags.get(content["name"], "").lower() in wanted
    value = field_of(scope.agreement, content["name"])
    if value is None:
        raise _invalid("filter", content["name"], scope)
    return lambda row: value(row).lower() in wanted


def _measures(stated: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    if len(stated) > MAX_AGGREGATIONS:
        raise bad_request(f"Invalid query definition: at most {MAX_AGGREGATIONS} aggregations are supported.")
    for one in stated.values():
        if one.get("name") not in MEASURES or one.get("function") != "Sum":
            raise bad_request(f"Invalid query definition: Invalid dataset aggregation: '{one.get('name')}'.")
    return tuple((alias, one["name"]) for alias, one in stated.items())


def _groupings(stated: list[Any], scope: Scope, most: int) -> tuple[tuple[str, str], ...]:
    found = tuple((str(one.get("type")), str(one.get("name"))) for one in stated)
    if len(found) > most:
        raise bad_request(
            f"Invalid query definition: Dataset grouping count {len(found)} exceeds the maximum of {most}."
        )
    for kind, name in found:
        if kind == "TagKey":
            continue
        if kind != "Dimension" or field_of(scope.agreement, name) is None:
            raise _invalid("grouping", name, scope)
    names = {name.lower() for _, name in found}
    if scope.kind == "management group" and "subscriptionname" in names and "subscriptionid" not in names:
        raise bad_request("Invalid query definition: grouping by SubscriptionName requires SubscriptionId.")
    return found


def _invalid(what: str, name: str, scope: Scope) -> Exception:
    valid = ",".join(f"'{one}'" for one in fields_of(scope.agreement))
    return bad_request(f"Invalid query definition: Invalid dataset {what}: '{name}'; valid values: {valid}.\r\n\r\n")


def _days(body: Mapping[str, Any], today: date) -> tuple[date, date]:
    month = period_of(today)
    match body.get("timeframe"):
        case "MonthToDate" | "BillingMonthToDate":
            return today.replace(day=1), today
        case "TheLastBillingMonth":
            return first_day(previous_period(month)), last_day(previous_period(month))
        case "WeekToDate":
            return today - timedelta(days=(today.weekday() + 1) % 7), today
        case "Custom":
            return _custom(body.get("timePeriod"), today)
        case other:
            raise bad_request(f"Invalid query definition, timeframe {other} is currently not supported.")


def _custom(stated: object, today: date) -> tuple[date, date]:
    period = cast(Mapping[str, object], stated if isinstance(stated, dict) else {})
    start, end = (_day(period.get(name)) for name in ("from", "to"))
    if start > end:
        raise bad_request("Invalid query definition: the time period begins after its end.")
    if start > today:
        shown = f"{start.month}/{start.day}/{start.year} 12:00:00 AM"
        raise bad_request(
            f"Invalid query definition: The selected date range starting from {shown} is invalid because it is in the "
            "future. Cost analysis will only display charges for dates up to the current date and time. Please choose "
            "a valid date range to proceed.\r\n\r\n"
        )
    days = min(start.day, calendar.monthrange(start.year + 1, start.month)[1])
    if end > start.replace(year=start.year + 1, day=days):
        raise arm_refused(400, "BadRequest", "The time period for pulling the data cannot exceed 1 year(s).")
    return start, end


def _day(text: object) -> date:
    if isinstance(text, str) and re.match(r"\d{4}-\d{2}-\d{2}", text):
        try:
            return datetime.fromisoformat(text.replace("Z", "+00:00")).date()
        except ValueError:
            pass
    raise bad_request("Invalid query definition, the time period is invalid or not supplied.")
