"""The prepayment of Enterprise Agreements: how long it lasts, and usage beyond it."""

from dataclasses import replace

from exporter.mixin.rules import Alert, Section
from exporter.mixin.templates import DAYS, MONEY, label, series, value

RUNS_OUT = Section(
    "The prepayment runs out",
    meaning="""
    The balance of the Enterprise Agreement's monetary commitment, divided by the commitment used per day this month, is
    less than 30 days (warning) or 7 days (critical). During the first three days of a month, the rate of the previous
    month applies.
    """,
    impact="Usage after that is billed as overage.",
    diagnosis="""
    Compare the current balance with the use per day:

        azure_ea_ending_balance{account="…"}
        azure_ea:prepayment_used:per_day{account="…"}
    """,
    mitigation="""
    Buy more commitment before the balance reaches zero, or expect the remaining usage to be billed as overage. The
    alert resolves when the balance summary shows the purchase.
    """,
    silencing="If overage is accepted, by `account`, until the end of the agreement's year.",
)

OVERAGE = Section(
    "Overage has begun",
    meaning="""
    The prepayment is used up, and services are billed as overage (`azure_ea_service_overage`). The alert does not fire
    for enrollments that never had a prepayment.
    """,
    impact="From now on you receive an invoice for the overage.",
    diagnosis="""
    Compare the overage with the balance of this month:

        azure_ea_service_overage{account="…"}
        azure_ea_beginning_balance{account="…"}
    """,
    mitigation="""
    Inform whoever pays the invoices, and decide whether to buy more commitment. The alert resolves with the balance of
    a month that has no overage, or that begins without a prepayment.
    """,
    silencing="If overage is accepted, by `account`, until the end of the agreement's year.",
)

RUNS_OUT_IN_A_MONTH = Alert(
    "AzurePrepaymentRunsOut",
    "warning",
    "azure_ea:prepayment:days_left < 30",
    for_="1h",
    summary="The prepayment of an Enterprise Agreement is running out.",
    description=f"""
    At the current rate, the prepayment of account {label("account")} is used up in {value(DAYS)} days;
    {series("azure_ea_ending_balance", ("account", "currency"), MONEY)} {label("currency")} is left. After that, usage
    is billed as overage.
    """,
    runbook=RUNS_OUT,
)

ALERTS = (
    RUNS_OUT_IN_A_MONTH,
    replace(RUNS_OUT_IN_A_MONTH, severity="critical", expr="azure_ea:prepayment:days_left < 7"),
    Alert(
        "AzureOverageBegun",
        "critical",
        """
        max by (account, currency) (azure_ea_service_overage) > 0
        and on (account, currency) (
          max by (account, currency) (azure_ea_beginning_balance) > 0
          or max by (account, currency) (azure_ea_new_purchases) > 0
          or max by (account, currency) (azure_ea_utilized) > 0
        )
        """,
        summary="The prepayment of an Enterprise Agreement is used up and usage is billed as overage.",
        description=f"""
        Account {label("account")} has used up its prepayment; {value(MONEY)} {label("currency")} of this month's usage
        is billed as overage.
        """,
        runbook=OVERAGE,
        comment="Enrollments that never had a prepayment are always billed as overage; they do not need an alert.",
    ),
)
