"""Budgets that are configured or set in Azure: used, and at the current rate."""

from exporter.mixin.alerts.budget_sections import FORECAST, PACE, USED_UP
from exporter.mixin.recording import pace
from exporter.mixin.recording.budgets import BUDGET
from exporter.mixin.recording.thresholds import LEVELS
from exporter.mixin.rules import NOT_OF_A_CUSTOMER, Alert, Severity
from exporter.mixin.templates import DAYS, MONEY, PERCENTAGE, as_of, dashboard, first, label, queried, value
from exporter.mixin.templates import series as found

LABELS = ("account", "budget", "scope", "time_grain", "currency")
NAMED = (
    f"{label('budget')}{{{{ if $labels.scope }}}} ({label('time_grain')}, {label('scope')}){{{{ end }}}} "
    f"of account {label('account')}"
)
"""A budget, with its scope if it is set in Azure: names repeat there."""
OVERVIEW = dashboard("azure-billing-overview", account="account")
RATIO = queried(f"{BUDGET}:used_ratio%s", LABELS, f"{first(PERCENTAGE)} used", "exceeded")
OF_AZURE_LIMIT = "max by (account, budget, scope, time_grain, currency) (azure_budget_amount)"


def read(of: str, collectors: str) -> str:
    """As of when the figures of the account are that these collectors read; `of` is success or data."""
    query = f"max(last_over_time(azure_billing_exporter_collector_{of}_timestamp_seconds%s[1d]))"
    return as_of(query, ("account",), f"collector{collectors}")


OF_AZURE = read("last_success", '="budgets"')
OF_CONFIGURED = read("data", '=~"usagedetails|usage|bill"')
AS_OF = f"{{{{ if $labels.scope }}}}{OF_AZURE}{{{{ else }}}}{OF_CONFIGURED}{{{{ end }}}}"


def _amount(family: str, *labels: str) -> str:
    return queried(f"max({family}%s)", ("account", *labels, "currency"), first(MONEY))


AMOUNT = (
    f"{{{{ if $labels.scope }}}}{_amount('azure_budget_amount', 'budget', 'scope', 'time_grain')}"
    f"{{{{ else }}}}{_amount('azure_billing_budget_amount', 'budget')}{{{{ end }}}}"
)
"""The amount of a budget as it is published, since its recorded series is one of another group."""


THRESHOLDS: tuple[tuple[str, Severity, str, str], ...] = (
    (
        "AzureBudgetHalfUsed",
        "info",
        "A budget is used to its first threshold, by default 50%.",
        "have reached the first threshold of their budgets",
    ),
    (
        "AzureBudgetNearlyUsed",
        "warning",
        "A budget is used to its second threshold, by default 80%.",
        "have reached the second threshold of their budgets",
    ),
    (
        "AzureBudgetUsedUp",
        "critical",
        "A budget is used up, or to its last threshold if that is not 100%.",
        "have reached the last threshold of their budgets",
    ),
)
"""Name, severity and summary of the alerts, and what they say of many customers."""

ALERTS = tuple(
    Alert(
        name,
        severity,
        f"{BUDGET}:level == {LEVELS[severity]}",
        summary=summary,
        description=f"""
        Budget {NAMED} is {RATIO}: {found(f"{BUDGET}:spent", LABELS, MONEY)} of
        {found(f"{BUDGET}:amount", LABELS, MONEY)} {label("currency")}{AS_OF}.
        """,
        runbook=USED_UP,
        dashboard=OVERVIEW,
        labels=NOT_OF_A_CUSTOMER,
    )
    for name, severity, summary, _ in THRESHOLDS
)

PACE_SUMMARY = "At the current rate, a budget will be exceeded before its period ends."
PACES = (
    Alert(
        "AzureBudgetPace",
        "warning",
        f"{pace.EXCEEDING} >= 0",
        for_="1h",
        keep_firing_for="2h",
        summary=PACE_SUMMARY,
        description=f"""
        At the current rate, budget {NAMED} will be used up in {value(DAYS)} days, and
        {found(pace.PROJECTED, LABELS, MONEY)} of {AMOUNT} {label("currency")}
        will be spent at the end of the billing period{AS_OF}.
        """,
        runbook=PACE,
        dashboard=OVERVIEW,
        labels=NOT_OF_A_CUSTOMER,
    ),
    Alert(
        "AzureForecastExceedsBudget",
        "warning",
        f"""
        {pace.FORECAST} / ({OF_AZURE_LIMIT} > 0) > 1
        unless {OF_AZURE_LIMIT.replace("_amount", "_spent")} / ({OF_AZURE_LIMIT} > 0) >= 1
        """,
        for_="1h",
        keep_firing_for="25h",
        summary="Microsoft expects that a budget will be exceeded before its period ends.",
        description=f"""
        Microsoft expects budget {NAMED} to be {value(PERCENTAGE)} used at the end of its period:
        {found(pace.FORECAST, LABELS, MONEY)} {label("currency")}{OF_AZURE}.
        """,
        runbook=FORECAST,
        dashboard=OVERVIEW,
        comment="Azure evaluates its budgets once a day.",
    ),
)
