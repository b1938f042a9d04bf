"""Customers' budgets of Partner Center: used, at the current rate, and missing.

Of an account with very many customers there is one alert instead of one for each.
"""

from exporter.mixin.alerts.budget_sections import PACE, USED_UP, WITHOUT_BUDGET
from exporter.mixin.alerts.budgets import PACE_SUMMARY, THRESHOLDS, read
from exporter.mixin.recording.customer_pace import EXCEEDING
from exporter.mixin.recording.customers import (
    COST,
    CROWDED,
    CROWDED_BY_PACE,
    CROWDED_WITHOUT,
    LIMIT,
    MOST,
    USED,
    WITHOUT,
    at_level,
    one_each,
)
from exporter.mixin.recording.held import DAY
from exporter.mixin.recording.periods import END, MODIFIED, OF_DATA, START
from exporter.mixin.rules import Alert
from exporter.mixin.templates import (
    COUNT,
    DAYS,
    MONEY,
    PERCENTAGE,
    TIMESTAMP,
    dashboard,
    first,
    label,
    listed,
    queried,
    value,
)

KEYS = ("account", "customer_id", "currency")
PARTNER = dashboard("azure-billing-partner-center", account="account")
CUSTOMER = (
    dashboard(
        "{{ if $labels.customer_id }}azure-billing-customer{{ else }}azure-billing-partner-center{{ end }}",
        account="account",
    )
    + "{{ if $labels.customer_id }}&var-customer_id={{ $labels.customer_id | urlquery }}{{ end }}"
)
AS_OF = read("data", '="usagerecords"')
OF_ONE = queried(
    f"max(last_over_time({MODIFIED}%s[1d])) "
    f'or max(last_over_time({OF_DATA}{{account=%q,collector="usagerecords"}}[1d]))',
    ("account", "customer_id"),
    f", as of {TIMESTAMP}",
    arguments="$labels.account",
)
"""As of when the amount of one customer is: the last change of its record. Others may have changed later."""
NAMED = f"budget {label('budget')} of account {label('account')}"
SPENT, AMOUNT = (
    queried(f"max({family}%s) or max(last_over_time({family}%s[1d]))", KEYS, first(MONEY)) for family in (COST, LIMIT)
)
RATIO = queried(
    f"last_over_time({USED}%s[1d]) < Inf", ("customer_name", *KEYS), f"{first(PERCENTAGE)} used", otherwise="exceeded"
)
SPENT_OF_AMOUNT = f"{SPENT} of {AMOUNT} {label('currency')}"
EACH = (
    "{{ $one := .Labels }}{{ or $one.customer_name $one.customer_id }} ("
    + SPENT_OF_AMOUNT.replace("$labels", "$one")
    + "), "
)
"""Of a customer in a list."""
BEGUN, ENDS = (f"max(last_over_time({time}%s[1d]))" for time in (START, END))
LEFT = queried(
    f"clamp_min({BEGUN} + ({ENDS} - {BEGUN}) / clamp_min(vector(%f), 1) - time(), 0) / {DAY}",
    ("account", "customer_id"),
    f"in {first(DAYS)} days",
    otherwise="soon",
    arguments="$value",
)


def _one_or_many(each: str, many: str) -> str:
    """The text of an alert about one budget, or about many customers."""
    return f"{{{{ if $labels.budget }}}}{each.strip()}{{{{ else }}}}{many.strip()}{{{{ end }}}}"


ALERTS = tuple(
    Alert(
        name,
        severity,
        one_each(severity, at_level(severity), CROWDED),
        summary=summary,
        description=_one_or_many(
            f"B{NAMED[1:]} is {RATIO}: {SPENT_OF_AMOUNT}{OF_ONE}.",
            f"""
            {value(COUNT)} customers of account {label("account")} {verb}:
            {listed(f"topk(10, {' '.join(at_level(severity, '%s').split())})", ("account",), EACH)}and others{AS_OF}.
            """,
        ),
        runbook=USED_UP,
        dashboard=CUSTOMER,
        comment=f"One alert for each customer, or one for the account if there are more than {MOST}.",
    )
    for name, severity, summary, verb in THRESHOLDS
)

PACES = (
    Alert(
        "AzureBudgetPace",
        "warning",
        one_each("pace", f"{EXCEEDING} > 0", CROWDED_BY_PACE),
        for_="1h",
        keep_firing_for="2h",
        summary=PACE_SUMMARY,
        description=_one_or_many(
            f"""
            At the current rate, {NAMED} will be used up {LEFT}, before its billing period ends:
            {SPENT_OF_AMOUNT} are spent{OF_ONE}.
            """,
            f"""
            At the current rate, the budgets of {value(COUNT)} customers of account {label("account")} will be exceeded
            before their billing periods end. The fastest are:
            {listed(f"topk(10, {EXCEEDING}%s)", ("account",), EACH)}and others{AS_OF}.
            """,
        ),
        runbook=PACE,
        dashboard=CUSTOMER,
    ),
)

WITHOUT_A_BUDGET = (
    Alert(
        "PartnerCenterCustomerWithoutBudget",
        "info",
        one_each("without_budget", f"{WITHOUT} > 0", CROWDED_WITHOUT, with_budget=False),
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
        dashboard=PARTNER,
        comment="Only for partners that use budgets, and for customers with a cost above zero.",
    ),
)
