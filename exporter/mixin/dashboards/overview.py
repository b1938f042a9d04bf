"""*Azure billing / Overview*: firing alerts, and budgets and costs of all APIs."""

from exporter.mixin.dashboards.board import Row, Variable, dashboard, link
from exporter.mixin.dashboards.panels import (
    BUDGET,
    COUNT,
    DAYS,
    MONEY,
    NONE,
    RATIO,
    SECONDS,
    Json,
    Query,
    bars,
    stat,
    table,
    timeseries,
)

ACCOUNT = Variable("account", "Account", "label_values(azure_billing_exporter_collector_success, account)")
CURRENCY = Variable("currency", "Currency", "label_values(azure_billing:cost:month_to_date, currency)", multi=False)
BUDGETS = {"account": "Account", "budget": "Budget", "currency": "Currency"}
AZURE_BUDGETS = BUDGETS | {"scope": "Scope", "time_grain": "Period"}
"""With the scope and the length of the period of budgets that are set in Azure, whose names repeat."""
MINE = 'account=~"$account"'
PAID = f'{MINE},currency="$currency"'
NAMED = "{{budget}}, {{currency}} ({{account}})"


def budgets(mine: str, columns: dict[str, str], most: int = 100) -> Json:
    """The table of budgets, those with the highest used ratio first."""
    top = f"topk({most}, azure_billing:budget:used_ratio{{{mine}}})"
    return table(
        "Budgets",
        "Budgets of the selected accounts, each in its own currency, with spending in its period and its projection.",
        columns,
        Query(top, "Used"),
        Query(f"azure_billing:budget:spent{{{mine}}}", "Spent"),
        Query(f"azure_billing:budget:amount{{{mine}}}", "Budget amount"),
        Query(f"azure_billing:budget:projected{{{mine}}}", "Projected"),
        Query(f"azure_billing:budget:pace_ratio{{{mine}}}", "Pace"),
        Query(f"azure_billing:budget:days_left{{{mine}}}", "Days left"),
        sort="Used",
        units={
            "Used": RATIO,
            "Pace": RATIO,
            "Spent": MONEY,
            "Budget amount": MONEY,
            "Projected": MONEY,
            "Days left": DAYS,
        },
        steps={"Used": BUDGET, "Pace": ((0, "green"), (1, "orange"))},
        links={
            "Budget": (
                "Customers",
                link("azure-billing-partner-center", "${account:queryparam}", "${datasource:queryparam}"),
            )
        },
    )


ATTENTION = Row(
    "Alerts",
    (
        (
            stat(
                "Firing by severity",
                "Number of firing alerts. Critical alerts page someone; warnings are for working hours.",
                COUNT,
                Query(
                    'count by (severity) (ALERTS{alertstate="firing",alertname=~"(Azure|PartnerCenter).+"})',
                    "{{severity}}",
                ),
                steps=((0, "orange"),),
                no_value="none",
            ),
            6,
            7,
        ),
        (
            table(
                "Firing alerts",
                "Firing alerts of the selected accounts. The runbook describes what to do about each.",
                {
                    "alertname": "Alert",
                    "severity": "Severity",
                    "account": "Account",
                    "budget": "Budget",
                    "customer_name": "Customer",
                    "subscription_name": "Subscription",
                    "collector": "Collector",
                    "currency": "Currency",
                },
                Query(f'ALERTS{{alertstate="firing",alertname=~"(Azure|PartnerCenter).+",{MINE}}}', "Firing"),
                sort="Severity",
                units={"Firing": NONE},
            ),
            18,
            7,
        ),
    ),
)
SPENDING = Row(
    "Budgets",
    (
        (
            bars(
                "Budgets by used share",
                "Share of each budget that is spent in its current period.",
                RATIO,
                Query(f"sort_desc(topk(15, azure_billing:budget:used_ratio{{{MINE}}}))", NAMED),
                steps=BUDGET,
                min=0,
                max=1,
            ),
            10,
            11,
        ),
        (
            timeseries(
                "Used share over time",
                "Used share of each budget and elapsed share of the month. A budget above that line is spent too fast.",
                RATIO,
                Query(f"topk(10, azure_billing:budget:used_ratio{{{MINE}}})", NAMED),
                Query("max(azure_billing:period:elapsed_ratio)", "elapsed share of the month"),
            ),
            14,
            11,
        ),
        (budgets(MINE, AZURE_BUDGETS), 24, 11),
    ),
)
COSTS = Row(
    "Costs in $currency",
    (
        (
            stat(
                "Month to date, $currency",
                "Cost of the current month so far, by account.",
                MONEY,
                Query(f"azure_billing:cost:month_to_date{{{PAID}}}", "{{account}} {{currency}}"),
            ),
            8,
            6,
        ),
        (
            stat(
                "Projected for the month, $currency",
                "Cost at the end of the month at the current rate. For B2C the estimate includes price tiers.",
                MONEY,
                Query(f"azure_billing:cost:projected{{{PAID}}}", "{{account}} {{currency}}"),
            ),
            8,
            6,
        ),
        (
            stat(
                "Compared with last month",
                "Projected cost of this month relative to the previous month.",
                RATIO,
                Query(f"azure_billing:cost:month_over_month_ratio{{{PAID}}}", "{{account}} {{currency}}"),
                no_value="no previous month",
            ),
            8,
            6,
        ),
        (
            timeseries(
                "Cost of the month over time, $currency",
                "Cost of the month to date, by account. It resets every month; credits are negative.",
                MONEY,
                Query(f"azure_billing:cost:month_to_date{{{PAID}}}", "{{account}} {{currency}}"),
            ),
            24,
            9,
        ),
    ),
)
FRESHNESS = Row(
    "Data freshness",
    (
        (
            stat(
                "Failing collectors",
                "Collectors whose last run failed. Their last good values stay published.",
                COUNT,
                Query(f"count(azure_billing_exporter_collector_success{{{MINE}}} == 0) or vector(0)", "failing"),
                steps=((0, "green"), (1, "red")),
            ),
            8,
            5,
        ),
        (
            stat(
                "Oldest successful run",
                "Longest time since a collector last succeeded, by account.",
                SECONDS,
                Query(
                    "max by (account) (time() - "
                    f"azure_billing_exporter_collector_last_success_timestamp_seconds{{{MINE}}})",
                    "{{account}}",
                ),
            ),
            8,
            5,
        ),
        (
            stat(
                "Age of the data",
                "Age of the published amounts: the time since their data timestamp.",
                SECONDS,
                Query(f"time() - azure_billing:data:timestamp_seconds{{{MINE}}}", "{{account}} {{collector}}"),
            ),
            8,
            5,
        ),
    ),
)

BOARD = dashboard(
    "azure-billing-overview",
    "Azure billing / Overview",
    "Alerts, budgets and costs of Azure accounts, B2C tenants and Partner Center customers.",
    (ACCOUNT, CURRENCY),
    (ATTENTION, SPENDING, COSTS, FRESHNESS),
)
