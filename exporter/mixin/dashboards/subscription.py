"""*Azure billing / Subscription*: one Azure subscription by meter, resource group and any other label, and by day."""

from exporter.mixin.dashboards.board import SUBSCRIPTION as UID
from exporter.mixin.dashboards.board import Row, dashboard
from exporter.mixin.dashboards.cost_panels import ELAPSED
from exporter.mixin.dashboards.cost_panels import LAST as OF_LAST_MONTH
from exporter.mixin.dashboards.details import SHORT_STEP, alerts
from exporter.mixin.dashboards.panels import CHANGE, MONEY, RATIO, Json, Query, Steps, Unit, stat, timeseries
from exporter.mixin.dashboards.subscription_panels import DAY, LAST, MONTH, ONE, cost, meters, parts
from exporter.mixin.dashboards.variables import AS_RETURNED, Variable

ACCOUNT = Variable("account", "Account", f'label_values({MONTH}{{subscription_name!=""}}, account)', multi=False)
SUBSCRIPTION = Variable(
    "subscription",
    "Subscription",
    f'query_result(sort_desc(sum by (subscription_name) ({MONTH}{{account="$account",subscription_name!=""}})))',
    multi=False,
    regex='/subscription_name="(?<value>.+)"/',
    sort=AS_RETURNED,
)
"""The most expensive is first. An account is billed in one currency, with few exceptions."""
CURRENCY = Variable(
    "currency",
    "Currency",
    f'query_result(sort_desc(sum by (currency) ({MONTH}{{account="$account",subscription_name="$subscription"}})))',
    multi=False,
    regex='/currency="(?<value>[^"]+)"/',
    sort=AS_RETURNED,
)
DIMENSION = Variable(
    "dimension",
    "By label",
    f"label_names({DAY})",
    multi=False,
    regex="/^(?!__name__$|account$|currency$|resource_group$|subscription_name$).+/",
)
PREVIOUS = f"({cost(LAST)} and on (account, currency) {OF_LAST_MONTH})"
PROJECTED = f"{cost(MONTH)} / on (account) group_left () ({ELAPSED} > 0.034)"


def figure(
    title: str, description: str, unit: Unit, query: str, no_value: str = "no data", steps: Steps = ((0, "text"),)
) -> tuple[Json, int, int]:
    """A figure of the subscription."""
    legend = "{{account}}, {{currency}}"
    return stat(title, description, unit, Query(query, legend), named=False, steps=steps, no_value=no_value), 4, 4


NOW = Row(
    "This month",
    (
        figure("Month to date, $currency", "Cost of the current month so far.", MONEY, cost(MONTH)),
        figure(
            "Projected, $currency",
            "Cost at the end of the month at the current rate; absent on the first day.",
            MONEY,
            PROJECTED,
            "not known yet",
        ),
        figure("Last month, $currency", "Cost of the previous month.", MONEY, PREVIOUS, "no history"),
        figure(
            "Change",
            "Projected cost of this month relative to the previous month.",
            RATIO,
            f"{PROJECTED} / ({PREVIOUS} > 0) - 1",
            "no history",
            CHANGE,
        ),
        figure(
            "Share of account",
            "Share of the cost of all subscriptions of the account in this currency.",
            RATIO,
            f'{cost(MONTH)} / (sum by (account, currency) ({MONTH}{{account="$account",currency="$currency"}}) > 0)',
        ),
        figure("Newest day, $currency", "Cost of the newest complete day.", MONEY, cost(DAY)),
        (
            alerts(
                "Firing alerts of this subscription, the most severe first.",
                'account="$account",subscription_name="$subscription"',
                {"alertname": "Alert", "currency": "Currency"},
                {"Currency": 100},
            ),
            24,
            4,
        ),
        (
            timeseries(
                "Cost of the month over time, $currency",
                "Cost of the month so far, and of the whole previous month (dashed). It resets every month.",
                MONEY,
                Query(cost(MONTH), "this month, {{currency}}", colour="green"),
                Query(cost(LAST), "last month, {{currency}}", dashed=True, colour="orange"),
                interval=SHORT_STEP,
            ),
            12,
            10,
        ),
        (
            timeseries(
                "Daily cost and its mean, $currency",
                "Cost of the newest complete day, shown at the time it was read, days later; and the mean of the four "
                "preceding weeks (dashed).",
                MONEY,
                Query(f"azure:cost_daily:by_subscription{{{ONE}}}", "day, {{currency}}", colour="green"),
                Query(
                    f"azure:cost_daily:by_subscription_mean_4w{{{ONE}}}",
                    "mean, {{currency}}",
                    dashed=True,
                    colour="text",
                ),
                interval=SHORT_STEP,
            ),
            12,
            10,
        ),
    ),
)

BOARD = dashboard(
    UID,
    "Azure billing / Subscription",
    "One Azure subscription: its meters, resource groups, tags and days, compared with last month. "
    "The account must have the label subscription_name.",
    (ACCOUNT, SUBSCRIPTION, CURRENCY, DIMENSION),
    (
        NOW,
        Row("Meters", meters()),
        Row("Resource groups", parts("Resource group", "resource_group")),
        Row("Cost by $dimension", parts("$dimension", "$dimension")),
    ),
)
