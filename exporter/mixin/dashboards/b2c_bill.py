"""Rows of the dashboard *Azure billing / B2C* on money: the estimate, and what Azure bills."""

from exporter.mixin.dashboards.board import Row
from exporter.mixin.dashboards.budget_tables import LABELS, budgets
from exporter.mixin.dashboards.panels import COUNT, MONEY, OTHERS, RATIO, Query, stat, timeseries
from exporter.mixin.dashboards.tables import MONTH_STEPS, MONTH_UNITS, table

MINE = 'account=~"$account"'
PAID = f'{MINE},currency="$currency"'
ESTIMATE = f'{PAID},collector="bill"'
NEARLY = ((0, "green"), (0.9, "orange"), (1, "red"))
METERS = 'meter_category=~"Azure Active Directory B2C|Azure Active Directory for External Identities|Microsoft Entra"'
"""The categories in which B2C, External ID and their second factors are billed. The last one has other services too."""
TOTALS = {"account": "Account", "currency": "Currency"}
COMPONENTS = {"account": "Account", "component": "Component"}
PARTS = {"account": "Account of the costs", "meter_category": "Meter category", "currency": "Currency"}


def _one(name: str) -> str:
    return f"max by (account, currency) (azure_billing:cost:{name}{{{ESTIMATE}}})"


def _component(name: str) -> str:
    return f"max by ({', '.join(COMPONENTS)}) (azure_b2c_{name}{{{MINE}}})"


def _billed(name: str) -> str:
    return f"sum by ({', '.join(PARTS)}) (azure:cost_{name}:by_meter{{{METERS}}})"


DATA = f'max by (account) (azure_billing:data:timestamp_seconds{{{MINE},collector="bill"}})'
COMPONENT = f"azure_b2c_estimated_component_cost_month_to_date{{{PAID}}}"
ESTIMATES = f"max by (account, component, currency) ({COMPONENT})"
TEN = f"topk(10, max by (account, component) ({COMPONENT} @ end()))"
BILL = Row(
    "Estimated bill",
    (
        (
            table(
                "Accounts, $currency",
                "Usage of this month so far and of the whole month at the configured prices, including tiers, and the "
                "previous month; the age of the data in days.",
                TOTALS,
                Query(_one("month_to_date"), "Month to date"),
                Query(_one("projected"), "Projected"),
                Query(_one("previous_month"), "Last month"),
                Query(f"{_one('month_over_month_ratio')} - 1", "Change"),
                Query(
                    f"(time() - ({_one('month_to_date')} * 0 + on (account) group_left () {DATA})) / 86400", "Data (d)"
                ),
                sort="Month to date",
                units=MONTH_UNITS,
                steps=MONTH_STEPS,
            ),
            24,
            6,
        ),
        (
            table(
                "Free quantity used",
                "Used share of the monthly free quantity, by component of the bill. What exceeds it is billed.",
                COMPONENTS,
                Query(_component("free_quantity_used_ratio"), "Used"),
                Query(_component("billed_quantity_month_to_date"), "Quantity"),
                Query(_component("free_quantity"), "Free"),
                sort="Used",
                units={"Used": RATIO, "Quantity": COUNT, "Free": COUNT},
                steps={"Used": NEARLY},
                gauges=("Used",),
                widths={"Account": 110, "Used": 140, "Quantity": 80, "Free": 70},
            ),
            24,
            6,
        ),
        (budgets('account=~"$account",currency="$currency"', LABELS), 24, 6),
        (
            timeseries(
                "Components of the bill, $currency",
                "Estimated cost of each component of the bill so far, also while another component is not known: the "
                "ten largest, and all others together.",
                MONEY,
                Query(f"{ESTIMATES} and on (account, component) {TEN}", "{{component}}, {{account}}, {{currency}}"),
                Query(
                    f"sum by (currency) ({ESTIMATES} unless on (account, component) {TEN})",
                    "all others, {{currency}}",
                    colour=OTHERS,
                ),
                stacked=True,
                interval="1h",
                wide=True,
            ),
            24,
            9,
        ),
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
                PARTS,
                Query(_billed("month_to_date"), "This month"),
                Query(_billed("previous_month"), "Last month"),
                sort="This month",
                units={"This month": MONEY, "Last month": MONEY},
                widths={"Account of the costs": 165, "Currency": 80, "This month": 95, "Last month": 95},
                empty="no cost of these meters",
            ),
            18,
            7,
        ),
        (
            stat(
                "Monthly active users",
                "Users to whom a token was issued this month, each once. Empty if the month was not read from its "
                "first day on, or if the source does not state it.",
                COUNT,
                Query(f"max by (account) (azure_b2c_monthly_active_users{{{MINE}}})", "{{account}}"),
                no_value="not known",
            ),
            6,
            7,
        ),
    ),
)
