"""*Azure billing / Overview*: firing alerts, and budgets and costs of all APIs."""

from exporter.mixin.dashboards.attention import ATTENTION
from exporter.mixin.dashboards.board import Row, dashboard, row_link
from exporter.mixin.dashboards.budget_tables import budgets, customer_budgets
from exporter.mixin.dashboards.customer_panels import ranking
from exporter.mixin.dashboards.details import Shown
from exporter.mixin.dashboards.freshness import FRESHNESS
from exporter.mixin.dashboards.panels import MONEY, RATIO, Query, timeseries
from exporter.mixin.dashboards.tables import MONTH_STEPS, MONTH_UNITS, table
from exporter.mixin.dashboards.variables import AS_RETURNED, Variable, currency

ACCOUNT = Variable("account", "Account", "label_values(azure_billing_exporter_collector_success, account)")
CURRENCY = currency("azure_billing:cost:month_to_date", 'account=~"$account"')
MINE = 'account=~"$account"'
PAID = f'{MINE},currency="$currency"'
SOURCES = {"usagedetails": "cost", "bill": "b2c", "usagerecords": "partner-center"}
"""The dashboard of each source of a cost, without the prefix of its uid."""
COLUMNS = {"account": "Account", "collector": "Source", "currency": "Currency"}
USED = "azure_billing:budget:used_ratio"
OTHERS = f'{USED}{{{MINE},customer_id=""}}'
CUSTOMERS = f'{MINE},customer_id!=""'
TOP = f"topk(8, max_over_time({OTHERS}[$__range:1d] @ end()))"


def _customers(name: str, most: int, ranks: str) -> Shown:
    """Thousands of budgets would be read to show a few of them."""
    return Shown(
        name,
        f"The {most} customers with the highest used share",
        f"query_result(topk({most}, {ranks}))",
        regex='/customer_id="(?<value>[^"]+)"/',
        sort=AS_RETURNED,
    )


LARGEST = f"topk(10, max by (account) (azure_billing:cost:month_to_date{{{PAID}}} @ end()))"
LISTED = _customers("listed", 50, ranking(CUSTOMERS))
DRAWN = _customers("top", 5, f"max by (customer_id) ({USED}{{{CUSTOMERS}}})")
MONTH = "(day_of_month() - 1 + hour() / 24) / days_in_month()"


def _cost(name: str) -> str:
    return _by_source(f"azure_billing:cost:{name}{{{PAID}}}")


def _age() -> str:
    """The days since the time that the amounts are of."""
    known = f"max by (account, collector) (azure_billing:data:timestamp_seconds{{{MINE}}})"
    of_each = f"azure_billing:cost:month_to_date{{{PAID}}} * 0 + on (account, collector) group_left () {known}"
    return f"(time() - {_by_source(of_each)}) / 86400"


def _by_source(expr: str) -> str:
    for source, board in SOURCES.items():
        expr = f'label_replace({expr}, "collector", "{board}", "collector", "{source}")'
    return f"max by ({', '.join(COLUMNS)}) ({expr})"


SPENDING = Row(
    "Budgets",
    (
        (budgets(MINE), 24, 8),
        (customer_budgets(f'{MINE},customer_id=~"${{listed:pipe}}"'), 24, 10),
        (
            timeseries(
                "Used share over time",
                "The eight budgets with the highest used share in the time range, the five customers with the highest "
                "used share now, and the elapsed share of the calendar month (dashed). A monthly budget above that "
                "line is spent too fast.",
                RATIO,
                Query(f"{OTHERS} and {TOP}", "{{budget}} ({{account}}), {{currency}}"),
                Query(
                    f'{USED}{{{MINE},customer_id!="",customer_id=~"${{top:pipe}}"}}',
                    "{{budget}} ({{account}}), {{currency}}",
                ),
                Query(MONTH, "elapsed share of the month", dashed=True, colour="text"),
                interval="1h",
                wide=True,
                min=0,
            ),
            24,
            12,
        ),
    ),
)
COSTS = Row(
    "Costs in $currency",
    (
        (
            table(
                "Accounts, $currency",
                "Cost of the current month so far, at its end at the current rate (for B2C including price tiers), and "
                "of the previous month; the age of the data in days. There is no sum, because accounts can overlap.",
                COLUMNS,
                Query(_cost("month_to_date"), "Month to date"),
                Query(_cost("projected"), "Projected"),
                Query(_cost("previous_month"), "Last month"),
                Query(f"{_cost('month_over_month_ratio')} - 1", "Change"),
                Query(_age(), "Data (d)"),
                sort="Month to date",
                units=MONTH_UNITS,
                steps=MONTH_STEPS,
                links={
                    "Account": (
                        "Costs of this account",
                        row_link("azure-billing-${__data.fields.Source}", account="Account", currency="Currency"),
                    )
                },
            ),
            24,
            8,
        ),
        (
            timeseries(
                "Cost of the month over time, $currency",
                "Cost of the month to date of the ten accounts with the highest cost. It resets every month; credits "
                "are negative.",
                MONEY,
                Query(f"{_cost('month_to_date')} and on (account) {LARGEST}", "{{account}}, {{currency}}"),
                interval="1h",
                wide=True,
            ),
            24,
            10,
        ),
    ),
)

BOARD = dashboard(
    "azure-billing-overview",
    "Azure billing / Overview",
    "Alerts, budgets and costs of Azure accounts, B2C tenants and Partner Center customers.",
    (ACCOUNT, CURRENCY, LISTED, DRAWN),
    (ATTENTION, SPENDING, COSTS, FRESHNESS),
)
