"""The prepayment of Enterprise Agreements: how long it lasts, and usage beyond it."""

from exporter.mixin.alerts.owners import FINANCE
from exporter.mixin.recording.periods import DATA
from exporter.mixin.recording.prepayment import LEFT, LOWEST, PUBLISHED, balance
from exporter.mixin.rules import Alert, Section, Severity
from exporter.mixin.templates import DAYS, MONEY, MONTH, as_of, dashboard, first, label, queried, value

RUNS_OUT = Section(
    "The prepayment runs out",
    meaning="""
    The balance of the Enterprise Agreement's monetary commitment, divided by the mean commitment used per day in the
    last four weeks, is less than 30 days (warning) or 7 days (critical). With a balance of zero, it is 0 days.
    """,
    impact="Usage after that is billed as overage.",
    diagnosis="""
    Compare the current balance with the use per day:

        azure_ea_ending_balance{account="…"}
        azure_ea:prepayment_used:per_day{account="…"}
    """,
    mitigation="""
    Buy more commitment before the balance reaches zero, or expect the remaining usage to be billed as overage.
    """,
    resolution="""
    When the balance summary shows a purchase, or the use per day falls, so that the days that are left rise by more
    than a tenth and above the threshold; or when overage is reported and `AzureOverageBegun` fires. The warning
    resolves when the critical alert fires. While the balance cannot be read, those days do not count as days without
    use, so the alert continues. If nothing is left and nothing more is used, the alert resolves after four
    weeks.
    """,
    silencing="If overage is accepted, by `account`, until the end of the agreement's year.",
    ownership=FINANCE,
)

OVERAGE = Section(
    "Overage has begun",
    meaning="""
    The prepayment is used up, and services are billed as overage (`azure_ea_service_overage`). The alert does not fire
    for enrollments that had no prepayment within the last five weeks: they are always billed as overage.
    """,
    impact="From now on you receive an invoice for the overage.",
    diagnosis="""
    Compare the overage with the balance of this month:

        azure_ea_service_overage{account="…"}
        azure_ea_beginning_balance{account="…"}
    """,
    mitigation="Inform whoever pays the invoices, and decide whether to buy more commitment.",
    resolution="""
    When the balance is above zero again, because more commitment was bought; or five weeks after the last prepayment
    was used, because by then overage is the normal state. The start of a month, when no overage is reported yet, does
    not resolve it; the text says which month the amount is of. It takes the place of `AzurePrepaymentRunsOut`, of which
    the critical alert resolves at the same moment.
    """,
    silencing="If overage is accepted, by `account`, until the end of the agreement's year.",
    ownership=FINANCE,
)

PER_CURRENCY = ("account", "currency")
COST = dashboard("azure-billing-cost", account="account", currency="currency")
READ = f"max(last_over_time({DATA}%s[3d]))"
OF_BALANCE = 'collector="balancesummary"'
AS_OF = as_of(READ, ("account",), OF_BALANCE)
PERIOD = queried(READ, ("account",), MONTH, "this month", OF_BALANCE)
"""The month of the amounts: that in which they were read, also while the exporter is not scraped."""
BALANCE = queried(f"clamp_min(last_over_time({PUBLISHED}ending_balance%s[3d]), 0)", PER_CURRENCY, first(MONEY))


def _lately(name: str) -> str:
    """The highest of five weeks, so also of the month before."""
    return f"max by (account, currency) (max_over_time(azure_ea_{name}[35d])) > 0"


BEGUN = f"""
          (
            {balance("service_overage")} > 0
            or {_lately("service_overage")}
          )
          and on (account, currency) {balance("ending_balance")} <= 0
        """
"""The overage of this month, or of the month before until this month's is reported, while nothing is left."""


def _runs_out(severity: Severity, condition: str) -> Alert:
    return Alert(
        "AzurePrepaymentRunsOut",
        severity,
        f"""
        {LEFT} and {condition}
        unless on (account, currency) ({BEGUN})
        """,
        for_="1h",
        keep_firing_for="70m" if severity == "warning" else "",
        summary="The prepayment of an Enterprise Agreement is running out.",
        description=f"""
        At the rate of the last four weeks, the prepayment of account {label("account")} is used up in {value(DAYS)}
        days; {BALANCE} {label("currency")} is left{AS_OF}. After that,
        usage is billed as overage.
        """,
        runbook=RUNS_OUT,
        dashboard=COST,
    )


ALERTS = (
    _runs_out("warning", f"{LOWEST} >= 7 < 30"),
    _runs_out("critical", f"{LOWEST} < 7"),
    Alert(
        "AzureOverageBegun",
        "critical",
        f"""
        {BEGUN.strip()}
        and on (account, currency) (
          {_lately("beginning_balance")}
          or {_lately("new_purchases")}
          or {_lately("utilized")}
        )
        """,
        keep_firing_for="1h",
        summary="The prepayment of an Enterprise Agreement is used up and usage is billed as overage.",
        description=f"""
        Account {label("account")} has used up its prepayment; {
            queried(
                f"last_over_time({PUBLISHED}service_overage%s[3d]) > 0",
                PER_CURRENCY,
                f"{first(MONEY)} {label('currency')} of the usage of {PERIOD} is billed as overage",
                f"in the last five weeks, up to {value(MONEY)} {label('currency')} of a month's usage was billed as "
                f"overage, and nothing of {PERIOD} yet",
            )
        }{AS_OF}.
        """,
        runbook=OVERAGE,
        dashboard=COST,
        comment="""
        Enrollments without a prepayment are always billed as overage; they do not need an alert. At the start of a
        month, the overage is that of the month before.
        """,
    ),
)
