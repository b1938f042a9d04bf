"""The families of the usage records."""

from decimal import Decimal
from operator import attrgetter

from exporter.apis.partner_center.records import CustomerMonthlyUsageRecord as Record
from exporter.model.families import Family, Labels, constant
from exporter.model.periods import instant

CUSTOMER = Labels.of(customer_id="customer_id", customer_name="customer_name")
MONEY = Labels.of(customer_id="customer_id", customer_name="customer_name", currency="currency")
PLAN = Labels.of(azure_plan="is_upgraded")


def _usd(record: Record) -> Decimal | None:
    """A legacy record's zero means "not stated", not "costs nothing"."""
    return record.usd_total_cost if record.usd_total_cost or record.is_upgraded else None


def _used_ratio(record: Record) -> Decimal | None:
    if record.budget_amount is None or record.percent_used is None:
        return None
    return record.percent_used.scaleb(-2)


def _last_modified(record: Record) -> float | None:
    return instant(record.last_modified_date).timestamp() if record.last_modified_date else None


def _without_budget(record: Record) -> int:
    return int(record.budget_amount is None)


FAMILIES = (
    Family(
        "partner_center_customer_cost_month_to_date",
        "Estimated cost of the customer's current billing period, in the customer's currency. "
        "Refreshed in the background.",
        MONEY,
        attrgetter("total_cost"),
    ),
    Family(
        "partner_center_customer_cost_month_to_date_usd",
        "The same in US dollars, where Microsoft states it. Refreshed in the background.",
        CUSTOMER,
        _usd,
    ),
    Family(
        "partner_center_customer_budget_amount",
        "The customer's spending budget for a billing period; absent where none is set. Refreshed in the background.",
        MONEY,
        attrgetter("budget_amount"),
    ),
    Family(
        "partner_center_customer_budget_used_ratio",
        "Share of the budget that is spent, 1 is all of it; absent where none is set. Refreshed in the background.",
        CUSTOMER,
        _used_ratio,
        max,
    ),
    Family(
        "partner_center_customer_info",
        "Always 1; azure_plan tells whether the customer has an Azure plan. Refreshed in the background.",
        Labels.of(customer_id="customer_id", customer_name="customer_name", azure_plan="is_upgraded"),
        constant,
        max,
    ),
    Family(
        "partner_center_customer_last_modified_timestamp_seconds",
        "When Microsoft last changed the customer's usage record, in Unix seconds. Refreshed in the background.",
        CUSTOMER,
        _last_modified,
        max,
    ),
    Family(
        "partner_center_customers",
        "Number of customers with a usage record. Refreshed in the background.",
        PLAN,
        constant,
    ),
    Family(
        "partner_center_customers_without_budget",
        "Number of customers for whom no budget is set. Refreshed in the background.",
        PLAN,
        _without_budget,
    ),
)
