"""Jumps of the daily cost."""

from exporter.mixin.rules import Alert, Section
from exporter.mixin.templates import MONEY, label, value

JUMPED = Section(
    "A cost has jumped",
    meaning="""
    The newest complete day cost more than twice the mean of the four preceding weeks, and exceeds it by more than a
    tenth of the account's daily cost. A new subscription or meter has no mean, so its whole cost counts. The alerts
    need a week of history.
    """,
    impact="""
    The cost continues every day until its cause is removed. New machines with many cores or GPUs, in a subscription
    that normally has none, may mean stolen credentials.
    """,
    diagnosis="""
    Find the resource: add `resource_group` or `instance_id` to `usage.labels`, or look up the meter in the portal.
    Compare the day with the days before:

        topk(10, sum by (meter_category, meter_name, currency) (azure_cost_daily{account="…"}))
    """,
    mitigation="""
    Ask the owner of the subscription immediately. A purchase that is billed on one day, such as a reservation, also
    fires the alert. It resolves with the data of the next day.
    """,
    silencing="""
    For an announced migration or load test, by `account` and `subscription_name`, or by `account` and `meter_name`,
    until it ends.
    """,
)


def _above_mean(daily: str) -> str:
    return f"""
    {daily}
    - (clamp_min({daily}_mean_4w, 0) or {daily} * 0)
    > on (account, currency) group_left () 0.1 * azure:cost_daily:by_account_mean_4w
    unless {daily} <= 2 * {daily}_mean_4w
    and on (account) last_over_time(azure:cost_daily:by_account[2d] offset 1w)
    """


ALERTS = (
    Alert(
        "AzureSubscriptionCostSpike",
        "warning",
        _above_mean("azure:cost_daily:by_subscription"),
        for_="10m",
        summary="The daily cost of a subscription has jumped.",
        description=f"""
        On the newest complete day, subscription {label("subscription_name")} of account {label("account")} cost
        {value(MONEY)} {label("currency")} more than its daily mean over the last four weeks.
        """,
        runbook=JUMPED,
        comment="""
        More than twice its mean, and above it by more than a tenth of the account's daily cost. A new subscription has
        no mean, so all of its cost counts. Requires a week of history of the account.
        """,
    ),
    Alert(
        "AzureMeterCostSpike",
        "warning",
        _above_mean("azure:cost_daily:by_meter"),
        for_="10m",
        summary="The daily cost of a meter has jumped.",
        description=f"""
        On the newest complete day, meter {label("meter_category")}{{{{ if $labels.meter_name }}}}
        {label("meter_subcategory")} {label("meter_name")}{{{{ end }}}} of account {label("account")} cost
        {value(MONEY)} {label("currency")} more than its daily mean over the last four weeks.
        """,
        runbook=JUMPED,
    ),
)
