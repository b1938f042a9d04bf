"""Budgets of all APIs in one form: their amounts, what is spent of them, and the thresholds that they have reached."""

from collections.abc import Mapping

from exporter.mixin.recording.customers import (
    CROWDED,
    CROWDED_WITHOUT,
    CUSTOMERS,
    FEWER,
    LIMITS,
    MOST,
    crowded,
    named,
)
from exporter.mixin.recording.held import MEMORY, SEEN, SEEN_COMMENT, held, seen
from exporter.mixin.rules import Record, Severity

BUDGET = "azure_billing:budget"
OTHERS = 'customer_id=""'
"""The matcher of budgets that are not a customer's."""
CONFIGURED, AZURE = 'customer_id="",scope=""', 'scope!=""'
THRESHOLD = f"{BUDGET}:threshold_ratio"
OF_CUSTOMERS = "azure_billing:customer_budget:threshold_ratio"
DEFAULTS: Mapping[Severity, str] = {"info": "0.5", "warning": "0.8", "critical": "1"}
"""Those of budgets without a published threshold."""
LEVELS: Mapping[Severity, int] = {"critical": 3, "warning": 2, "info": 1}
BAND = 0.02
"""Hysteresis: a used share that falls by as much or less counts as unchanged."""
AMOUNT_OF_OTHERS = """max by (account, budget, currency) (azure_billing_budget_amount)
        or max by (account, budget, scope, time_grain, currency) (azure_budget_amount)"""
SPENT_OF_OTHERS = AMOUNT_OF_OTHERS.replace("_amount)", "_spent)")
WITHOUT = "azure_billing:customer:cost_without_budget"
COUNT = "azure_billing:customers:by_level"
CROWDED_COMMENT = (
    f"The number of customers of an account to whom an alert applies, if there are more than {MOST}, until there are "
    f"{FEWER} or fewer. One alert for the account then takes the place of theirs: nobody reads thousands, and each "
    "takes time to evaluate."
)
SOURCES = {CONFIGURED: "configured", AZURE: "azure", CUSTOMERS: "customers"}


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


def _threshold_of_customers() -> str:
    """The thresholds of all customers of an account."""
    family = "partner_center_budget_threshold_ratio"
    defaults = "".join(
        f"""or label_replace(
          ({SEEN}{{source="customers"}} == time() unless on (account) {family}) * 0 + {default},
          "severity", "{severity}", "", ""
        )
        """
        for severity, default in DEFAULTS.items()
    )
    return f"""
        max by (account, severity) (
          {family}
          or {held(OF_CUSTOMERS, "customers")}
          {defaults}
        )
        """


def _level(severity: Severity) -> str:
    """The level of the budgets of others that have reached the threshold of `severity`, or a higher one."""
    return f"""
        (
          {BUDGET}:reached_ratio{{{OTHERS}}}
          >= ignoring (severity) {THRESHOLD}{{severity="{severity}"}}
        ) * 0 + {LEVELS[severity]}
        """


def _reaches(severities: str) -> str:
    """1 for each customer that has reached the lowest threshold of these severities, else 0."""
    matcher = f'severity{"=~" if "|" in severities else "="}"{severities}"'
    return f"""(
            {BUDGET}:reached_ratio{{{CUSTOMERS}}} >= bool on (account) group_left () (
              min by (account) ({OF_CUSTOMERS}{{{matcher}}})
              or group by (account) ({OF_CUSTOMERS}) * Inf
            )
          )"""


def _level_of_customers() -> str:
    """Each threshold counts, with those above it: one comparison of all customers for each level."""
    severities = sorted(LEVELS, key=lambda severity: -LEVELS[severity])
    sums = " + ".join(_reaches("|".join(severities[:number])) for number in range(1, len(severities) + 1))
    return f"""
        (
          {sums}
          > 0
        )
        """


BUDGETS = (
    Record(
        SEEN,
        "or".join(
            (
                seen("configured", 'collector=~"usagedetails|usage|bill"', "azure_billing_budget_amount"),
                seen("azure", 'collector="budgets"', "azure_budget_amount"),
                seen("customers", 'collector="usagerecords"', "partner_center_customer_budget_amount"),
            )
        ),
        comment=SEEN_COMMENT,
    ),
    Record(
        f"{BUDGET}:amount",
        f"""
        {AMOUNT_OF_OTHERS}
        {_held("amount")}
        or {named(LIMITS)}
        """,
        comment=(
            "Names of budgets that are set in Azure repeat, so these have the labels scope and time_grain. A "
            "customer's budget is named after the customer, or after the customer id if names are omitted."
        ),
    ),
    Record(
        f"{BUDGET}:spent",
        f"""
        {SPENT_OF_OTHERS}
        {_held("spent")}
        or {BUDGET}:amount{{{CUSTOMERS}}} * 0
        + on (account, customer_id, currency) group_left ()
        max by (account, customer_id, currency) (partner_center_customer_cost_month_to_date)
        """,
    ),
    Record(
        f"{BUDGET}:used_ratio",
        f"{BUDGET}:spent / ({BUDGET}:amount != 0)",
        comment="A budget of zero has no used ratio.",
    ),
    Record(
        f"{BUDGET}:reached_ratio",
        f"""
        (
          last_over_time({BUDGET}:reached_ratio[{MEMORY}])
          > {BUDGET}:used_ratio
          <= {BUDGET}:used_ratio + {BAND}
        )
        or {BUDGET}:used_ratio
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
            "published. Those of customers are the same for all customers of an account."
        ),
    ),
    Record(OF_CUSTOMERS, _threshold_of_customers()),
    Record(
        f"{BUDGET}:level",
        "or".join(
            (
                _level("critical"),
                f"""
        ({BUDGET}:spent > ({BUDGET}:amount == 0)) * 0 + 3
        """,
                _level("warning"),
                _level("info"),
                _level_of_customers(),
            )
        ),
        comment=(
            "The highest threshold that is reached: 1 of info, 2 of warning, 3 of critical. A budget of zero has no "
            "used ratio: any spending exceeds it."
        ),
    ),
    Record(
        COUNT,
        f'count_values by (account) ("level", {BUDGET}:level{{{CUSTOMERS}}})',
        comment="How many customers are at each level.",
    ),
    Record(
        CROWDED,
        "or".join(
            crowded(severity, f'sum by (account) ({COUNT}{{level="{level}"}})', CROWDED)
            for severity, level in LEVELS.items()
        ),
        comment=CROWDED_COMMENT,
    ),
)

WITHOUT_BUDGET = (
    Record(
        WITHOUT,
        """
        (
          max by (account, customer_id, customer_name, currency) (
            partner_center_customer_cost_month_to_date > 0
            unless on (account, customer_id) partner_center_customer_budget_amount
          )
        )
        and on (account) group by (account) (partner_center_customer_budget_amount)
        """,
        comment="The costs of customers without a budget, of partners that use budgets.",
    ),
    Record(CROWDED_WITHOUT, crowded("without_budget", f"count by (account) ({WITHOUT})", CROWDED_WITHOUT)),
)
