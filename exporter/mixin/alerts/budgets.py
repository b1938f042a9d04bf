"""Budgets of all APIs: used, at the current rate, and missing."""

from exporter.mixin.alerts.budget_sections import FORECAST, PACE, USED_UP, WITHOUT_BUDGET
from exporter.mixin.recording import pace
from exporter.mixin.recording.budgets import BUDGET, LEVELS, OTHERS, WITHOUT
from exporter.mixin.recording.customers import CROWDED, CROWDED_BY_PACE, CROWDED_WITHOUT, CUSTOMERS, MOST, one_each
from exporter.mixin.rules import Alert, Severity
from exporter.mixin.templates import (
    COUNT,
    DAYS,
    MONEY,
    PERCENTAGE,
    as_of,
    dashboard,
    first,
    label,
    listed,
    queried,
    value,
)
from exporter.mixin.templates import series as found

LABELS = ("account", "budget", "scope", "time_grain", "customer_id", "currency")
NAMED = (
    f"{label('budget')}{{{{ if $labels.scope }}}} ({label('time_grain')}, {label('scope')}){{{{ end }}}} "
    f"of account {label('account')}"
)
"""A budget, with its scope if it is set in Azure: names repeat there."""
BUDGETS = dashboard(
    '{{ if eq $labels.budget "" }}azure-billing-partner-center{{ else if $labels.customer_id }}azure-billing-customer'
    "{{ else }}azure-billing-overview{{ end }}",
    account="account",
)
BUDGETS += "{{ if $labels.customer_id }}&var-customer_id={{ $labels.customer_id | urlquery }}{{ end }}"
RATIO = queried(f"{BUDGET}:used_ratio%s", LABELS, f"{first(PERCENTAGE)} used", "exceeded")
OF_AZURE_LIMIT = "max by (account, budget, scope, time_grain, currency) (azure_budget_amount)"


def _read(of: str, collectors: str) -> str:
    query = f"max(last_over_time(azure_billing_exporter_collector_{of}_timestamp_seconds%s[1d]))"
    return as_of(query, ("account",), f"collector{collectors}")


OF_AZURE = _read("last_success", '="budgets"')
OF_CONFIGURED = _read("data", '=~"usagedetails|usage|bill"')
OF_CUSTOMERS = _read("data", '="usagerecords"')
CONFIGURED = '{{ else if and $labels.budget (eq $labels.customer_id "") }}'
AS_OF = f"{{{{ if $labels.scope }}}}{OF_AZURE}{CONFIGURED}{OF_CONFIGURED}{{{{ else }}}}{OF_CUSTOMERS}{{{{ end }}}}"


def _amount(family: str, *labels: str) -> str:
    return queried(f"max({family}%s)", ("account", *labels, "currency"), first(MONEY))


AMOUNT = (
    f"{{{{ if $labels.scope }}}}{_amount('azure_budget_amount', 'budget', 'scope', 'time_grain')}"
    f"{{{{ else if $labels.customer_id }}}}{_amount('partner_center_customer_budget_amount', 'customer_id')}"
    f"{{{{ else }}}}{_amount('azure_billing_budget_amount', 'budget')}{{{{ end }}}}"
)
"""The amount of a budget as it is published, since its recorded series is one of another group."""


def _many(what: str, condition: str) -> str:
    """The text about an account with too many customers for an alert each."""
    largest = listed(
        f"topk(10, {BUDGET}:used_ratio%s and {condition})",
        ("account",),
        f"{{{{ .Labels.budget }}}} ({{{{ .Value | {PERCENTAGE} }}}} used), ",
        matcher=CUSTOMERS,
    )
    total = listed(
        f"sum by (currency) ({BUDGET}:spent%s and {condition})",
        ("account",),
        f"{{{{ .Value | {MONEY} }}}} {{{{ .Labels.currency }}}}, ",
        matcher=CUSTOMERS,
    )
    return f"""
        {value(COUNT)} customers of account {label("account")} {what}: {largest}and others. They have spent
        {total}in their billing periods{AS_OF}.
        """


