"""The elapsed part of billing periods, as of the data."""

from exporter.mixin.recording.held import EXPORTER, last_success
from exporter.mixin.rules import Record

OF_DATA = f"{EXPORTER}_collector_data_timestamp_seconds"
OF_SUCCESS = f"{EXPORTER}_collector_last_success_timestamp_seconds"
DATA = "azure_billing:data:timestamp_seconds"
STEP = 129_600
"""Seconds by which a customer's clock may lag behind the last run: costs arrive in steps of a day, not evenly."""


LAST_RUN = "max by (account) (" + last_success('collector="usagerecords"') + ")"


MODIFIED, START, END = (
    f"partner_center_customer_{name}_timestamp_seconds"
    for name in ("last_modified", "billing_period_start", "billing_period_end")
)
"""Times that each customer of Partner Center has."""
OF_ONE = "account, customer_id, job, instance"
"""The labels of a customer's times from one exporter. Comparing few labels takes less time than all of them."""


def elapsed(modified: str) -> str:
    """Elapsed seconds of customers' billing periods as of their costs; `modified` selects when records changed."""
    return f"""({modified} - on ({OF_ONE}) {START} >= 0)
            + on ({OF_ONE}) clamp_min({LAST_RUN} - {STEP} - on (account) group_right () {MODIFIED}, 0)"""


LENGTH = f"({END} - on ({OF_ONE}) {START})"


PERIODS = (
    Record(
        DATA,
        f"""
        max by (account, collector) ({OF_DATA}{{collector="bill"}})
        or label_replace(
          max by (account, collector) ({OF_DATA}{{collector="usage"}}),
          "collector", "usagedetails", "", ""
        )
        or max by (account, collector) ({OF_DATA}{{collector="usagedetails"}})
        or (
          max by (account, collector) (
            {OF_SUCCESS}{{
              collector=~"usagerecords|balancesummary|budgets"
            }}
          )
          unless (
            month(max by (account, collector) (
              {OF_SUCCESS}{{collector="usagerecords"}}
            ))
            != month(max by (account, collector) (
              {OF_DATA}{{collector="usagerecords"}}
            ))
          )
        )
        or label_replace(
          max by (account, collector) (
            {OF_SUCCESS}{{collector="balances"}}
          ),
          "collector", "balancesummary", "", ""
        )
        or max by (account, collector) (
          {OF_DATA}{{collector="usagerecords"}}
        )
        """,
        comment=(
            "The data timestamp of a month's amounts. It decides which month they belong to: at midnight of the "
            "first, the published amounts are still last month's. Usage and the B2C bill state their newest day; "
            "the bill has no timestamp until a day of its month is reported. Partner Center, the balance and budgets "
            "that are set in Azure are as of their last successful run, unless their data is of the previous month. "
            "Cost Management's reports usage and balances have the names of the reports that they replace."
        ),
    ),
    Record(
        "azure_billing:period:elapsed_days",
        f"""
        day_of_month({DATA}) - 1
        + {DATA} % 86400 / 86400
        """,
    ),
    Record(
        "azure_billing:period:elapsed_ratio",
        f"azure_billing:period:elapsed_days / days_in_month({DATA})",
    ),
    Record(
        "azure_billing:period:start_timestamp_seconds",
        f"round({DATA} - azure_billing:period:elapsed_days * 86400)",
    ),
    Record(
        "azure_billing:customer:elapsed_ratio",
        f"""
        max by (account, customer_id) (
          (
            {elapsed(MODIFIED)}
            and on ({OF_ONE}) ({END} > on (account) group_left () {LAST_RUN})
          )
          / on ({OF_ONE}) {LENGTH}
        )
        """,
        comment=(
            "Each customer of Partner Center has its own billing period: the calendar month for Azure plans, a period "
            "that starts on the partner's anniversary for legacy customers. The elapsed share of that period as of "
            "the customer's cost: when its record last changed, or a day and a half before the last run. Absent if the "
            "period is unknown, if the last successful run was outside it, or if the record has not changed within it, "
            "because until then the amount may belong to the previous period."
        ),
    ),
)
