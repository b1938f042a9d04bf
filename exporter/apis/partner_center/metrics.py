"""The families of the usage records."""

from decimal import Decimal
from operator import attrgetter

from exporter.apis.partner_center.records import CustomerMonthlyUsageRecord as Record
from exporter.apis.partner_center.records import (
    MfaCompliance,
    SubscriptionUsage,
    currency,
)
from exporter.model.families import Family, Labels, constant


def _plan(record: Record) -> str:
    return "true" if record.is_upgraded else "false"


CUSTOMER = Labels(
    ("customer_id", "customer_name"), lambda r: (r.resource_id or r.id or "", r.resource_name or r.name or "")
)
MONEY = Labels(
    (*CUSTOMER.names, "currency"),
    lambda r: (r.resource_id or r.id or "", r.resource_name or r.name or "", currency(r)),
)
INFO = Labels(
    (*CUSTOMER.names, "azure_plan"),
    lambda r: (r.resource_id or r.id or "", r.resource_name or r.name or "", "true" if r.is_upgraded else "false"),
)
PLAN = Labels(("azure_plan",), lambda record: (_plan(record),))
SUBSCRIPTION = Labels(
    (*CUSTOMER.names, "subscription_id", "subscription_name"),
    lambda usage: (*CUSTOMER.read(usage.customer), *CUSTOMER.read(usage.subscription)),
)
SUBSCRIPTION_MONEY = Labels(
    (*SUBSCRIPTION.names, "currency"), lambda usage: (*SUBSCRIPTION.read(usage), currency(usage.subscription))
)


def _usd(record: Record) -> Decimal | None:
    """A legacy record's zero means "not stated", not "costs nothing"."""
    return record.usd_total_cost if record.usd_total_cost or record.is_upgraded else None


def _subscription_usd(usage: SubscriptionUsage) -> Decimal | None:
    """Only an Azure plan's record has a currency code."""
    stated = usage.subscription.usd_total_cost
    return stated if stated or usage.subscription.currency_code else None


def _budget_amount(record: Record) -> Decimal | None:
    return record.budget.amount if record.budget else None


def _used_ratio(record: Record) -> Decimal | None:
    if record.percent_used is None or not record.budget or record.budget.amount is None:
        return None
    return record.percent_used.scaleb(-2)


def _last_modified(record: Record) -> float | None:
    at = record.modified
    return at.timestamp() if at else None


def _without_budget(record: Record) -> int:
    return int(not record.budget or record.budget.amount is None)


FAMILIES = (
    Family(
        "partner_center_customer_cost_month_to_date",
        "Estimated cost of the customer's current billing period, in the customer's currency. "
        "Refreshed in the background.",
        MONEY,
        attrgetter("total_cost"),
        of=Record,
    ),
    Family(
        "partner_center_customer_cost_month_to_date_usd",
        "The same in US dollars, where Microsoft states it. Refreshed in the background.",
        CUSTOMER,
        _usd,
        of=Record,
    ),
    Family(
        "partner_center_customer_budget_amount",
        "The customer's spending budget for a billing period; absent where none is set. Refreshed in the background.",
        MONEY,
        _budget_amount,
        of=Record,
    ),
    Family(
        "partner_center_customer_budget_used_ratio",
        "Share of the budget that is spent, 1 is all of it; absent where none is set. Refreshed in the background.",
        CUSTOMER,
        _used_ratio,
        max,
        of=Record,
    ),
    Family(
        "partner_center_customer_info",
        "Always 1; azure_plan tells whether the customer has an Azure plan. Refreshed in the background.",
        INFO,
        constant,
        max,
        of=Record,
    ),
    Family(
        "partner_center_customer_last_modified_timestamp_seconds",
        "When Microsoft last changed the customer's usage record, in Unix seconds. Refreshed in the background.",
        CUSTOMER,
        _last_modified,
        max,
        of=Record,
    ),
    Family(
        "partner_center_customers",
        "Number of customers with a usage record. Refreshed in the background.",
        PLAN,
        constant,
        of=Record,
    ),
    Family(
        "partner_center_customers_without_budget",
        "Number of customers for whom no budget is set. Refreshed in the background.",
        PLAN,
        _without_budget,
        of=Record,
    ),
    Family(
        "partner_center_mfa_compliant",
        "1 when Partner Center says that the sign-in proves multi-factor authentication, 0 when it says that it does "
        "not; absent where it does not say. Refreshed in the background.",
        Labels.of(),
        lambda answer: int(answer.compliant),
        min,
        of=MfaCompliance,
    ),
)

SUBSCRIPTIONS = (
    Family(
        "partner_center_subscription_cost_month_to_date",
        "Estimated cost of the subscription's current billing period, in the customer's currency. "
        "Refreshed in the background.",
        SUBSCRIPTION_MONEY,
        lambda usage: usage.subscription.total_cost,
        of=SubscriptionUsage,
    ),
    Family(
        "partner_center_subscription_cost_month_to_date_usd",
        "The same in US dollars, where Microsoft states it. Refreshed in the background.",
        SUBSCRIPTION,
        _subscription_usd,
        of=SubscriptionUsage,
    ),
)
