"""Panels of the dashboard *Azure billing / Cost*, and what they select."""

from exporter.mixin.dashboards.panels import MONEY, Json, Query, bars, stat, timeseries

COST = "azure_cost_month_to_date"
MINE = 'account=~"$account",currency="$currency"'
BILL = f'{MINE},collector="usagedetails"'
"""For the series that unite all APIs: those of Azure bills."""
CHOSEN = f'{MINE},subscription_name=~"$subscription"'


def summed(family: str, label: str) -> str:
    """The cost by one label, always with the currency; not over accounts, whose scopes may overlap.

    Costs without the label, such as those of an account that does not have it, are shown as `none`.
    """
    costs = f"sum by (account, {label}, currency) ({family}{{{CHOSEN}}})"
    return f'label_replace({costs}, "{label}", "none", "{label}", "")'


def by(label: str, title: str) -> tuple[tuple[Json, int, int], ...]:
    """Panels of the cost by a label: the month to date and the days."""
    legend = f"{{{{{label}}}}} ({{{{account}}}})"
    return (
        (
            bars(
                f"Month to date by {title}, $currency",
                f"Cost of the current billing period so far, top 15 by {title}.",
                MONEY,
                Query(f"sort_desc(topk(15, {summed(COST, label)}))", legend),
            ),
            10,
            12,
        ),
        (
            timeseries(
                f"Daily cost by {title}, $currency",
                f"Cost of the newest complete day, top 10 by {title}; shown at the time it was read, days later.",
                MONEY,
                Query(f"topk(10, {summed('azure_cost_daily', label)})", legend),
                stacked=True,
            ),
            14,
            12,
        ),
    )


def one(title: str, description: str, family: str, no_value: str = "no data") -> tuple[Json, int, int]:
    """An amount of money of the account."""
    selected = BILL if family.startswith("azure_billing:") else MINE
    query = Query(f"{family}{{{selected}}}", "{{account}}")
    return stat(f"{title}, $currency", description, MONEY, query, no_value=no_value), 6, 4
