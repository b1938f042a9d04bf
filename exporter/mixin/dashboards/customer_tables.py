"""Tables of the customers of Partner Center."""

from exporter.mixin.dashboards.board import CUSTOMER, row_link
from exporter.mixin.dashboards.budget_tables import EXCEEDED
from exporter.mixin.dashboards.customer_panels import (
    COST,
    MONEY_OF,
    OWNER,
    amount,
    change,
    days_left,
    named,
    previous,
    used,
)
from exporter.mixin.dashboards.panels import BUDGET, CHANGE, DAYS, MONEY, RATIO, Json, Query
from exporter.mixin.dashboards.tables import table

COLUMNS = {"account": "Account", "customer": "Customer", "customer_id": "Id", "currency": "Currency"}
DETAILS = "Details of this customer"
LINKS = {"Customer": (DETAILS, row_link(CUSTOMER, account="Account", customer_id="Id"))}
LAST_HOURS = "6h"
"""A hundred customers are looked up in their previous periods; what the last hours added is not missed in a change."""


def customers(selector: str, totals: str) -> Json:
    """The customers that `selector` selects; `totals` is the cost of their accounts by account and currency."""
    cost, projected = amount(COST, selector), amount("azure_billing:customer:projected", selector)
    share = f"{cost} / on (account, currency) group_left () ({totals} > 0)"
    changed = f"({change(projected, previous(COST, MONEY_OF, selector, LAST_HOURS))})"
    info = f"max by ({OWNER}, customer_name) (partner_center_customer_info{{{selector}}})"
    name = f"* on ({OWNER}) group_left (customer) topk by ({OWNER}) (1, {named(info)})"
    return table(
        "Customers and their budgets",
        "The 100 customers with the highest used share of their budget, each in its own currency; then customers "
        "without a budget. To find others, type a part of a name or id at the top. The share is that of the account's "
        "cost in the currency; the change compares the projected cost with the previous billing period.",
        COLUMNS,
        Query(f"{used(selector)} {name}", "Used"),
        Query(f"{cost} {name}", "Cost"),
        Query(f"{amount('azure_billing:budget:amount', selector)} {name}", "Budget"),
        Query(f"{projected} {name}", "Projected"),
        Query(f"({days_left(selector)}) {name}", "Days left"),
        Query(f"{share} {name}", "Share"),
        Query(f"{changed} {name}", "Change"),
        sort="Used",
        units={
            "Used": RATIO,
            "Cost": MONEY,
            "Budget": MONEY,
            "Projected": MONEY,
            "Days left": DAYS,
            "Share": RATIO,
            "Change": RATIO,
        },
        steps={"Used": BUDGET, "Change": CHANGE},
        gauges=("Used",),
        texts={"Used": EXCEEDED},
        links=LINKS,
        widths={
            "Account": 110,
            "Currency": 80,
            "Used": 135,
            "Cost": 83,
            "Budget": 83,
            "Projected": 83,
            "Days left": 78,
            "Share": 66,
            "Change": 72,
        },
        hidden=("Id",),
        empty="no customer is found",
    )


def without_a_budget(accounts: str, mine: str) -> Json:
    """The most expensive customers in a currency that no budget covers."""
    costs = f"max by ({OWNER}, customer_name, currency) ({COST}{{{mine}}})"
    budgets = f'azure_billing:budget:amount{{{accounts},customer_id!=""}}'
    top = f"topk(50, {costs} > 0 unless on ({OWNER}) {budgets})"
    return table(
        "Customers without a budget, $currency",
        "The 50 most expensive customers that have no budget, so that no alert on budgets covers them.",
        COLUMNS,
        Query(f"max by ({', '.join(COLUMNS)}) ({named(top)})", "Cost"),
        sort="Cost",
        units={"Cost": MONEY},
        links=LINKS,
        widths={"Account": 200, "Cost": 160},
        hidden=("Id",),
        empty="no customer without a budget has costs in this currency",
    )
