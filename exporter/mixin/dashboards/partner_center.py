"""*Azure billing / Partner Center*: all customers, by used share of their budgets and by cost."""

from exporter.mixin.dashboards.board import CUSTOMER, Row, dashboard, link
from exporter.mixin.dashboards.customer_panels import COST, LATE, OWNER, named, ranking, since_read
from exporter.mixin.dashboards.customer_tables import DETAILS, customers, without_a_budget
from exporter.mixin.dashboards.details import SHORT_STEP, Search, Shown, linked
from exporter.mixin.dashboards.panels import (
    CHANGE,
    COUNT,
    MONEY,
    RATIO,
    SECONDS,
    Json,
    Query,
    Steps,
    Unit,
    stat,
    timeseries,
)
from exporter.mixin.dashboards.variables import AS_RETURNED, Variable, currency
from exporter.mixin.recording.breakdowns import TARGET

ACCOUNTS = 'account=~"$account"'
MINE = f'{ACCOUNTS},currency="$currency"'
BILL = f'{MINE},collector="usagerecords"'
BUDGETS = f'{ACCOUNTS},customer_id!=""'
TOTALS = f'max by (account, currency) (azure_billing:cost:month_to_date{{{ACCOUNTS},collector="usagerecords"}})'
ID = '/customer_id="(?<value>[^"]+)"/'
INFO = "partner_center_customer_info"
FOUND = " or ".join(f'{INFO}{{{ACCOUNTS},{label}=~"(?i).*$search.*"}}' for label in ("customer_name", "customer_id"))

ACCOUNT = Variable("account", "Account", "label_values(partner_center_customers, account)")
CURRENCY = currency("azure_billing:cost:month_to_date", f'{ACCOUNTS},collector="usagerecords"')
SEARCH = Search("search", "Part of a name or id", "")
RANKED = f"({ranking(BUDGETS)} or group by (customer_id) ({INFO}{{{ACCOUNTS}}}) - 9) and on (customer_id) ({FOUND})"
LISTED = Shown("listed", "Customers in the table", f"query_result(topk(100, {RANKED}))", regex=ID, sort=AS_RETURNED)
"""The highest used shares first, then customers without a budget.

Panels select them as `${listed:pipe}`: Prometheus looks up `a|b` in its index, but matches every customer with `(a|b)`.
"""
TOP = Shown(
    "top",
    "Most expensive customers",
    f"query_result(topk(10, max by (customer_id) ({COST}{{{MINE}}})))",
    regex=ID,
    sort=AS_RETURNED,
)
SERIES = link(
    CUSTOMER,
    "var-account=${__field.labels.account:percentencode}",
    "var-customer_id=${__field.labels.customer_id:percentencode}",
    "${datasource:queryparam}",
    "${__url_time_range}",
)


def figure(
    title: str, description: str, unit: Unit, query: str, no_value: str = "no data", steps: Steps = ((0, "text"),)
) -> tuple[Json, int, int]:
    """A figure of each account."""
    legend, width = ("{{account}}, {{currency}}", 4) if unit is MONEY else ("{{account}}", 3)
    return stat(title, description, unit, Query(query, legend), steps=steps, no_value=no_value), width, 5


def counted(family: str) -> str:
    """A number of customers by account; two exporters of the same account count once."""
    return f"sum by (account) (max without ({TARGET}) ({family}{{{ACCOUNTS}}}))"


SUMMARY = Row(
    "Summary",
    (
        figure("Customers", "Customers with a usage record.", COUNT, counted("partner_center_customers")),
        figure(
            "No budget",
            "Customers that have no budget.",
            COUNT,
            counted("partner_center_customers_without_budget"),
        ),
        figure(
            "Over budget",
            "Customers that have spent at least their budget, in any currency.",
            COUNT,
            f"count by (account) (azure_billing:budget:used_ratio{{{BUDGETS}}} >= 1 or "
            f"azure_billing:budget:spent{{{BUDGETS}}} > azure_billing:budget:amount)",
            "none",
            ((0, "green"), (1, "red")),
        ),
        figure(
            "Cost, $currency",
            "Estimated cost of the current billing period of all customers that pay in this currency.",
            MONEY,
            f"max by (account, currency) (azure_billing:cost:month_to_date{{{BILL}}})",
        ),
        figure(
            "Projected, $currency",
            "Sum of what each customer will cost at the end of its billing period, at the current rate.",
            MONEY,
            f"max by (account, currency) (azure_billing:cost:projected{{{BILL}}})",
            "not known yet",
        ),
        figure(
            "Change, $currency",
            "Projected cost relative to the previous month; absent if a customer's billing period is not the month.",
            RATIO,
            f"max by (account, currency) (azure_billing:cost:month_over_month_ratio{{{BILL}}}) - 1",
            "not known",
            CHANGE,
        ),
        (
            stat(
                "Time since read",
                "Time since the usage records were read. If they can't be, the last amounts stay published.",
                SECONDS,
                Query(since_read(ACCOUNTS), "{{account}}"),
                steps=LATE,
            ),
            4,
            5,
        ),
    ),
)
CUSTOMERS = Row(
    "Customers",
    (
        (customers(f'{ACCOUNTS},customer_id=~"${{listed:pipe}}"', TOTALS), 24, 14),
        (
            linked(
                timeseries(
                    "Most expensive customers, $currency",
                    "Estimated cost of the billing period so far: the ten customers that now cost most.",
                    MONEY,
                    Query(
                        named(
                            f'max by ({OWNER}, customer_name, currency) ({COST}{{{MINE},customer_id=~"${{top:pipe}}"}})'
                        ),
                        "{{customer}} ({{account}}), {{currency}}",
                    ),
                    interval=SHORT_STEP,
                    wide=True,
                ),
                DETAILS,
                SERIES,
            ),
            24,
            11,
        ),
        (without_a_budget(ACCOUNTS, MINE), 24, 7),
    ),
)

BOARD = dashboard(
    "azure-billing-partner-center",
    "Azure billing / Partner Center",
    "Costs and budgets of all customers. A customer's name leads to its own dashboard.",
    (ACCOUNT, CURRENCY, SEARCH, LISTED, TOP),
    (SUMMARY, CUSTOMERS),
)