def _either(each: str, many: str) -> str:
    """The text of an alert about one budget, or about many customers."""
    return f"{{{{ if $labels.budget }}}}{each.strip()}{{{{ else }}}}{many.strip()}{{{{ end }}}}"


def _used(name: str, severity: Severity, summary: str, verb: str) -> Alert:
    level = LEVELS[severity]
    return Alert(
        name,
        severity,
        f"""
        {BUDGET}:level{{{OTHERS}}} == {level}
        or {one_each(severity, f"{BUDGET}:level{{{CUSTOMERS}}} == {level}", CROWDED).strip()}
        """,
        summary=summary,
        description=_either(
            f"""
            Budget {NAMED} is {RATIO}: {found(f"{BUDGET}:spent", LABELS, MONEY)} of
            {found(f"{BUDGET}:amount", LABELS, MONEY)} {label("currency")}{AS_OF}.
            """,
            _many(verb, f"{BUDGET}:level == {level}"),
        ),
        runbook=USED_UP,
        dashboard=BUDGETS,
        comment=f"One alert for each customer, or one for the account if there are more than {MOST}.",
    )


ALERTS = (
    _used(
        "AzureBudgetHalfUsed",
        "info",
        "A budget is used to its first threshold, by default 50%.",
        "have reached the first threshold of their budgets",
    ),
    _used(
        "AzureBudgetNearlyUsed",
        "warning",
        "A budget is used to its second threshold, by default 80%.",
        "have reached the second threshold of their budgets",
    ),
    _used(
        "AzureBudgetUsedUp",
        "critical",
        "A budget is used up, or to its last threshold if that is not 100%.",
        "have reached the last threshold of their budgets",
    ),
)

PACES = (
    Alert(
        "AzureBudgetPace",
        "warning",
        f"""
        {pace.EXCEEDING}{{{OTHERS}}} >= 0
        or {one_each("pace", f"{pace.EXCEEDING}{{{CUSTOMERS}}} >= 0", CROWDED_BY_PACE).strip()}
        """,
        for_="1h",
        keep_firing_for="2h",
        summary="At the current rate, a budget will be exceeded before its period ends.",
        description=_either(
            f"""
            At the current rate, budget {NAMED} will be used up in {value(DAYS)} days, and
            {found(pace.PROJECTED, LABELS, MONEY)} of {AMOUNT} {label("currency")}
            will be spent at the end of the billing period{AS_OF}.
            """,
            f"""
            At the current rate, the budgets of {value(COUNT)} customers of account {label("account")} will be exceeded
            before their billing periods end{AS_OF}.
            """,
        ),
        runbook=PACE,
        dashboard=BUDGETS,
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
        dashboard=BUDGETS,
        comment="Azure evaluates its budgets once a day.",
    ),
)

WITHOUT_A_BUDGET = (
    Alert(
        "PartnerCenterCustomerWithoutBudget",
        "info",
        one_each("without_budget", f"{WITHOUT} > 0", CROWDED_WITHOUT),
        for_="1h",
        keep_firing_for="2h",
        summary="A customer has costs but no budget.",
        description=f"""
        {{{{ if $labels.customer_id }}}}Customer
        {{{{ if $labels.customer_name }}}}{label("customer_name")}{{{{ else }}}}{label("customer_id")}{{{{ end }}}} of
        account {label("account")} has spent {value(MONEY)} {label("currency")} in its billing period and has no
        budget{AS_OF}.{{{{ else }}}}{value(COUNT)} customers of account {label("account")} have costs and no
        budget{AS_OF}.{{{{ end }}}}
        """,
        runbook=WITHOUT_BUDGET,
        dashboard=dashboard("azure-billing-partner-center", account="account"),
        comment="Only for partners that use budgets, and for customers with a cost above zero.",
    ),
)
