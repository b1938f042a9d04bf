"""*Azure billing / Cost*: by subscription, meter and any other label; marketplace, commitments, balance, budgets."""

from exporter.mixin.dashboards.board import SUBSCRIPTION, Row, dashboard, row_link
from exporter.mixin.dashboards.budget_tables import budgets
from exporter.mixin.dashboards.cost_panels import (
    BILL,
    DIMENSION_KEYS,
    ELAPSED,
    MINE,
    as_part,
    by_dimension,
    compared,
    daily,
    named,
    summed,
)
from exporter.mixin.dashboards.cost_rows import BALANCE, COMMITMENTS, MARKETPLACE
from exporter.mixin.dashboards.panels import CHANGE, MONEY, RATIO, Query, timeseries
from exporter.mixin.dashboards.tables import table
from exporter.mixin.dashboards.variables import Variable, currency

TOTALS = 'azure_billing:cost:month_to_date{collector="usagedetails"}'
ACCOUNT = Variable("account", "Account", f"label_values({TOTALS}, account)")
CURRENCY = currency("azure_billing:cost:month_to_date", 'account=~"$account",collector="usagedetails"')
DIMENSION = Variable(
    "dimension",
    "By label",
    "label_names(azure:cost_daily:without_meter)",
    multi=False,
    regex="/^(?!__name__$|account$|currency$|subscription_name$).+/",
)
COLUMNS = {"account": "Account", "currency": "Currency"}


def _one(name: str) -> str:
    return f"max by (account, currency) ({name})"


MONTH = Row(
    "The month",
    (
        (
            table(
                "Accounts, $currency",
                "Cost of the current billing period so far and at its end at the current rate, Microsoft's forecast, "
                "and the cost of the previous period. Scopes of accounts may overlap, so there is no sum.",
                COLUMNS,
                Query(_one(f"azure_billing:cost:month_to_date{{{BILL}}}"), "Month to date"),
                Query(_one(f"azure_billing:cost:projected{{{BILL}}}"), "Projected"),
                Query(_one(f"azure_cost_forecast_month{{{MINE}}}"), "Forecast"),
                Query(_one(f"azure_billing:cost:previous_month{{{BILL}}}"), "Last month"),
                Query(_one(f"azure_billing:cost:month_over_month_ratio{{{BILL}}}") + " - 1", "Change"),
                Query(
                    _one(f"azure_billing:cost:month_to_date{{{BILL}}}")
                    + f" * 0 + on (account) group_left () max by (account) ({ELAPSED})",
                    "Elapsed",
                ),
                sort="Month to date",
                units={
                    "Month to date": MONEY,
                    "Projected": MONEY,
                    "Forecast": MONEY,
                    "Last month": MONEY,
                    "Change": RATIO,
                    "Elapsed": RATIO,
                },
                steps={"Change": CHANGE},
                widths={"Currency": 85},
            ),
            24,
            7,
        ),
        (
            timeseries(
                "Cost of the month over time, $currency",
                "Cost of the billing period so far, by account, and Microsoft's forecast of the whole month (dashed). "
                "It resets every month.",
                MONEY,
                Query(_one(f"azure_billing:cost:month_to_date{{{BILL}}}"), "{{account}}, {{currency}}"),
                Query(_one(f"azure_cost_forecast_month{{{MINE}}}"), "{{account}}, forecast, {{currency}}", dashed=True),
                interval="1h",
            ),
            12,
            10,
        ),
        (
            timeseries(
                "Daily cost and its mean, $currency",
                "Cost of the newest complete day, and the mean of the four preceding weeks (dashed).",
                MONEY,
                Query(f"azure:cost_daily:by_account{{{MINE}}}", "{{account}}, {{currency}}"),
                Query(f"azure:cost_daily:by_account_mean_4w{{{MINE}}}", "{{account}}, mean, {{currency}}", dashed=True),
                interval="1h",
            ),
            12,
            10,
        ),
    ),
)
SUBSCRIPTIONS = {"account": "Account", "subscription_name": "Subscription", "currency": "Currency"}
METER = {
    "account": "Account",
    "meter_category": "Category",
    "meter_subcategory": "Subcategory",
    "meter_name": "Meter",
    "currency": "Currency",
}
PART = {"account": "Account", "part": "Part", "currency": "Currency"}
ONE = row_link(SUBSCRIPTION, account="Account", subscription="Subscription")
CURRENT = "The 100 most expensive, with their share of the account's total. The change compares this month at the "
CURRENT += "current rate with the previous month."

BOARD = dashboard(
    "azure-billing-cost",
    "Azure billing / Cost",
    "Azure costs of all agreements by subscription, meter, resource group or tag, compared with last month.",
    (ACCOUNT, CURRENCY, DIMENSION),
    (
        MONTH,
        Row("Budgets", ((budgets('account=~"$account"'), 24, 9),)),
        Row(
            "Subscriptions",
            (
                (
                    compared(
                        "Subscriptions",
                        CURRENT,
                        SUBSCRIPTIONS,
                        summed("azure:cost_month_to_date:without_meter", SUBSCRIPTIONS),
                        summed("azure:cost_previous_month:without_meter", SUBSCRIPTIONS),
                        links={"Subscription": ("Details of this subscription", ONE)},
                    ),
                    24,
                    10,
                ),
                daily(
                    "Daily cost by subscription",
                    named(summed("azure:cost_daily:without_meter", SUBSCRIPTIONS), "subscription_name"),
                    ", ".join(SUBSCRIPTIONS),
                    "{{subscription_name}} ({{account}}), {{currency}}",
                ),
            ),
        ),
        Row(
            "Cost by $dimension",
            (
                (
                    compared(
                        "Cost by $dimension",
                        CURRENT,
                        PART,
                        as_part(by_dimension("azure:cost_month_to_date:without_meter"), "$dimension"),
                        as_part(by_dimension("azure:cost_previous_month:without_meter"), "$dimension"),
                    ),
                    24,
                    10,
                ),
                daily(
                    "Daily cost by $dimension",
                    by_dimension("azure:cost_daily:without_meter"),
                    DIMENSION_KEYS,
                    "{{part}} ({{account}}), {{currency}}",
                    part="$dimension",
                ),
            ),
        ),
        Row(
            "Meters",
            (
                (
                    compared(
                        "Meters",
                        CURRENT,
                        METER,
                        f"azure:cost_month_to_date:by_meter{{{MINE}}}",
                        f"azure:cost_previous_month:by_meter{{{MINE}}}",
                    ),
                    24,
                    12,
                ),
                daily(
                    "Daily cost by meter",
                    f"azure:cost_daily:by_meter{{{MINE}}}",
                    ", ".join(METER),
                    "{{meter_category}} {{meter_name}} ({{account}}), {{currency}}",
                ),
            ),
        ),
        MARKETPLACE,
        COMMITMENTS,
        BALANCE,
    ),
)
