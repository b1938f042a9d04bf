"""*Azure billing / Customer*: one customer of Partner Center, its budget, its subscriptions and its history."""

from exporter.mixin.dashboards.board import CUSTOMER as UID
from exporter.mixin.dashboards.board import Row, dashboard
from exporter.mixin.dashboards.budget_tables import EXCEEDED
from exporter.mixin.dashboards.customer_history import HISTORY
from exporter.mixin.dashboards.customer_panels import (
    COST,
    CURRENT,
    ELAPSED,
    LATE,
    MONEY_OF,
    ONE,
    PERIOD,
    PROJECTED,
    SUBSCRIPTION,
    USED,
    amount,
    change,
    days_left,
    previous,
    since_read,
)
from exporter.mixin.dashboards.details import SHORT_STEP, alerts
from exporter.mixin.dashboards.panels import (
    BUDGET,
    CHANGE,
    DAYS,
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
from exporter.mixin.dashboards.tables import limited, table
from exporter.mixin.dashboards.variables import AS_RETURNED, Variable

ACCOUNT = Variable("account", "Account", "label_values(partner_center_customers, account)", multi=False)
CUSTOMER = Variable(
    "customer_id",
    "Customer",
    "query_result(sort_desc(label_join("
    'max by (customer_id, customer_name) (azure_billing:budget:used_ratio{account="$account",customer_id!=""}) '
    "or on (customer_id) "
    'group by (customer_id, customer_name) (partner_center_customer_info{account="$account"}) - 9, '
    '"name_and_id", " ", "customer_name", "customer_id")))',
    multi=False,
    regex='/customer_id="(?<value>[^"]+)".*name_and_id=" ?(?<text>[^"]+)"/',
    sort=AS_RETURNED,
)
"""With the id in the text, so that typing a part of either finds the customer. That with the highest use is first."""


def figure(
    title: str, description: str, unit: Unit, query: str, no_value: str, steps: Steps = ((0, "text"),)
) -> tuple[Json, int, int]:
    """A figure of the customer, one in each of its currencies."""
    return stat(title, description, unit, Query(query, "{{currency}}"), steps=steps, no_value=no_value), 4, 5


def age(title: str, description: str, unit: Unit, query: str, steps: Steps = ((0, "text"),)) -> tuple[Json, int, int]:
    """A figure of the customer without a currency."""
    shown = stat(title, description, unit, Query(query, "{{account}}"), named=False, steps=steps, no_value="not known")
    return shown, 6, 4


BEFORE = previous(COST, MONEY_OF)
NOW = Row(
    "This billing period",
    (
        figure("Cost", "Estimated cost of the current billing period.", MONEY, CURRENT, "no cost"),
        figure(
            "Budget",
            "Spending budget for a billing period, as it is set in Partner Center.",
            MONEY,
            amount("azure_billing:budget:amount"),
            "no budget",
        ),
        (
            stat(
                "Used share",
                "Share of the budget that is spent.",
                RATIO,
                Query(USED, "{{currency}}"),
                steps=BUDGET,
                mappings=(EXCEEDED,),
                no_value="no budget",
            ),
            4,
            5,
        ),
        figure(
            "Projected",
            "Cost at the end of the billing period at the current rate; absent until a trend is known.",
            MONEY,
            PROJECTED,
            "not known yet",
        ),
        figure(
            "Previous period",
            "The last amount that was published for the previous billing period.",
            MONEY,
            BEFORE,
            "no history",
        ),
        figure(
            "Change",
            "Projected cost relative to the previous billing period.",
            RATIO,
            change(PROJECTED, BEFORE),
            "no history",
            CHANGE,
        ),
        age(
            "Days until the budget is used up",
            "At the current rate, from the time of the data on; 0 if it is used up.",
            DAYS,
            f"min by (account) ({days_left(ONE)})",
            ((0, "red"), (0.05, "text")),
        ),
        age(
            "Days until the period ends",
            "Time until the customer's next billing period begins; below 0 if it has, and its record is not read.",
            DAYS,
            f"(max by (account) ({PERIOD}_end_timestamp_seconds{{{ONE}}}) - time()) / 86400",
            ((-1, "red"), (0, "text")),
        ),
        age(
            "Age of the record",
            "Time since Microsoft last changed the customer's usage record.",
            SECONDS,
            f"time() - max by (account) (partner_center_customer_last_modified_timestamp_seconds{{{ONE}}})",
        ),
        age(
            "Time since it was read",
            "Time since the exporter last read the usage records of the account.",
            SECONDS,
            since_read('account="$account"'),
            LATE,
        ),
        (
            alerts(
                "Firing alerts of this customer, and those of its account as a whole, the most severe first.",
                'account="$account",customer_id=~"$customer_id|"',
                {
                    "alertname": "Alert",
                    "customer_name": "Customer",
                    "collector": "Collector",
                    "currency": "Currency",
                },
                {"Alert": 300, "Currency": 90},
            ),
            24,
            5,
        ),
    ),
)
KEYS = {
    "account": "Account",
    "customer_id": "Customer id",
    "subscription_name": "Subscription",
    "subscription_id": "Id",
    "currency": "Currency",
}
EACH = f"max by ({', '.join(KEYS)}) ({SUBSCRIPTION}{{{ONE}}})"
TOP = f"topk(100, {EACH})"
BEFORE_EACH = previous(SUBSCRIPTION, ", ".join(KEYS))
RATE = f"(max by (account, customer_id) ({ELAPSED}{{{ONE}}}) > 0.034)"
LARGEST = f"topk(10, max_over_time(({EACH})[$__range:1d] @ end()))"
NOT_READ = "not read: set detail to subscriptions"
SUBSCRIPTIONS = Row(
    "Subscriptions",
    (
        (
            table(
                "Subscriptions",
                "The 100 most expensive subscriptions, with their share of the customer's cost. The change "
                "compares the cost at the current rate with the previous billing period.",
                KEYS,
                Query(TOP, "Cost"),
                Query(f"{TOP} / on (currency) group_left () (sum by (currency) ({EACH}) > 0)", "Share"),
                Query(limited(BEFORE_EACH, list(KEYS), TOP), "Previous"),
                Query(change(f"{TOP} / on (account, customer_id) group_left () {RATE}", BEFORE_EACH), "Change"),
                sort="Cost",
                units={"Cost": MONEY, "Share": RATIO, "Previous": MONEY, "Change": RATIO},
                steps={"Change": CHANGE},
                gauges=("Share",),
                widths={"Id": 320, "Currency": 85, "Cost": 120, "Share": 190, "Previous": 120, "Change": 90},
                hidden=("Account", "Customer id"),
                empty=NOT_READ,
            ),
            24,
            8,
        ),
        (
            timeseries(
                "Most expensive subscriptions over time",
                "Estimated cost of the billing period so far: the ten subscriptions with the highest cost in the time "
                "range. They are read once or twice a day.",
                MONEY,
                Query(
                    limited(EACH, ("subscription_id", "currency"), LARGEST),
                    "{{subscription_name}} {{subscription_id}}, {{currency}}",
                ),
                interval=SHORT_STEP,
                no_value=NOT_READ,
            ),
            24,
            11,
        ),
    ),
)

BOARD = dashboard(
    UID,
    "Azure billing / Customer",
    "One Partner Center customer: its cost against its budget, its subscriptions and its history.",
    (ACCOUNT, CUSTOMER),
    (NOW, HISTORY, SUBSCRIPTIONS),
)
