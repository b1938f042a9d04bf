"""Customers of Partner Center: their budgets and costs as they are published, and how many alerts are too many."""

from exporter.mixin.recording.held import MEMORY

CUSTOMERS = 'customer_id!=""'
"""The matcher of budgets that are a customer's."""
LIMITS = "max by (account, customer_id, customer_name, currency) (partner_center_customer_budget_amount)"
CROWDED, CROWDED_BY_PACE, CROWDED_WITHOUT = (
    f"azure_billing:customers:crowded{kind}" for kind in ("", "_by_pace", "_without_budget")
)
MOST, FEWER = 500, 400
"""Above so many customers of one account there is one alert instead of one for each, until there are fewer."""


def named(expr: str) -> str:
    """With the label budget: the customer's name, or the customer id if names are omitted."""
    return f"""label_replace(
          label_replace(
            {expr},
            "budget", "$1", "customer_id", "(.*)"
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


def one_each(alert: str, condition: str, name: str) -> str:
    """The series of `condition`; of an account with too many customers only their number, with the label account."""
    which = f'{name}{{alert="{alert}"}}'
    return f"""
        (
          {condition}
          unless on (account) {which}
        )
        or max by (account) ({which})
        """
