"""*Azure billing / Cost*: by subscription, meter and any other label; marketplace, commitments, balance, budgets."""

from exporter.mixin.dashboards.board import SUBSCRIPTION, Row, dashboard, row_link
from exporter.mixin.dashboards.budget_tables import budgets
from exporter.mixin.dashboards.cost_month import MONTH
from exporter.mixin.dashboards.cost_panels import (
    DIMENSION_KEYS,
    MINE,
    as_part,
    by_dimension,
    compared,
    daily,
    ranked,
    summed,
)
from exporter.mixin.dashboards.cost_rows import BALANCE, COMMITMENTS, MARKETPLACE
from exporter.mixin.dashboards.details import Shown
from exporter.mixin.dashboards.tables import limited
from exporter.mixin.dashboards.variables import AS_RETURNED, Variable, currency

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
SUBSCRIPTIONS = {"account": "Account", "subscription_name": "Subscription", "currency": "Currency"}
METER = {
    "account": "Account",
    "meter_category": "Category",
    "meter_subcategory": "Subcategory",
    "meter_name": "Meter",
    "currency": "Currency",
}
METERS = Shown(
    "meter",
    "Most expensive meters",
    f"query_result({ranked('by_meter', ', '.join(METER))})",
    regex='/meter_name="(?<value>[^"]+)"/',
    sort=AS_RETURNED,
)
"""A chart of a month would read every meter's days to draw a few of them."""
THESE = f'{MINE},meter_name=~"$meter"'


PART = {"account": "Account", "part": "$dimension", "currency": "Currency"}
ONE = row_link(SUBSCRIPTION, account="Account", subscription="Subscription")
CURRENT = "The 100 most expensive, with their share of the account's total. The change compares this month at the "
CURRENT += "current rate with the previous month."

BOARD = dashboard(
    "azure-billing-cost",
    "Azure billing / Cost",
    "Azure costs of all agreements by subscription, meter, resource group or tag, compared with last month.",
    (ACCOUNT, CURRENCY, DIMENSION, METERS),
    (
        MONTH,
        Row("Budgets", ((budgets('account=~"$account"'), 24, 8),)),
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
                    limited(
                        summed("azure:cost_daily:by_subscription", SUBSCRIPTIONS),
                        list(SUBSCRIPTIONS),
                        ranked("without_meter", ", ".join(SUBSCRIPTIONS), f'{MINE},subscription_name!=""'),
                    ),
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
                    as_part(
                        f"{by_dimension('azure:cost_daily:without_meter')} and on ({DIMENSION_KEYS}) "
                        f"{ranked('without_meter', DIMENSION_KEYS)}",
                        "$dimension",
                    ),
                    "{{part}} ({{account}}), {{currency}}",
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
                        widths={"Account": 130, "Share": 105},
                    ),
                    24,
                    12,
                ),
                daily(
                    "Daily cost by meter",
                    limited(
                        f"azure:cost_daily:by_meter{{{THESE}}}",
                        list(METER),
                        ranked("by_meter", ", ".join(METER), THESE),
                    ),
                    "{{meter_category}} {{meter_name}} ({{account}}), {{currency}}",
                    wide=False,
                ),
            ),
        ),
        MARKETPLACE,
        COMMITMENTS,
        BALANCE,
    ),
)
