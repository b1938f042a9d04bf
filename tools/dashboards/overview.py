"""*Azure billing / Overview*: what needs attention first, and spending against budget of all three APIs."""

from tools.dashboards.board import Row, Variable, dashboard
from tools.dashboards.panels import (
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
MINE = 'account=~"$account"'
PAID = f'{MINE},currency="$currency"'
NAMED = "{{budget}}, {{currency}} ({{account}})"


def budgets(mine: str, columns: dict[str, str], most: int = 100) -> Json:
    """The table of budgets, those nearest to their end first."""
    top = f"topk({most}, azure_billing:budget:used_ratio{{{mine}}})"
    return table(
        "Budgets",
        "Every budget of the chosen accounts, each in its own currency: what is spent this month, and where it leads.",
        columns,
        Query(top, "Used"),
        Query(f"azure_billing:budget:spent{{{mine}}}", "Spent"),
        Query(f"azure_billing:budget:amount{{{mine}}}", "Budget amount"),
        Query(f"azure_billing:budget:projected{{{mine}}}", "At the month's end"),
        Query(f"azure_billing:budget:pace_ratio{{{mine}}}", "Pace"),
        Query(f"azure_billing:budget:days_left{{{mine}}}", "Days left"),
        sort="Used",
        units={
            "Used": RATIO,
            "Pace": RATIO,
            "Spent": MONEY,
            "Budget amount": MONEY,
            "At the month's end": MONEY,
            "Days left": DAYS,
        },
        steps={"Used": BUDGET, "Pace": ((0, "green"), (1, "orange"))},
        links={
            "Budget": ("Customers", "/d/azure-billing-partner-center?${account:queryparam}&${datasource:queryparam}")
        },
    )


ATTENTION = Row(
    "What needs attention first",
    (
        (
            stat(
                "Alerts",
                "Alerts that are firing, by severity: critical is for the phone, warning for working hours.",
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
                "Firing now",
                "What fires for the chosen accounts; the runbook says what to do about each.",
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
    "Spending against budget",
    (
        (
            bars(
                "Budgets by use",
                "The share of each budget that is spent this month; 100 % is all of it.",
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
                "Use of budgets and the month",
                "Budgets that rise faster than the dashed month itself will be used up before it ends.",
                RATIO,
                Query(f"topk(10, azure_billing:budget:used_ratio{{{MINE}}})", NAMED),
                Query("max(azure_billing:period:elapsed_ratio)", "the month"),
            ),
            14,
            11,
        ),
        (budgets(MINE, BUDGETS), 24, 11),
    ),
)
COSTS = Row(
    "Costs in $currency",
    (
        (
            stat(
                "This month so far, $currency",
                "Cost of the current month by account.",
                MONEY,
                Query(f"azure_billing:cost:month_to_date{{{PAID}}}", "{{account}} {{currency}}"),
            ),
            8,
            6,
        ),
        (
            stat(
                "At the month's end, $currency",
                "The same drawn on to the end of the month; for B2C, with the tiers of the price list.",
                MONEY,
                Query(f"azure_billing:cost:projected{{{PAID}}}", "{{account}} {{currency}}"),
            ),
            8,
            6,
        ),
        (
            stat(
                "Against last month",
                "The projected month over the month before; 100 % is as much as then.",
                RATIO,
                Query(f"azure_billing:cost:month_over_month_ratio{{{PAID}}}", "{{account}} {{currency}}"),
                no_value="no month before",
            ),
            8,
            6,
        ),
        (
            timeseries(
                "Cost of the month, $currency",
                "It begins again with each month; credits are negative.",
                MONEY,
                Query(f"azure_billing:cost:month_to_date{{{PAID}}}", "{{account}} {{currency}}"),
            ),
            24,
            9,
        ),
    ),
)
FRESHNESS = Row(
    "Can this be believed?",
    (
        (
            stat(
                "Failing reports",
                "Reports whose last run failed; their last good figures stay.",
                COUNT,
                Query(f"count(azure_billing_exporter_collector_success{{{MINE}}} == 0) or vector(0)", "failing"),
                steps=((0, "green"), (1, "red")),
            ),
            8,
            5,
        ),
        (
            stat(
                "Oldest reading",
                "How long ago the report that was not read for the longest time was read.",
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
                "How far back the instant lies that the newest published data stands for.",
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
    "Spending against budget of Enterprise Agreements, B2C tenants and Partner Center customers.",
    (ACCOUNT, CURRENCY),
    (ATTENTION, SPENDING, COSTS, FRESHNESS),
)
