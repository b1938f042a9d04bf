"""Rows of the dashboard *Azure billing / B2C* on money: the estimate, and what Azure bills."""

from exporter.mixin.dashboards.board import Row
from exporter.mixin.dashboards.overview import BUDGETS, budgets
from exporter.mixin.dashboards.panels import COUNT, MONEY, RATIO, Query, bars, stat, table, timeseries

MINE = 'account=~"$account"'
PAID = f'{MINE},currency="$currency"'
NEARLY = ((0, "green"), (0.9, "orange"), (1, "red"))
METERS = 'meter_category=~"Azure Active Directory B2C|Azure Active Directory for External Identities|Microsoft Entra"'
"""The categories in which B2C, External ID and their second factors are billed. The last one has other services too."""
PARTS = "account, meter_category, currency"

BILL = Row(
    "Estimated bill",
    (
        (
            stat(
                "Month to date, $currency",
                "Usage of this month so far at the configured prices.",
                MONEY,
                Query(
                    f"sum by (account, currency) (azure_b2c_estimated_cost_month_to_date{{{PAID}}})",
                    "{{account}} {{currency}}",
                ),
            ),
            6,
            5,
        ),
        (
            stat(
                "Projected for the month, $currency",
                "Projected usage of the whole month at the configured prices, including tiers.",
                MONEY,
                Query(
                    f"sum by (account, currency) (azure_b2c_estimated_cost_month{{{PAID}}})",
                    "{{account}} {{currency}}",
                ),
            ),
            6,
            5,
        ),
        (
            bars(
                "Free quantity used",
                "Used share of the monthly free quantity, by component of the bill.",
                RATIO,
                Query(f"azure_b2c_free_quantity_used_ratio{{{MINE}}}", "{{component}}"),
                steps=NEARLY,
                min=0,
                max=1,
            ),
            12,
            5,
        ),
        (
            timeseries(
                "Components of the bill, $currency",
                "Estimated cost of each component of the bill so far, also while another component is not known.",
                MONEY,
                Query(f"azure_b2c_estimated_component_cost_month_to_date{{{PAID}}}", "{{component}} {{currency}}"),
                stacked=True,
            ),
            24,
            8,
        ),
        (budgets(f'{PAID},customer_id=""', BUDGETS), 24, 7),
    ),
)
BILLED = Row(
    "Billed by Azure",
    (
        (
            table(
                "Billed by Azure",
                "Cost of the meters of Azure AD B2C and External ID, from all accounts of Azure costs with the label "
                "meter_category. Microsoft Entra also has other services. Scopes that overlap show the same cost.",
                {"account": "Account of the costs", "meter_category": "Meter category", "currency": "Currency"},
                Query(f"sum by ({PARTS}) (azure_cost_month_to_date{{{METERS}}})", "This month"),
                Query(f"sum by ({PARTS}) (azure_cost_previous_month{{{METERS}}})", "Previous month"),
                sort="This month",
                units={"This month": MONEY, "Previous month": MONEY},
            ),
            16,
            7,
        ),
        (
            stat(
                "Monthly active users",
                "Users to whom a token was issued this month, each once. Empty if the month was not read from its "
                "first day on, or if the source does not state it.",
                COUNT,
                Query(f"azure_b2c_monthly_active_users{{{MINE}}}", "{{account}}"),
            ),
            8,
            7,
        ),
    ),
)
