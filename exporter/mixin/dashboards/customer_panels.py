"""What the panels on customers of Partner Center select."""

from exporter.mixin.dashboards.budget_tables import OF_ZERO

ONE = 'account="$account",customer_id="$customer_id"'
COST = "partner_center_customer_cost_month_to_date"
SUBSCRIPTION = "partner_center_subscription_cost_month_to_date"
PERIOD = "partner_center_customer_billing_period"
ELAPSED = "azure_billing:customer:elapsed_ratio"
OWNER = "account, customer_id"
MONEY_OF = f"{OWNER}, currency"
"""The labels of a customer's amounts. The name is not among them: it can change."""
LATE = ((0, "text"), (3 * 86_400, "orange"), (7 * 86_400, "red"))
"""Colours of the time since the usage records were read."""
RECENT = "34d"
"""Where the end of the previous period is looked for: it is at most 31 days ago, and some days may have no data."""


def amount(series: str, selector: str = ONE) -> str:
    """A series of the selected customers by currency; two exporters of the same account count once."""
    return f"max by ({MONEY_OF}) ({series}{{{selector}}})"


def used(selector: str) -> str:
    """The used share of budgets; a budget of zero has none, and counts as `OF_ZERO` once anything is spent."""
    return f"max by ({MONEY_OF}) ({_used(selector)})"


def ranking(selector: str) -> str:
    """The highest used share of each customer that has a budget."""
    return f"max by (customer_id) ({_used(selector)})"


def _used(selector: str) -> str:
    ratio, spent, budget = (f"azure_billing:budget:{name}{{{selector}}}" for name in ("used_ratio", "spent", "amount"))
    return f"{ratio} or ({spent} > {budget}) * 0 + {OF_ZERO:g}"


def since_read(selector: str) -> str:
    """Seconds since the usage records of an account were read."""
    read = "azure_billing_exporter_collector_last_success_timestamp_seconds"
    return f'time() - max by (account) ({read}{{{selector},collector="usagerecords"}})'


CURRENT, USED = amount(COST), used(ONE)
PROJECTION = "azure_billing:customer:projected"
PROJECTED = amount(PROJECTION)


def previous(family: str, by: str, selector: str = ONE, step: str = "1h") -> str:
    """The last amounts of a family that were published for the previous billing period, looked for at each `step`.

    An amount belongs to the period in which it was read once the record has changed in it; only then is the elapsed
    share known.
    """
    start = f"max by ({OWNER}) ({PERIOD}_start_timestamp_seconds{{{selector}}}%s)"
    earlier = f"{start % ''} < {start % ' @ end()'} and {start % ''} > {start % ' @ end()'} - 32 * 86400"
    return (
        f"last_over_time((max by ({by}) ({family}{{{selector}}}) and on ({OWNER}) {ELAPSED}{{{selector}}} "
        f"and on ({OWNER}) ({earlier}))[{RECENT}:{step}])"
    )


def days_left(selector: str) -> str:
    """Days from now until the budget is used up at the projected rate; 0 if it is used up."""
    start, end = (f"max by ({OWNER}) ({PERIOD}_{name}_timestamp_seconds{{{selector}}})" for name in ("start", "end"))
    share = f"{amount('azure_billing:budget:amount', selector)} / ({amount(PROJECTION, selector)} > 0)"
    return (
        f"clamp_min(({share}) * on ({OWNER}) group_left () ({end} - {start}) "
        f"+ on ({OWNER}) group_left () {start} - time(), 0) / 86400"
    )


def change(now: str, before: str) -> str:
    """The relative change from `before`, where it is above zero."""
    return f"{now} / ({before} > 0) - 1"


def named(query: str) -> str:
    """A query with the label `customer`: the name, or the id if names are omitted."""
    by_id = f'label_replace({query}, "customer", "$1", "customer_id", "(.*)")'
    return f'label_replace({by_id}, "customer", "$1", "customer_name", "(.+)")'
