"""Customers' budgets of Partner Center: their used shares, and how many of them have reached each threshold.

Expressions name a family as rarely as possible: reading 10,000 series takes longer than computing with them.
"""

from collections.abc import Iterator

from exporter.mixin.recording.held import MEMORY, SEEN, held, held_in_group, seen
from exporter.mixin.recording.thresholds import BAND, DEFAULTS, LEVELS
from exporter.mixin.rules import Group, Record, Severity

CUSTOMERS = 'customer_id!=""'
"""The matcher of budgets that are a customer's."""
COST, LIMIT = "partner_center_customer_cost_month_to_date", "partner_center_customer_budget_amount"
KEYS = "account, customer_id, currency"
NAMES = "account, customer_id, customer_name, currency"
SHARE = f"{COST} / on ({KEYS}, job, instance) group_left () max by ({KEYS}, job, instance) ({LIMIT})"
"""The used share of each customer's budget, of each exporter that publishes it."""
CUSTOMER = "azure_billing:customer_budget"
USED, REACHED, THRESHOLD = (f"{CUSTOMER}:{name}_ratio" for name in ("used", "reached", "threshold"))
WITHOUT = "azure_billing:customer:cost_without_budget"
CROWDED, CROWDED_BY_PACE, CROWDED_WITHOUT = (
    f"azure_billing:customers:crowded{kind}" for kind in ("", "_by_pace", "_without_budget")
)
REACHING = "azure_billing:customers:reaching"
MOST, FEWER = 100, 80
"""Above so many customers of one account there is one alert instead of one for each, until there are fewer."""
CROWDED_COMMENT = (
    f"The number of customers of an account to whom an alert applies, if there are more than {MOST}, until there are "
    f"{FEWER} or fewer. One alert for the account then takes the place of theirs: nobody reads thousands, and each "
    "takes time to evaluate."
)


def named(expr: str) -> str:
    """With the label budget: the customer's name, or the customer id if names are omitted."""
    return f"""label_replace(
          label_join(
            {expr},
            "budget", "", "customer_id"
          ),
          "budget", "$1", "customer_name", "(.+)"
        )"""


def crowded(alert: str, count: str, name: str) -> str:
    """How many customers of each account an alert applies to, if they are too many for an alert each."""
    return f"""
        label_replace(
          {count} > {MOST}
          or (
            {count} > {FEWER}
            and on (account) last_over_time({name}{{alert="{alert}"}}[{MEMORY}])
          ),
          "alert", "{alert}", "", ""
        )
        """


def one_each(alert: str, condition: str, name: str, with_budget: bool = True) -> str:
    """The series of `condition`; of an account with too many customers only their number, with the label account."""
    which = f'{name}{{alert="{alert}"}}'
    each = f"""
            {condition}
            unless on (account) {which}"""
    return f"""
        {named(each) if with_budget else f"({each})"}
        or max by (account) ({which})
        """


def at_level(severity: Severity, selector: str = "") -> str:
    """The customers that have reached the threshold of `severity`, but none above it."""
    if not (above := _above(severity)):
        return _at_least(severity, selector)
    return f"""{_at_least(severity, selector)}
          < on (account) group_left () (
            min by (account) ({THRESHOLD}{above})
            or group by (account) ({THRESHOLD}) * Inf
          )"""


def _at_least(severity: Severity, selector: str = "") -> str:
    return f'{REACHED}{selector} >= on (account) group_left () {THRESHOLD}{{severity="{severity}"}}'


def _above(severity: Severity) -> str:
    """The selector of the severities above this one; empty for the highest."""
    above = [other for other in LEVELS if LEVELS[other] > LEVELS[severity]]
    return f'{{severity{"=~" if len(above) > 1 else "="}"{"|".join(above)}"}}' if above else ""


def _thresholds() -> str:
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
          or {held(THRESHOLD, "customers")}
          {defaults}
        )
        """


def _reaching() -> Iterator[str]:
    """How many customers of an account have reached each threshold."""
    for severity in DEFAULTS:
        yield f"""
        label_replace(
          count by (account) ({_at_least(severity)}),
          "severity", "{severity}", "", ""
        )
        """


def _crowded() -> Iterator[str]:
    for severity in DEFAULTS:
        number = f'max by (account) ({REACHING}{{severity="{severity}"}})'
        if above := _above(severity):
            number = f"""(
            {number} - max by (account) ({REACHING}{above})
            or {number}
          )"""
        yield crowded(severity, number, CROWDED)


CUSTOMER_BUDGETS = (
    Record(SEEN, seen("customers", 'collector="usagerecords"', LIMIT), labels={"source": "customers"}),
    Record(
        USED,
        f"max by ({NAMES}) ({SHARE} > -Inf)",
        comment=(
            "The used share of customers' budgets. Any spending of a budget of zero is infinite; nothing of nothing is "
            "no share."
        ),
    ),
    Record(
        REACHED,
        f"""
        (
          last_over_time({REACHED}[{MEMORY}])
          > {USED}
          <= {USED} + {BAND}
        )
        or {USED}
        or {held(REACHED, "customers")}
        """,
        comment="With hysteresis as azure_billing:budget:reached_ratio, and held while the account is not published.",
    ),
    Record(THRESHOLD, _thresholds(), comment="The same for all customers of an account."),
    Record(REACHING, "or".join(_reaching()), comment="The number of customers by threshold."),
    Record(CROWDED, "or".join(_crowded()), comment=CROWDED_COMMENT),
)

WITHOUT_BUDGET = (
    Record(
        WITHOUT,
        f"""
        (
          max by ({NAMES}) (
            {COST}{{customer_id!="__other__"}} > 0
            unless on (account, customer_id) {LIMIT}
          )
        )
        and on (account) group by (account) ({LIMIT})
        or {held_in_group(WITHOUT, 'collector="usagerecords"')}
        """,
        comment="The costs of customers without a budget, of partners that use budgets.",
    ),
    Record(CROWDED_WITHOUT, crowded("without_budget", f"count by (account) ({WITHOUT})", CROWDED_WITHOUT)),
)

BUDGET = "azure_billing:budget"
SHOWN = Group(
    "azure-billing-customers",
    (
        Record(f"{BUDGET}:amount", named(f"max by ({NAMES}) ({LIMIT})")),
        Record(
            f"{BUDGET}:spent",
            f"""
            {BUDGET}:amount{{{CUSTOMERS}}} * 0
            + on ({KEYS}) group_left () max by ({KEYS}) ({COST})
            """,
        ),
        Record(f"{BUDGET}:used_ratio", f"{BUDGET}:spent{{{CUSTOMERS}}} / ({BUDGET}:amount{{{CUSTOMERS}}} != 0)"),
    ),
    comment="Customers' budgets of Partner Center in the form of the other budgets.",
)
