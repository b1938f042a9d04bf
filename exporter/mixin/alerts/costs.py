"""Jumps of the daily cost."""

from exporter.mixin.alerts.owners import SUBSCRIPTION
from exporter.mixin.recording.days import COST, same_weekday
from exporter.mixin.rules import Alert, Section
from exporter.mixin.templates import MONEY, as_of, dashboard, label, value

JUMPED = Section(
    "A cost has jumped",
    meaning="""
    The newest complete day cost more than twice the mean of the four preceding weeks, more than twice the same weekday
    of each of these weeks, and exceeds the mean by more than a tenth of the account's mean daily cost. A tenth of the
    account's own cost is the absolute part: the same rule suits small and large accounts, in any currency. Days whose
    credits exceed their costs count as zero. On the first days of a month, the cost is compared with the first days of
    the month before as well, since some costs are charged once a month. A new subscription or meter has no mean, so its
    whole cost counts. The alerts need a week of history of the account, and the labels `subscription_name`,
    `meter_category` or `meter_name` (`usage.labels`).
    """,
    impact="""
    The cost continues every day until its cause is removed. New machines with many cores or GPUs, in a subscription
    that normally has none, may mean stolen credentials.
    """,
    diagnosis="""
    Find the resource: add `resource_group` or `instance_id` to `usage.labels`, or look up the meter in the portal.
    Compare the day with the days before:

        topk(10, sum by (meter_category, meter_name, currency) (azure_cost_daily{account="…"}))
        azure:cost_daily:by_subscription_mean_4w{account="…"}
    """,
    mitigation="""
    Ask the owner of the subscription immediately. A purchase that is billed on one day, such as a reservation, also
    fires the alert.
    """,
    resolution="""
    Two hours after the data of a usual day has arrived; or when the higher cost has become usual, because the mean has
    risen to half of it, or the same weekday of a week ago was as high.
    """,
    silencing="""
    For an announced migration or load test, by `account` and `subscription_name`, or by `account` and `meter_name`,
    until it ends.
    """,
    ownership=SUBSCRIPTION,
)
USAGE = as_of(
    "max(last_over_time(azure_billing_exporter_collector_data_timestamp_seconds%s[1d]))",
    ("account",),
    'collector=~"usagedetails|usage"',
)


def _jumped(daily: str) -> str:
    mean, account = f"{daily}_mean_4w", f"{COST}:by_account"
    weekdays = "".join(f"unless {daily} <= 2 * {amount}\n        " for amount in same_weekday(daily))
    return f"""
        {daily}
        - ({mean} or {daily} * 0)
        > on (account, currency) group_left () 0.1 * {account}_mean_4w
        unless {daily} <= 2 * {mean}
        {weekdays}unless (
          {daily} <= 2 * max_over_time({daily}[6d:6h] offset 27d)
          and on () day_of_month() <= 5
        )
        and on (account) last_over_time({account}[2d] offset 1w)
        """


ALERTS = (
    Alert(
        "AzureSubscriptionCostSpike",
        "warning",
        _jumped(f"{COST}:by_subscription"),
        for_="1h",
        keep_firing_for="2h",
        summary="The daily cost of a subscription has jumped.",
        description=f"""
        On the newest complete day, subscription {label("subscription_name")} of account {label("account")} cost
        {value(MONEY)} {label("currency")} more than its daily mean over the last four weeks{USAGE}.
        """,
        runbook=JUMPED,
        dashboard=dashboard("azure-billing-subscription", account="account", subscription="subscription_name"),
        comment="""
        More than twice what is usual, and above it by more than a tenth of the account's daily cost. A new subscription
        has no mean, so all of its cost counts. Requires a week of history of the account.
        """,
    ),
    Alert(
        "AzureMeterCostSpike",
        "warning",
        f"""
        (
          {_jumped(f"{COST}:by_meter").strip()}
        )
        unless {COST}:by_meter{{meter_category="",meter_name=""}}
        """,
        for_="1h",
        keep_firing_for="2h",
        summary="The daily cost of a meter has jumped.",
        description=f"""
        On the newest complete day, meter {label("meter_category")}{{{{ if $labels.meter_name }}}}
        {label("meter_subcategory")} {label("meter_name")}{{{{ end }}}} of account {label("account")} cost
        {value(MONEY)} {label("currency")} more than its daily mean over the last four weeks{USAGE}.
        """,
        runbook=JUMPED,
        dashboard=dashboard("azure-billing-cost", account="account", currency="currency"),
        comment="Costs without the name of a meter are those of accounts that do not select it as a label.",
    ),
)
