"""*Azure billing / EA cost*: by subscription, meter and any other label; balance and budgets."""

from exporter.mixin.dashboards.board import Row, Variable, dashboard
from exporter.mixin.dashboards.overview import BUDGETS, budgets
from exporter.mixin.dashboards.panels import DAYS, MONEY, RATIO, Json, Query, bars, stat, table, timeseries

COST = "azure_cost_month_to_date"
ACCOUNT = Variable("account", "Account", "label_values(azure_ea_enrollment_info, account)")
CURRENCY = Variable(
    "currency", "Currency", 'label_values(azure_ea_enrollment_info{account=~"$account"}, currency)', multi=False
)
SUBSCRIPTION = Variable(
    "subscription",
    "Subscription",
    f'label_values({COST}{{account=~"$account",currency="$currency"}}, subscription_name)',
)
DIMENSION = Variable(
    "dimension",
    "By label",
    f"label_names({COST})",
    multi=False,
    regex="/^(?!__name__$|account$|currency$|instance$|job$|meter_name$|subscription_name$).+/",
)
MINE = 'account=~"$account",currency="$currency"'
CHOSEN = f'{MINE},subscription_name=~"$subscription"'


def summed(family: str, label: str) -> str:
    """The cost by one label, always with the currency."""
    return f"sum by ({label}, currency) ({family}{{{CHOSEN}}})"


def by(label: str, title: str) -> tuple[tuple[Json, int, int], ...]:
    """Panels of the cost by a label: the month to date and the days."""
    legend = f"{{{{{label}}}}} {{{{currency}}}}"
    return (
        (
            bars(
                f"Month to date by {title}, $currency",
                f"Cost of the current billing period so far, top 15 by {title}.",
                MONEY,
                Query(f"sort_desc(topk(15, {summed(COST, label)}))", legend),
            ),
            10,
            10,
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
            10,
        ),
    )


def one(title: str, description: str, family: str) -> tuple[Json, int, int]:
    """An amount of money of the account."""
    return (
        stat(f"{title}, $currency", description, MONEY, Query(f"{family}{{{MINE}}}", "{{account}} {{currency}}")),
        6,
        4,
    )


MONTH = Row(
    "The month",
    (
        one("Month to date", "Cost of the current billing period so far.", "azure_billing:cost:month_to_date"),
        one(
            "Projected for the month",
            "Cost at the end of the month at the current rate.",
            "azure_billing:cost:projected",
        ),
        one("Last month", "Cost of the previous billing period.", "azure_billing:cost:previous_month"),
        (
            stat(
                "Compared with last month",
                "Projected cost of this month relative to the previous month.",
                RATIO,
                Query(f"azure_billing:cost:month_over_month_ratio{{{MINE}}}", "{{account}} {{currency}}"),
            ),
            6,
            4,
        ),
        (
            timeseries(
                "Cost of the month over time, $currency",
                "Cost of the billing period so far, by account. It resets every month.",
                MONEY,
                Query(f"azure_billing:cost:month_to_date{{{MINE}}}", "{{account}} {{currency}}"),
            ),
            12,
            9,
        ),
        (
            timeseries(
                "Daily cost and its mean, $currency",
                "Cost of the newest complete day, and the mean of the four preceding weeks.",
                MONEY,
                Query(f"azure:cost_daily:by_account{{{MINE}}}", "{{account}} {{currency}}"),
                Query(f"azure:cost_daily:by_account_mean_4w{{{MINE}}}", "{{account}} {{currency}}, mean"),
            ),
            12,
            9,
        ),
    ),
)
METERS = Row(
    "Meters",
    (
        *by("meter_name", "meter"),
        (
            table(
                "Meters, $currency",
                "The 100 most expensive meters of this month, compared with the previous month.",
                {
                    "meter_category": "Category",
                    "meter_subcategory": "Subcategory",
                    "meter_name": "Meter",
                    "currency": "Currency",
                },
                Query(
                    f"topk(100, sum by (meter_category, meter_subcategory, meter_name, currency) ({COST}{{{CHOSEN}}}))",
                    "This month",
                ),
                Query(
                    "sum by (meter_category, meter_subcategory, meter_name, currency) "
                    f"(azure_cost_previous_month{{{CHOSEN}}})",
                    "Last month",
                ),
                sort="This month",
                units={"This month": MONEY, "Last month": MONEY},
            ),
            24,
            10,
        ),
    ),
)
BALANCE = Row(
    "Prepayment and overage",
    (
        one("Balance", "Monetary commitment that is left.", "azure_ea_ending_balance"),
        one("Used", "Monetary commitment used in this billing period.", "azure_ea_utilized"),
        one(
            "Overage", "Service overage and separately billed charges of this billing period.", "azure_ea_total_overage"
        ),
        (
            stat(
                "Days of prepayment left",
                "The balance divided by the usage per day; absent if nothing is left or nothing is used.",
                DAYS,
                Query(f"azure_ea:prepayment:days_left{{{MINE}}}", "{{account}}"),
                steps=((0, "red"), (7, "orange"), (30, "green")),
                no_value="no prepayment",
            ),
            6,
            4,
        ),
        (
            timeseries(
                "Balance and overage, $currency",
                "Monetary commitment that is left, and the charges of this month beyond it.",
                MONEY,
                Query(f"azure_ea_ending_balance{{{MINE}}}", "{{account}} {{currency}}, balance"),
                Query(f"azure_ea_total_overage{{{MINE}}}", "{{account}} {{currency}}, overage"),
            ),
            12,
            8,
        ),
        (
            table(
                "Marketplace, $currency",
                "Marketplace charges of this billing period.",
                {
                    "publisher": "Publisher",
                    "offer": "Offer",
                    "plan": "Plan",
                    "subscription_name": "Subscription",
                    "currency": "Currency",
                },
                Query(f"azure_marketplace_cost_month_to_date{{{CHOSEN}}}", "Cost"),
                sort="Cost",
                units={"Cost": MONEY},
            ),
            12,
            8,
        ),
    ),
)

BOARD = dashboard(
    "azure-billing-ea",
    "Azure billing / EA cost",
    "Costs of Enterprise Agreements by subscription, meter, resource group or tag, compared with last month.",
    (ACCOUNT, CURRENCY, SUBSCRIPTION, DIMENSION),
    (
        MONTH,
        Row("Subscriptions", by("subscription_name", "subscription")),
        Row("Cost by $dimension", by("$dimension", "$dimension")),
        METERS,
        BALANCE,
        Row("Budgets", ((budgets(f'{MINE},customer_id=""', BUDGETS), 24, 9),)),
    ),
)
