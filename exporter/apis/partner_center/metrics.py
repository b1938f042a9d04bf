"""The families of the usage records."""

from operator import attrgetter

from exporter.apis.partner_center.records import MfaCompliance
from exporter.apis.partner_center.usage import (
    CustomerCount,
    CustomerUsage,
    SubscriptionUsage,
    Usage,
)
from exporter.model.families import Family, Labels, Lasts, constant

CUSTOMER = Labels.from_attributes(customer_id="id", customer_name="name")
MONEY = Labels.from_attributes(customer_id="id", customer_name="name", currency="currency")
INFO = Labels.from_attributes(customer_id="id", customer_name="name", azure_plan="azure_plan")
PLAN = Labels.from_attributes(azure_plan="azure_plan")
SUBSCRIPTION = Labels.from_attributes(
    customer_id="customer.id",
    customer_name="customer.name",
    subscription_id="subscription.id",
    subscription_name="subscription.name",
)
SUBSCRIPTION_MONEY = Labels.from_attributes(
    customer_id="customer.id",
    customer_name="customer.name",
    subscription_id="subscription.id",
    subscription_name="subscription.name",
    currency="subscription.currency",
)
INFO_FAMILY = "partner_center_customer_info"


def _last_modified(usage: Usage) -> float | None:
    return usage.modified.timestamp() if usage.modified else None


FAMILIES = (
    Family(
        "partner_center_customer_cost_month_to_date",
        "Estimated cost of the customer's current billing period, in the customer's currency. "
        "Refreshed in the background.",
        MONEY,
        attrgetter("total_cost"),
        source=CustomerUsage,
    ),
    Family(
        "partner_center_customer_cost_month_to_date_usd",
        "The same in US dollars, where Microsoft states it. Refreshed in the background.",
        CUSTOMER,
        attrgetter("usd_total_cost"),
        source=CustomerUsage,
    ),
    Family(
        "partner_center_customer_budget_amount",
        "The customer's spending budget for a billing period; absent where none is set. Refreshed in the background.",
        MONEY,
        attrgetter("budget"),
        max,
        source=CustomerUsage,
    ),
    Family(
        "partner_center_customer_budget_used_ratio",
        "Share of the budget that is spent, 1 is all of it; absent where none is set, or one of zero. "
        "Refreshed in the background.",
        CUSTOMER,
        attrgetter("used_ratio"),
        max,
        source=CustomerUsage,
    ),
    Family(
        INFO_FAMILY,
        "Always 1; azure_plan tells whether the customer has an Azure plan. Refreshed in the background.",
        INFO,
        constant,
        max,
        source=CustomerUsage,
    ),
    Family(
        "partner_center_customer_last_modified_timestamp_seconds",
        "When Microsoft last changed the customer's usage record, in Unix seconds. Refreshed in the background.",
        CUSTOMER,
        _last_modified,
        max,
        source=CustomerUsage,
    ),
    Family(
        "partner_center_customers",
        "Number of customers with a usage record, each counted once. Refreshed in the background.",
        PLAN,
        attrgetter("customers"),
        source=CustomerCount,
    ),
    Family(
        "partner_center_customers_without_budget",
        "Number of customers for whom no budget is set. Refreshed in the background.",
        PLAN,
        attrgetter("without_budget"),
        source=CustomerCount,
    ),
    Family(
        "partner_center_mfa_compliant",
        "1 when Partner Center says that the sign-in proves multi-factor authentication, 0 when it says that it does "
        "not; absent where it does not say. Refreshed in the background.",
        Labels.from_attributes(),
        lambda answer: int(answer.compliant),
        min,
        source=MfaCompliance,
    ),
)

PERIODS = (
    Family(
        "partner_center_customer_billing_period_start_timestamp_seconds",
        "When the customer's current billing period began, in Unix seconds; absent where that is not known. "
        "Refreshed in the background.",
        CUSTOMER,
        attrgetter("start"),
        max,
        lasts=Lasts.DAY,
    ),
    Family(
        "partner_center_customer_billing_period_end_timestamp_seconds",
        "The first instant after the customer's current billing period, in Unix seconds; absent where that is not "
        "known. Refreshed in the background.",
        CUSTOMER,
        attrgetter("end"),
        max,
        lasts=Lasts.DAY,
    ),
)

SUBSCRIPTIONS = (
    Family(
        "partner_center_subscription_cost_month_to_date",
        "Estimated cost of the subscription's current billing period, in the customer's currency. "
        "Refreshed in the background.",
        SUBSCRIPTION_MONEY,
        attrgetter("subscription.total_cost"),
        source=SubscriptionUsage,
    ),
    Family(
        "partner_center_subscription_cost_month_to_date_usd",
        "The same in US dollars, where Microsoft states it. Refreshed in the background.",
        SUBSCRIPTION,
        attrgetter("subscription.usd_total_cost"),
        source=SubscriptionUsage,
    ),
)
