"""Panels of the dashboard *Azure billing / Subscription*, and what they select."""

from exporter.mixin.dashboards.cost_panels import as_part, compared, daily, ranked
from exporter.mixin.dashboards.panels import Json
from exporter.mixin.dashboards.tables import limited
from exporter.mixin.recording.breakdowns import TARGET

MONTH, LAST, DAY = (f"azure:cost_{name}:without_meter" for name in ("month_to_date", "previous_month", "daily"))
"""Recorded costs without their meters, which keep the labels that are configured."""
ONE = 'account="$account",currency="$currency",subscription_name="$subscription"'
ACCOUNTED = {"account": "Account", "currency": "Currency"}
METER = {"meter_category": "Category", "meter_subcategory": "Subcategory", "meter_name": "Meter"}
HIDDEN = ("Account",)
CURRENT = (
    "The 100 most expensive, with their share of the subscription's cost. The change compares this month at the "
    "current rate with the previous month."
)


def cost(series: str) -> str:
    """A recorded cost of the subscription."""
    return f"sum by (account, currency) ({series}{{{ONE}}})"


def _by_meter(family: str) -> str:
    """The meters of one subscription are few enough to be read as they are published."""
    return f"sum by ({', '.join((*METER, *ACCOUNTED))}) (max without ({TARGET}) ({family}{{{ONE}}}))"


def _by(series: str, label: str) -> str:
    """A recorded cost of the subscription by a label."""
    return f"sum by (account, currency, {label}) ({series}{{{ONE}}})"


def meters() -> tuple[tuple[Json, int, int], ...]:
    """The meters: the month, and its days."""
    keys = {"account": "Account", **METER, "currency": "Currency"}
    month, last, days = (_by_meter(f"azure_cost_{name}") for name in ("month_to_date", "previous_month", "daily"))
    return (
        (compared("Meters", CURRENT, keys, month, last, total=cost(MONTH), hidden=HIDDEN), 24, 12),
        daily(
            "Daily cost by meter",
            limited(days, list(keys), f"topk(10, sum_over_time(({days})[$__range:1d] @ end()))"),
            "{{meter_name}}, {{currency}}",
            cost(DAY),
        ),
    )


def parts(title: str, label: str) -> tuple[tuple[Json, int, int], ...]:
    """The cost by a label: the month, and its days."""
    keys = {"account": "Account", "part": title, "currency": "Currency"}
    by = f"account, currency, {label}"
    table = compared(
        f"Cost by {title.lower()}",
        CURRENT,
        keys,
        as_part(_by(MONTH, label), label),
        as_part(_by(LAST, label), label),
        total=cost(MONTH),
        hidden=HIDDEN,
    )
    return (
        (table, 24, 9),
        daily(
            f"Daily cost by {title.lower()}",
            as_part(f"{_by(DAY, label)} and on ({by}) {ranked('without_meter', by, ONE)}", label),
            "{{part}}, {{currency}}",
            cost(DAY),
        ),
    )
