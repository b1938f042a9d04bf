"""Budgets and currencies as the records of all reports state them."""

from exporter.simulator.switches import Switches
from exporter.simulator.world import Customer

BUDGET_TYPE = {"attributes": {"objectType": "SpendingBudget"}}


def budget(customer: Customer, switches: Switches, name: str = "amount") -> dict[str, object]:
    """A customer's budget, under the `name` of its amount; without an amount if there is none."""
    if customer.budget is None and not switches.partner_center_null_budget:
        return {**BUDGET_TYPE}
    return {name: customer.budget, **BUDGET_TYPE}


def currency(customer: Customer) -> dict[str, object]:
    """The currency of a customer's amounts: its code, or a locale."""
    return {"currencyCode": customer.currency} if customer.currency else {"currencyLocale": customer.locale}
