"""The history of one customer: this billing period, each day, and the periods before."""

from exporter.mixin.dashboards.board import Row
from exporter.mixin.dashboards.customer_panels import (
    COST,
    CURRENT,
    ELAPSED,
    MONEY_OF,
    ONE,
    OWNER,
    PERIOD,
    PROJECTED,
    amount,
)
from exporter.mixin.dashboards.details import SHORT_STEP
from exporter.mixin.dashboards.panels import MONEY, Json, Query, override, timeseries

JUST_BEFORE = "5m"
"""Days are compared at 23:55: at midnight, the amounts may already be of the next period."""


def spent_per_day() -> str:
    """What the cost of the period has grown by in a day; all of it on the period's first day."""

    def at(offset: str) -> str:
        return (
            f"max by ({MONEY_OF}) ({COST}{{{ONE}}} offset {offset}) and on ({OWNER}) {ELAPSED}{{{ONE}}} offset {offset}"
        )

    def start(offset: str) -> str:
        return f"max by ({OWNER}) ({PERIOD}_start_timestamp_seconds{{{ONE}}} offset {offset})"

    day_before = f"1d{JUST_BEFORE}"
    first_day = f"time() - {start(JUST_BEFORE)} <= 86400 + 300"
    same = f"{start(JUST_BEFORE)} == {start(day_before)}"
    return (
        f"(({at(JUST_BEFORE)}) and on ({OWNER}) ({first_day})) "
        f"or (({at(JUST_BEFORE)}) - ({at(day_before)}) and on ({OWNER}) ({same}))"
    )


def _days() -> Json:
    """Bars of the days that have ended: each is left of the midnight that ends it."""
    panel = timeseries(
        "Cost per day",
        "What the estimated cost has grown by on each day (UTC). Microsoft rates usage with delay, and credits are "
        "negative.",
        MONEY,
        Query(spent_per_day(), "{{currency}}"),
        days=True,
    )
    custom = panel["fieldConfig"]["defaults"]["custom"] | {"barAlignment": -1}
    defaults = panel["fieldConfig"]["defaults"] | {"custom": custom}
    return panel | {"fieldConfig": panel["fieldConfig"] | {"defaults": defaults}}


def _periods() -> Json:
    """The last year whatever the time range of the dashboard is."""
    panel = timeseries(
        "Billing periods of the last year",
        "Estimated cost of the billing period so far, day by day: the last bar of each period is what it cost. The "
        "budget is dashed. Prometheus must store as much history.",
        MONEY,
        Query(CURRENT, "cost, {{currency}}"),
        Query(amount("azure_billing:budget:amount"), "budget, {{currency}}", dashed=True, colour="red"),
        days=True,
    )
    panel["fieldConfig"]["overrides"].append(override("byFrameRefID", "B", {"custom.drawStyle": "line"}))
    return panel | {"timeFrom": "395d"}


EVEN = f"{amount('azure_billing:budget:amount')} * on ({OWNER}) group_left () max by ({OWNER}) ({ELAPSED}{{{ONE}}})"
HISTORY = Row(
    "History",
    (
        (
            timeseries(
                "Cost and budget",
                "Estimated cost of the billing period so far; dashed: its projection, the budget, and what an even use "
                "of the budget would have spent.",
                MONEY,
                Query(CURRENT, "cost, {{currency}}", colour="green"),
                Query(amount("azure_billing:budget:amount"), "budget, {{currency}}", dashed=True, colour="red"),
                Query(PROJECTED, "projected, {{currency}}", dashed=True, colour="orange"),
                Query(EVEN, "even use, {{currency}}", dashed=True, colour="text"),
                interval=SHORT_STEP,
            ),
            12,
            11,
        ),
        (_days(), 12, 11),
        (_periods(), 24, 9),
    ),
)
