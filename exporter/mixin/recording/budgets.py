"""Budgets that are configured or set in Azure: what is spent of them, and the thresholds that they have reached."""

from exporter.mixin.recording.held import MEMORY, SEEN, SEEN_COMMENT, held, seen
from exporter.mixin.recording.thresholds import BAND, DEFAULTS, LEVELS
from exporter.mixin.rules import NOT_OF_A_CUSTOMER, Record, Severity

BUDGET = "azure_billing:budget"
OTHERS = 'customer_id=""'
"""The matcher of budgets that are not a customer's."""
CONFIGURED, AZURE = 'customer_id="",scope=""', 'scope!=""'
THRESHOLD = f"{BUDGET}:threshold_ratio"
USED = f"{BUDGET}:used_ratio{{{OTHERS}}}"
AMOUNT_OF_OTHERS = """max by (account, budget, currency) (azure_billing_budget_amount)
        or max by (account, budget, scope, time_grain, currency) (azure_budget_amount)"""
SPENT_OF_OTHERS = AMOUNT_OF_OTHERS.replace("_amount)", "_spent)")
SOURCES = {CONFIGURED: "configured", AZURE: "azure"}


def _held(name: str) -> str:
    return "".join(f"or {held(f'{BUDGET}:{name}{{{which}}}', source)}\n" for which, source in SOURCES.items())


def _threshold(severity: Severity, default: str) -> str:
    """The threshold of one severity of each budget that is not a customer's."""
    amount = f"{BUDGET}:amount"
    configured, azure = "azure_billing_budget_threshold_ratio", "azure_budget_threshold_ratio"
    return f"""
        label_replace(
          {amount}{{{CONFIGURED}}} * 0 + on (account, budget) group_left ()
          max by (account, budget) ({configured}{{severity="{severity}"}})
          or {amount}{{{AZURE}}} * 0 + on (account) group_left ()
          max by (account) ({azure}{{severity="{severity}"}}),
          "severity", "{severity}", "", ""
        )
        or {held(f'{THRESHOLD}{{severity="{severity}",{CONFIGURED}}}', "configured")}
        or {held(f'{THRESHOLD}{{severity="{severity}",{AZURE}}}', "azure")}
        or label_replace(
          (
            {amount}{{{CONFIGURED}}} unless on (account, budget) {configured}
            or {amount}{{{AZURE}}} unless on (account) {azure}
          ) * 0 + {default}
          unless on (account) ({SEEN}{{source=~"configured|azure"}} < time()),
          "severity", "{severity}", "", ""
        )
        """


def _level(severity: Severity) -> str:
    """The level of budgets that have reached the threshold of `severity`, or a higher one."""
    return f"""
        (
          {BUDGET}:reached_ratio
          >= ignoring (severity) {THRESHOLD}{{severity="{severity}"}}
        ) * 0 + {LEVELS[severity]}
        """


BUDGETS = (
    Record(
        SEEN,
        "or".join(
            (
                seen("configured", 'collector=~"usagedetails|usage|bill"', "azure_billing_budget_amount"),
                seen("azure", 'collector="budgets"', "azure_budget_amount"),
            )
        ),
        comment=SEEN_COMMENT,
    ),
    Record(
        f"{BUDGET}:amount",
        f"""
        {AMOUNT_OF_OTHERS}
        {_held("amount")}
        """,
        comment="Names of budgets that are set in Azure repeat, so these have the labels scope and time_grain.",
        labels=NOT_OF_A_CUSTOMER,
    ),
    Record(
        f"{BUDGET}:spent",
        f"""
        {SPENT_OF_OTHERS}
        {_held("spent")}
        """,
        labels=NOT_OF_A_CUSTOMER,
    ),
    Record(
        f"{BUDGET}:used_ratio",
        f"{BUDGET}:spent{{{OTHERS}}} / ({BUDGET}:amount{{{OTHERS}}} != 0)",
        comment="A budget of zero has no used ratio.",
        labels=NOT_OF_A_CUSTOMER,
    ),
    Record(
        f"{BUDGET}:reached_ratio",
        f"""
        (
          last_over_time({BUDGET}:reached_ratio[{MEMORY}])
          > {USED}
          <= {USED} + {BAND}
        )
        or {USED}
        """,
        comment=(
            "The used share with hysteresis, which is compared with thresholds: a decline by two percentage points or "
            "less does not count."
        ),
    ),
    Record(
        THRESHOLD,
        "or".join(_threshold(severity, default) for severity, default in DEFAULTS.items()),
        comment=(
            "The shares at which alerts fire, by severity: those of the configuration, or 50, 80 and 100 % if none is "
            "published."
        ),
    ),
    Record(
        f"{BUDGET}:level",
        "or".join(
            (
                _level("critical"),
                f"""
        ({BUDGET}:spent{{{OTHERS}}} > ({BUDGET}:amount{{{OTHERS}}} == 0)) * 0 + 3
        """,
                _level("warning"),
                _level("info"),
            )
        ),
        comment=(
            "The highest threshold that is reached: 1 of info, 2 of warning, 3 of critical. A budget of zero has no "
            "used ratio: any spending exceeds it."
        ),
    ),
)
