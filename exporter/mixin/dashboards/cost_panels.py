"""Panels of the dashboard *Azure billing / Cost*, and what they select."""

from collections.abc import Mapping, Sequence

from exporter.mixin.dashboards.panels import CHANGE, MONEY, RATIO, Json, Query, timeseries
from exporter.mixin.dashboards.tables import limited, table

MINE = 'account=~"$account",currency="$currency"'
BILL = f'{MINE},collector="usagedetails"'
"""For the series that unite all APIs: those of Azure bills."""
ELAPSED = 'azure_billing:period:elapsed_ratio{account=~"$account",collector="usagedetails"}'
TOTAL = f"azure_billing:cost:month_to_date{{{BILL}}}"
LAST = f"azure_billing:cost:previous_month{{{BILL}}}"
"""Only while the previous month that is published is the one before the current month."""


DIMENSION_KEYS = "account, currency, $dimension"


def summed(name: str, labels: Mapping[str, str]) -> str:
    """A recorded cost by labels; not over accounts, whose scopes may overlap."""
    return f"sum by ({', '.join(labels)}) ({name}{{{MINE}}})"


def named(costs: str, label: str) -> str:
    """With the label `none` where it is empty, so that no legend is."""
    return f'label_replace({costs}, "{label}", "none", "{label}", "")'


def as_part(costs: str, label: str) -> str:
    """Costs by a label, with its value as the label `part`; costs without it are of the part `none`."""
    named = f'label_replace({costs}, "part", "none", "", "")'
    return f'sum by (account, part, currency) (label_replace({named}, "part", "$1", "{label}", "(.+)"))'


def by_dimension(name: str) -> str:
    """A recorded cost by the label that the variable `dimension` names.

    The comma before it is for an installation without any such label.
    """
    return f"sum by ({DIMENSION_KEYS}) ({name}{{{MINE}}})"


def compared(
    title: str,
    description: str,
    columns: Mapping[str, str],
    month: str,
    previous: str,
    links: Mapping[str, tuple[str, str]] | None = None,
    most: int = 100,
    widths: Mapping[str, int] | None = None,
    total: str = TOTAL,
    hidden: Sequence[str] = (),
) -> Json:
    """The table of the most expensive rows: share of the `total`, and change against the previous month.

    `month` and `previous` have the labels of `columns`; `total` has those of an account. The change compares the amount
    at the current rate, and is absent on the first day of a month.
    """
    keys, top = list(columns), f"topk({most}, {month})"
    last = f"({previous} and on (account, currency) {LAST})"
    projected = f"{top} / on (account) group_left () ({ELAPSED} > 0.034)"
    return table(
        f"{title}, $currency",
        description,
        columns,
        Query(top, "This month"),
        Query(f"{top} / on (account, currency) group_left () ({total} > 0)", "Share"),
        Query(limited(last, keys, top), "Last month"),
        Query(f"{projected} / on ({', '.join(keys)}) ({last} > 0) - 1", "Change"),
        sort="This month",
        units={"This month": MONEY, "Share": RATIO, "Last month": MONEY, "Change": RATIO},
        steps={"Change": CHANGE},
        gauges=("Share",),
        links=links,
        widths={"Currency": 85, "This month": 100, "Share": 140, "Last month": 100, "Change": 80} | dict(widths or {}),
        hidden=hidden,
    )


def daily(title: str, daily_cost: str, keys: str, legend: str, part: str = "") -> tuple[Json, int, int]:
    """One bar a day of the ten series with the largest sum in the time range, and of all others together.

    With `part`, the series that are drawn have the value of that label as the label `part`: to rename thousands of
    series at each step, of which ten are drawn, is what takes longest.
    """
    top = f"topk(10, sum_over_time(({daily_cost})[$__range:1d] @ end()))"
    drawn = f"{daily_cost} and on ({keys}) {top}"
    return (
        timeseries(
            f"{title}, $currency",
            "Cost of the newest complete day, shown at the time it was read, days later. The ten largest of the time "
            "range, and all others together. Accounts whose scopes overlap both show what they share.",
            MONEY,
            Query(as_part(drawn, part) if part else drawn, legend),
            Query(
                f"sum by (currency) ({daily_cost} unless on ({keys}) {top})", "all others, {{currency}}", colour="text"
            ),
            days=True,
            wide=True,
        ),
        24,
        10,
    )
