"""Tables of budgets, those with the highest used share first."""

from exporter.mixin.dashboards.board import CUSTOMER, row_link
from exporter.mixin.dashboards.panels import BUDGET, DAYS, MONEY, PACE, RATIO, Json, Query
from exporter.mixin.dashboards.tables import SCOPES, limited, table

LABELS = {"account": "Account", "budget": "Budget", "currency": "Currency"}
AZURE = LABELS | {"time_grain": "Period", "scope": "Scope"}
"""With the scope and the length of the period of budgets that are set in Azure, whose names repeat."""
CUSTOMERS = {"account": "Account", "budget": "Customer", "currency": "Currency", "customer_id": "Id"}
OF_ZERO = 1e9
EXCEEDED: Json = {
    "type": "range",
    "options": {"from": OF_ZERO, "to": 2 * OF_ZERO, "result": {"text": "budget is 0", "color": "red", "index": 0}},
}
WIDTHS = {
    "Currency": 80,
    "Account": 115,
    "Period": 70,
    "Used": 110,
    "Spent": 83,
    "Amount": 83,
    "Projected": 83,
    "Pace": 66,
    "Days left": 78,
    "Scope": 178,
}


def budgets(mine: str, columns: dict[str, str] = AZURE, most: int = 100) -> Json:
    """Budgets that are configured or set in Azure."""
    return _budgets(
        "Budgets",
        "Budgets that are configured or set in Azure, each in its own currency. The pace is the elapsed share of the "
        "period relative to which the budget is used: above 100 % it will not last. Days left are from the data on.",
        f'{mine},customer_id=""',
        columns,
        most,
    )


def customer_budgets(mine: str, most: int = 50) -> Json:
    """Budgets of the customers in Partner Center that `mine` selects."""
    return _budgets(
        "Customers' budgets",
        f"The {most} customers of Partner Center with the highest used share, each in its own currency.",
        f'{mine},customer_id!=""',
        CUSTOMERS,
        most,
        {"Customer": ("Customer", row_link(CUSTOMER, account="Account", customer_id="Id"))},
        hidden=("Id",),
        pace=_pace_of_customers(mine),
    )


def _pace_of_customers(mine: str) -> tuple[str, str, str]:
    """The projection, the pace and the days that are left of customers' budgets, with the budget's labels."""
    keys = "account, customer_id, currency"
    amount = f'max by ({", ".join(CUSTOMERS)}) (azure_billing:budget:amount{{{mine},customer_id!=""}})'

    def of_budget(name: str) -> str:
        return f"{amount} * 0 + on ({keys}) group_left () max by ({keys}) (azure_billing:{name}{{{mine}}})"

    projected = of_budget("customer:projected")
    pace = f"({projected}) / ({amount} > 0)"
    start, end = (
        f"on (account, customer_id) group_left () "
        f"max by (account, customer_id) (partner_center_customer_billing_period_{name}_timestamp_seconds)"
        for name in ("start", "end")
    )
    # From the period's start, the budget lasts for the length of the period divided by the pace.
    lasts = f"(({pace} > 0) ^ -1 * {end} - (({pace} > 0) ^ -1 - 1) * {start})"
    return projected, pace, f"clamp_min({lasts} - time(), 0) / 86400"


def _budgets(
    title: str,
    description: str,
    mine: str,
    columns: dict[str, str],
    most: int,
    links: dict[str, tuple[str, str]] | None = None,
    hidden: tuple[str, ...] = (),
    pace: tuple[str, str, str] | None = None,
) -> Json:
    keys = list(columns)

    def series(name: str) -> str:
        return f"max by ({', '.join(keys)}) (azure_billing:budget:{name}{{{mine}}})"

    projected, rate, left = pace or (series("projected"), series("pace_ratio"), series("days_left"))
    # A budget of zero has no used share: it is listed first if anything is spent of it, else last.
    used = f"({series('used_ratio')} or ({series('spent')} > {series('amount')}) * 0 + {OF_ZERO:g})"
    rank = f"topk({most}, {used} or {series('amount')} * 0 - {OF_ZERO:g})"
    return table(
        title,
        description,
        columns,
        Query(limited(used, keys, rank), "Used"),
        Query(limited(series("spent"), keys, rank), "Spent"),
        Query(limited(series("amount"), keys, rank), "Amount"),
        Query(limited(projected, keys, rank), "Projected"),
        Query(limited(rate, keys, rank), "Pace"),
        Query(limited(left, keys, rank), "Days left"),
        sort="Used",
        units={
            "Used": RATIO,
            "Pace": RATIO,
            "Spent": MONEY,
            "Amount": MONEY,
            "Projected": MONEY,
            "Days left": DAYS,
        },
        steps={"Used": BUDGET, "Pace": PACE},
        gauges=("Used",),
        texts={"Used": EXCEEDED},
        links=links,
        widths=WIDTHS if "scope" in columns else WIDTHS | {"Used": 145},
        shortened={"Scope": SCOPES} if "scope" in columns else None,
        hidden=hidden,
        empty="no budget",
    )
