"""The families of a bill; an account has the same series whichever API fills them."""

from collections.abc import Sequence
from operator import attrgetter

from exporter.apis.costs.records import (
    Adjustment,
    Balance,
    Bounds,
    Enrollment,
    MarketplaceCost,
    Price,
    Purchase,
    SummedUsage,
)
from exporter.model.families import Family, Labels, Lasts, constant

REFRESHED = "Refreshed in the background."
DAILY = "azure_cost_daily"


def usage(labels: Sequence[str]) -> tuple[Family, ...]:
    """The families of the current period, with the configured labels."""
    cost = _cost_labels(labels)
    return (
        Family(
            "azure_cost_month_to_date",
            f"Cost of the current billing period so far. {REFRESHED}",
            cost,
            attrgetter("cost_to_date"),
            source=SummedUsage,
        ),
        Family(
            DAILY,
            f"Cost of the newest complete day. {REFRESHED}",
            cost,
            attrgetter("cost_daily"),
            source=SummedUsage,
            lasts=Lasts.DAY,
        ),
        Family(
            "azure_usage_quantity_month_to_date",
            f"Quantity consumed in the current billing period so far, in the unit that the label names. {REFRESHED}",
            Labels((*labels, "unit"), lambda row: (*row.labels, row.unit)),
            attrgetter("quantity_to_date"),
            source=SummedUsage,
        ),
    )


def previous_usage(labels: Sequence[str]) -> tuple[Family, ...]:
    """The family of the previous period, with the configured labels."""
    return (
        Family(
            "azure_cost_previous_month",
            f"Cost of the previous billing period, read until it is settled. {REFRESHED}",
            _cost_labels(labels),
            attrgetter("cost_to_date"),
            source=SummedUsage,
        ),
    )


def _cost_labels(labels: Sequence[str]) -> Labels:
    def read(row: SummedUsage) -> tuple[str, ...]:
        return (*row.labels, row.currency)

    return Labels((*labels, "currency"), read)


CURRENCY = Labels.from_attributes(currency="currency")
LINE = Labels.from_attributes(name="name", currency="currency")
AMOUNTS = {
    "beginning_balance": "Monetary commitment at the beginning",
    "ending_balance": "Monetary commitment left at the end, or so far",
    "new_purchases": "Commitment bought",
    "adjustments": "Credits and other adjustments of the commitment",
    "utilized": "Commitment used",
    "service_overage": "Cost of services beyond the commitment",
    "charges_billed_separately": "Charges that the commitment does not cover",
    "total_overage": "Service overage and separately billed charges",
    "total_usage": "Commitment used and total overage",
    "azure_marketplace_service_charges": "Marketplace charges",
}


def _amount(attribute: str) -> Family:
    name = f"azure_ea_{attribute.removeprefix('azure_')}"
    text = f"{AMOUNTS[attribute]}, in the current billing period. {REFRESHED}"
    return Family(name, text, CURRENCY, attrgetter(attribute), source=Balance)


BALANCE = (
    *map(_amount, AMOUNTS),
    Family(
        "azure_ea_new_purchase_detail",
        f"Commitment bought in the current billing period, by the name of the purchase. {REFRESHED}",
        LINE,
        attrgetter("value"),
        source=Purchase,
        part_of="azure_ea_new_purchases",
    ),
    Family(
        "azure_ea_adjustment_detail",
        f"Adjustments of the commitment in the current billing period, by name. {REFRESHED}",
        LINE,
        attrgetter("value"),
        source=Adjustment,
        part_of="azure_ea_adjustments",
    ),
    Family(
        "azure_ea_enrollment_info",
        f"Always 1; the labels are the number of the account's enrollment and its currency. {REFRESHED}",
        Labels.from_attributes(enrollment="enrollment", currency="currency"),
        constant,
        source=Enrollment,
    ),
)


MARKETPLACE = (
    Family(
        "azure_marketplace_cost_month_to_date",
        f"Marketplace charges of the current billing period so far. {REFRESHED}",
        Labels.from_attributes(
            publisher="publisher",
            offer="offer",
            plan="plan",
            subscription_name="subscription_name",
            currency="currency",
        ),
        attrgetter("cost"),
        source=MarketplaceCost,
    ),
)

METER = {
    "meter_id": "meter_id",
    "meter_name": "meter_name",
    "part_number": "part_number",
    "offer_id": "offer_id",
    "unit": "unit_of_measure",
}
PRICES = (
    Family(
        "azure_unit_price",
        f"Price of a whole unit of the meter, in the current billing period. {REFRESHED}",
        Labels.from_attributes(**METER, currency="currency"),
        attrgetter("unit_price"),
        max,
        source=Price,
    ),
    Family(
        "azure_included_quantity",
        f"Quantity of the meter that is included without charge, in the current billing period. {REFRESHED}",
        Labels.from_attributes(**METER),
        attrgetter("included_quantity"),
        max,
        source=Price,
    ),
)


BILLING_PERIOD = (
    Family(
        "azure_billing_period_start_timestamp_seconds",
        f"First instant of the current billing period, in Unix seconds. {REFRESHED}",
        Labels.from_attributes(),
        attrgetter("start"),
        source=Bounds,
    ),
    Family(
        "azure_billing_period_end_timestamp_seconds",
        f"First instant after the current billing period, in Unix seconds. {REFRESHED}",
        Labels.from_attributes(),
        attrgetter("end"),
        source=Bounds,
    ),
)
