"""The families of the reporting APIs."""

from operator import attrgetter

import msgspec

from exporter.apis.ea.records import BalanceLine, BalanceSummary
from exporter.model.families import Family, Labels, Number, constant

METER = {
    "subscription_name": "subscription_name",
    "meter_category": "meter_category",
    "meter_subcategory": "meter_subcategory",
    "meter_name": "meter_name",
}
COST = Labels.of(**METER, currency="currency")

USAGE = (
    Family(
        "azure_ea_cost_month_to_date",
        "Cost of the current billing period so far. Refreshed in the background.",
        COST,
        attrgetter("cost"),
    ),
    Family(
        "azure_ea_cost_daily",
        "Cost of the newest complete day. Refreshed in the background.",
        COST,
        attrgetter("cost_daily"),
    ),
    Family(
        "azure_ea_usage_quantity_month_to_date",
        "Consumed quantity of the current billing period so far, in the label's unit. Refreshed in the background.",
        Labels.of(**METER, unit="unit"),
        attrgetter("quantity"),
    ),
)


class BalanceRow(msgspec.Struct, frozen=True):
    """The summary itself, or one of its detail lines."""

    currency: str
    summary: BalanceSummary | None = None
    enrollment: str | None = None
    purchase: BalanceLine | None = None
    adjustment: BalanceLine | None = None

    @property
    def name(self) -> str | None:
        """The name of the detail line."""
        line = self.purchase or self.adjustment
        return line.name if line else None


CURRENCY = Labels.of(currency="currency")
LINE = Labels.of(name="name", currency="currency")


def _stated(attribute: str) -> Family:
    """The family of an amount that the summary states."""
    name, text = AMOUNTS[attribute]

    def value(row: BalanceRow) -> Number | None:
        return getattr(row.summary, attribute) if row.summary else None

    return Family(
        f"azure_ea_{name}", f"{text}, in the current billing period. Refreshed in the background.", CURRENCY, value
    )


AMOUNTS = {
    "beginning_balance": ("beginning_balance", "Monetary commitment left at the beginning"),
    "ending_balance": ("ending_balance", "Monetary commitment left at the end, or by now"),
    "new_purchases": ("new_purchases", "Commitment bought"),
    "adjustments": ("adjustments", "Credits and other adjustments of the commitment"),
    "utilized": ("utilized", "Commitment used"),
    "service_overage": ("service_overage", "Cost of services beyond the commitment"),
    "charges_billed_separately": ("charges_billed_separately", "Charges that the commitment does not cover"),
    "total_overage": ("total_overage", "Service overage and separately billed charges"),
    "total_usage": ("total_usage", "Commitment used and total overage"),
    "azure_marketplace_service_charges": ("marketplace_service_charges", "Marketplace charges"),
}


def _purchase(row: BalanceRow) -> Number | None:
    return row.purchase.value if row.purchase else None


def _adjustment(row: BalanceRow) -> Number | None:
    return row.adjustment.value if row.adjustment else None


def _enrollment(row: BalanceRow) -> Number | None:
    return constant(row) if row.enrollment else None


BALANCE = (
    *map(_stated, AMOUNTS),
    Family(
        "azure_ea_new_purchase",
        "One purchase of commitment in the current billing period. Refreshed in the background.",
        LINE,
        _purchase,
    ),
    Family(
        "azure_ea_adjustment",
        "One adjustment of the commitment in the current billing period. Refreshed in the background.",
        LINE,
        _adjustment,
    ),
    Family(
        "azure_ea_enrollment_info",
        "Always 1; which enrollment the account is, and its currency. Refreshed in the background.",
        Labels.of(enrollment="enrollment", currency="currency"),
        _enrollment,
    ),
)

FAMILIES = USAGE + BALANCE
