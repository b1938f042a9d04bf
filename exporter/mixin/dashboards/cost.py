"""*Azure billing / Cost*: by subscription, meter and any other label; marketplace, commitments, balance, budgets."""

from exporter.mixin.dashboards.board import Row, Variable, dashboard
from exporter.mixin.dashboards.cost_panels import BILL, CHOSEN, COST, MINE, by, one
from exporter.mixin.dashboards.cost_rows import BALANCE, COMMITMENTS, MARKETPLACE
from exporter.mixin.dashboards.overview import AZURE_BUDGETS, budgets
from exporter.mixin.dashboards.panels import MONEY, RATIO, Query, stat, table, timeseries

ACCOUNT = Variable("account", "Account", f"label_values({COST}, account)")
CURRENCY = Variable("currency", "Currency", f'label_values({COST}{{account=~"$account"}}, currency)', multi=False)
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
                Query(f"azure_billing:cost:month_over_month_ratio{{{BILL}}}", "{{account}}"),
            ),
            6,
            4,
        ),
        (
            timeseries(
                "Microsoft's forecast, $currency",
                "Microsoft's forecast of the cost of the whole month, and the cost at the current rate.",
                MONEY,
                Query(f"azure_cost_forecast_month{{{MINE}}}", "{{account}}, forecast"),
                Query(f"azure_billing:cost:projected{{{BILL}}}", "{{account}}, current rate"),
            ),
            24,
            8,
        ),
        (
            timeseries(
                "Cost of the month over time, $currency",
                "Cost of the billing period so far, by account. It resets every month.",
                MONEY,
                Query(f"azure_billing:cost:month_to_date{{{BILL}}}", "{{account}}"),
            ),
            12,
            9,
        ),
        (
            timeseries(
                "Daily cost and its mean, $currency",
                "Cost of the newest complete day, and the mean of the four preceding weeks.",
                MONEY,
                Query(f"azure:cost_daily:by_account{{{MINE}}}", "{{account}}"),
                Query(f"azure:cost_daily:by_account_mean_4w{{{MINE}}}", "{{account}}, mean"),
            ),
            12,
            9,
        ),
    ),
)
METER = "account, meter_category, meter_subcategory, meter_name, currency"
METERS = Row(
    "Meters",
    (
        *by("meter_name", "meter"),
        (
            table(
                "Meters, $currency",
                "The 100 most expensive meters of this month, compared with the previous month.",
                {
                    "account": "Account",
                    "meter_category": "Category",
                    "meter_subcategory": "Subcategory",
                    "meter_name": "Meter",
                    "currency": "Currency",
                },
                Query(f"topk(100, sum by ({METER}) ({COST}{{{CHOSEN}}}))", "This month"),
                Query(f"sum by ({METER}) (azure_cost_previous_month{{{CHOSEN}}})", "Last month"),
                sort="This month",
                units={"This month": MONEY, "Last month": MONEY},
            ),
            24,
            10,
        ),
    ),
)
BOARD = dashboard(
    "azure-billing-cost",
    "Azure billing / Cost",
    "Azure costs of all agreements by subscription, meter, resource group or tag, compared with last month.",
    (ACCOUNT, CURRENCY, SUBSCRIPTION, DIMENSION),
    (
        MONTH,
        Row("Subscriptions", by("subscription_name", "subscription")),
        Row("Cost by $dimension", by("$dimension", "$dimension")),
        METERS,
        MARKETPLACE,
        COMMITMENTS,
        BALANCE,
        Row("Budgets", ((budgets(f'{MINE},customer_id=""', AZURE_BUDGETS), 24, 12),)),
    ),
)
