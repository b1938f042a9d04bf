"""The families of the usage records."""

from operator import attrgetter

from exporter.apis.partner_center.records import (
    CustomerCount,
    CustomerUsage,
    MfaCompliance,
    SubscriptionUsage,
    Usage,
)
from exporter.model.budgets import Threshold
from exporter.model.families import Family, Labels, Lasts, constant

OF_CUSTOMER = {"customer_id": "id", "customer_name": "name"}
OF_SUBSCRIPTION = {
    "customer_id": "customer.id",
    "customer_name": "customer.name",
    "subscription_id": "subscription.id",
    "subscription_name": "subscription.name",
}
CUSTOMER = Labels.from_attributes(**OF_CUSTOMER)
CUSTOMER_MONEY = Labels.from_attributes(**OF_CUSTOMER, currency="currency")
AZURE_PLAN = Labels.from_attributes(azure_plan="azure_plan")

CUSTOMER_COST = "partner_center_customer_cost_month_to_date"
CUSTOMER_INFO = "partner_center_customer_info"


def _last_modified(usage: Usage) -> float | None:
    return usage.modified.timestamp() if usage.modified else None


CUSTOMERS = (
    Family(
        CUSTOMER_COST,
        "Estimated cost of the customer's current billing period, in the customer's currency. "
        "Refreshed in the background.",
        CUSTOMER_MONEY,
        attrgetter("total_cost"),
        source=CustomerUsage,
    ),
    Family(
        "partner_center_customer_cost_month_to_date_usd",
        "Estimated cost of the customer's current billing period in US dollars, where Microsoft states it. "
        "Refreshed in the background.",
        CUSTOMER,
        attrgetter("usd_total_cost"),
        source=CustomerUsage,
    ),
    Family(
        "partner_center_customer_budget_amount",
        "The customer's spending budget for a billing period, in the customer's currency; absent where none is set. "
        "Refreshed in the background.",
        CUSTOMER_MONEY,
        attrgetter("budget"),
        max,
        source=CustomerUsage,
    ),
    Family(
        "partner_center_customer_budget_used_ratio",
        "Spent share of the customer's budget, 1 when all of it is spent; absent without a budget or where it is zero. "
        "Refreshed in the background.",
        CUSTOMER,
        attrgetter("used_ratio"),
        max,
        source=CustomerUsage,
    ),
    Family(
        CUSTOMER_INFO,
        "Always 1; azure_plan is true where the customer has an Azure plan, else false. Refreshed in the background.",
        Labels.from_attributes(**OF_CUSTOMER, azure_plan="azure_plan"),
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
        AZURE_PLAN,
        attrgetter("customers"),
        source=CustomerCount,
    ),
    Family(
        "partner_center_customers_without_budget",
        "Number of customers without a spending budget, each counted once. Refreshed in the background.",
        AZURE_PLAN,
        attrgetter("without_budget"),
        source=CustomerCount,
    ),
    Family(
        "partner_center_mfa_compliant",
        "1 when Partner Center reports that the sign-in proves multi-factor authentication, 0 when it reports that it "
        "does not; absent where it reports neither. Refreshed in the background.",
        Labels.from_attributes(),
        lambda answer: int(answer.compliant),
        min,
        source=MfaCompliance,
    ),
)

THRESHOLDS = (
    Family(
        "partner_center_budget_threshold_ratio",
        "Share of a customer's budget at which an alert of this severity fires. Refreshed in the background.",
        Labels.from_attributes(severity="severity"),
        attrgetter("ratio"),
        source=Threshold,
        foldable=False,
        lasts=Lasts.RUN,
    ),
)

BILLING_PERIODS = (
    Family(
        "partner_center_customer_billing_period_start_timestamp_seconds",
        "When the customer's current billing period began, in Unix seconds; absent where it is not known. "
        "Refreshed in the background.",
        CUSTOMER,
        attrgetter("start"),
        max,
        lasts=Lasts.DAY,
    ),
    Family(
        "partner_center_customer_billing_period_end_timestamp_seconds",
        "The first instant after the customer's current billing period, in Unix seconds; absent where it is not "
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
        Labels.from_attributes(**OF_SUBSCRIPTION, currency="subscription.currency"),
        attrgetter("subscription.total_cost"),
        source=SubscriptionUsage,
    ),
    Family(
        "partner_center_subscription_cost_month_to_date_usd",
        "Estimated cost of the subscription's current billing period in US dollars, where Microsoft states it. "
        "Refreshed in the background.",
        Labels.from_attributes(**OF_SUBSCRIPTION),
        attrgetter("subscription.usd_total_cost"),
        source=SubscriptionUsage,
    ),
)
