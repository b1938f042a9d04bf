"""Usage records and summaries of a partner's customers under the API's names."""

from exporter.simulator.switches import Switches
from exporter.simulator.world import Customer, Subscription

BUDGET_TYPE = {"attributes": {"objectType": "SpendingBudget"}}


def customer_record(customer: Customer, switches: Switches) -> dict[str, object]:
    """A customer's monthly usage record."""
    legacy = {} if customer.azure_plan else {"customerSpendingBudget": BUDGET_TYPE}
    return {
        "budget": _budget(customer, switches),
        **legacy,
        "percentUsed": customer.percent_used,
        "isUpgraded": customer.azure_plan,
        "resourceId": customer.id,
        "id": customer.id,
        "resourceName": customer.name,
        "name": customer.name,
        "totalCost": customer.total_cost,
        **_money(customer),
        "usdTotalCost": customer.usd_total_cost,
        "lastModifiedDate": customer.last_modified,
        "attributes": {"objectType": "CustomerMonthlyUsageRecord"},
    }


def usage_summary(customer: Customer, switches: Switches) -> dict[str, object]:
    """A customer's usage summary, with the bounds of its billing period.

    An Azure plan's end is the first instant after the period; a legacy customer's is its last day, and its record has
    the documented sample's spelling of the budget, `id` and `name` alone, and a link.
    """
    stated = {
        "billingStartDate": customer.period.start.isoformat(),
        "billingEndDate": (customer.period.end if customer.azure_plan else customer.period.last_day).isoformat(),
        "totalCost": customer.total_cost,
        **_money(customer),
    }
    last = {
        "lastModifiedDate": customer.last_modified,
        "attributes": {"objectType": "CustomerUsageSummary"},
    }
    if customer.azure_plan:
        named = {"resourceId": customer.id, "resourceName": customer.name}
        return {
            "budget": _budget(customer, switches),
            **named,
            **stated,
            "usdTotalCost": customer.usd_total_cost,
            **last,
        }
    uri = f"/customers/{customer.id}/usagesummary"
    return {
        "budget": _budget(customer, switches, name="ammount"),
        "id": customer.id,
        "name": customer.name,
        **stated,
        "links": {"self": {"uri": uri, "method": "GET", "headers": []}},
        **last,
    }


def subscription_record(customer: Customer, subscription: Subscription) -> dict[str, object]:
    """A subscription's usage record; its name identifies nothing, since every Azure plan has the same."""
    return {
        "status": "active",
        **({"partnerOnRecord": "1234567"} if customer.azure_plan else {}),
        "offerId": subscription.offer,
        "resourceId": subscription.id,
        "id": subscription.id,
        "resourceName": subscription.name,
        "name": subscription.name,
        "totalCost": subscription.total_cost,
        **_money(customer),
        "usdTotalCost": subscription.usd_total_cost,
        "lastModifiedDate": customer.last_modified,
        "attributes": {"objectType": "SubscriptionMonthlyUsageRecord"},
    }


def _budget(customer: Customer, switches: Switches, name: str = "amount") -> dict[str, object]:
    if customer.budget is None and not switches.partner_center_null_budget:
        return {**BUDGET_TYPE}
    return {name: customer.budget, **BUDGET_TYPE}


def _money(customer: Customer) -> dict[str, object]:
    return {"currencyCode": customer.currency} if customer.currency else {"currencyLocale": customer.locale}
