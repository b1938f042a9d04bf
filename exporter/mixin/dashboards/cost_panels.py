"""Panels of the dashboard *Azure billing / Cost*, and what they select."""

from collections.abc import Mapping, Sequence

from exporter.mixin.dashboards.panels import CHANGE, MONEY, OTHERS, RATIO, Json, Query, timeseries
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
        widths={"Account": 140, "This month": 95, "Share": 130, "Last month": 95, "Change": 75} | dict(widths or {}),
        hidden=hidden,
    )


def ranked(part: str, labels: str, selector: str = MINE) -> str:
    """The ten largest costs of this and the previous month by labels, as of the end of the time range.

    `part` is the end of the names of the recorded costs. To rank the days of the time range would read all of them.
    """
    month, previous = (
        f"azure:cost_{name}:{part}{{{selector}}} @ end()" for name in ("month_to_date", "previous_month")
    )
    both = f'{month} or label_replace({previous}, "month", "previous", "", "")'
    return f"topk(10, sum by ({labels}) ({both}))"


def daily(
    title: str, shown: str, legend: str, total: str = f"azure:cost_daily:by_account{{{MINE}}}", wide: bool = True
) -> tuple[Json, int, int]:
    """One bar a day of the at most ten series that `shown` selects, and of what is left of the `total`.

    Long legends need all of the width, below a chart that is not `wide`.
    """
    both = f"sum by (currency) ({total})"
    return (
        timeseries(
            f"{title}, $currency",
            "Cost of the newest complete day, shown at the time it was read, days later. The ten with the highest cost "
            "of this and the previous month, and all others together. Accounts whose scopes overlap both show what "
            "they share.",
            MONEY,
            Query(shown, legend),
            Query(
                f"round({both} - (sum by (currency) ({shown}) or {both} * 0), 0.01) != 0",
                "all others, {{currency}}",
                colour=OTHERS,
            ),
            days=True,
            wide=wide,
        ),
        24,
        10 if wide else 14,
    )
