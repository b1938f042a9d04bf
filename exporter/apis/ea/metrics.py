"""The families of the reporting APIs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import attrgetter

from exporter.apis.ea.columns import DEFAULT
from exporter.apis.ea.records import BalanceSummary
from exporter.apis.ea.usage import SummedUsage
from exporter.model import budgets
from exporter.model.families import Family, Labels, Lasts, constant

REFRESHED = "Refreshed in the background."
DAILY = "azure_ea_cost_daily"


def usage(labels: Sequence[str]) -> tuple[Family, ...]:
    """The families of the current period, with the chosen labels."""
    cost = _cost_labels(labels)
    return (
        Family(
            "azure_ea_cost_month_to_date",
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
            "azure_ea_usage_quantity_month_to_date",
            f"Consumed quantity of the current billing period so far, in the label's unit. {REFRESHED}",
            Labels((*labels, "unit"), lambda row: (*row.labels, row.unit)),
            attrgetter("quantity_to_date"),
            source=SummedUsage,
        ),
    )


def previous_usage(labels: Sequence[str]) -> tuple[Family, ...]:
    """The family of the previous period."""
    return (
        Family(
            "azure_ea_cost_previous_month",
            f"Cost of the previous billing period, read again until it is settled. {REFRESHED}",
            _cost_labels(labels),
            attrgetter("cost_to_date"),
        ),
    )


def _cost_labels(labels: Sequence[str]) -> Labels:
    def read(row: SummedUsage) -> tuple[str, ...]:
        return (*row.labels, row.currency)

    return Labels((*labels, "currency"), read)


@dataclass(frozen=True, slots=True)
class Purchase:
    """One purchase of commitment."""

    name: str | None
    currency: str
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One adjustment of the commitment."""

    name: str | None
    currency: str
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Enrollment:
    """Which enrollment the account is."""

    enrollment: str
    currency: str


CURRENCY = Labels.from_attributes(currency="currency")
LINE = Labels.from_attributes(name="name", currency="currency")
AMOUNTS = {
    "beginning_balance": "Monetary commitment left at the beginning",
    "ending_balance": "Monetary commitment left at the end, or by now",
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
    return Family(name, text, CURRENCY, attrgetter(attribute), source=BalanceSummary)


BALANCE = (
    *map(_amount, AMOUNTS),
    Family(
        "azure_ea_new_purchase",
        f"One purchase of commitment in the current billing period. {REFRESHED}",
        LINE,
        attrgetter("value"),
        source=Purchase,
    ),
    Family(
        "azure_ea_adjustment",
        f"One adjustment of the commitment in the current billing period. {REFRESHED}",
        LINE,
        attrgetter("value"),
        source=Adjustment,
    ),
    Family(
        "azure_ea_enrollment_info",
        f"Always 1; which enrollment the account is, and its currency. {REFRESHED}",
        Labels.from_attributes(enrollment="enrollment", currency="currency"),
        constant,
        source=Enrollment,
    ),
)


@dataclass(frozen=True, slots=True)
class Charge:
    """A marketplace charge in the enrollment's currency, which the charge itself does not name."""

    publisher: str | None
    offer: str
    plan: str | None
    subscription_name: str | None
    currency: str
    cost: Decimal | None
    until: datetime | None

    @property
    def labels(self) -> tuple[str | None, ...]:
        """What tells its series from others."""
        return self.publisher, self.offer, self.plan, self.subscription_name


MARKETPLACE = (
    Family(
        "azure_ea_marketplace_cost_month_to_date",
        f"Marketplace charges of the current billing period so far. {REFRESHED}",
        Labels.from_attributes(
            publisher="publisher",
            offer="offer",
            plan="plan",
            subscription_name="subscription_name",
            currency="currency",
        ),
        attrgetter("cost"),
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
        "azure_ea_unit_price",
        f"Price of a whole unit of the meter, in the current billing period. {REFRESHED}",
        Labels.from_attributes(**METER, currency="currency"),
        attrgetter("unit_price"),
        max,
    ),
    Family(
        "azure_ea_included_quantity",
        f"Quantity of the meter that is included without charge, in the current billing period. {REFRESHED}",
        Labels.from_attributes(**METER),
        attrgetter("included_quantity"),
        max,
    ),
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The first instant of a billing period, and the first after it, in Unix seconds."""

    start: float
    end: float


BILLING_PERIOD = (
    Family(
        "azure_ea_billing_period_start_timestamp_seconds",
        f"First instant of the current billing period, in Unix seconds. {REFRESHED}",
        Labels.from_attributes(),
        attrgetter("start"),
    ),
    Family(
        "azure_ea_billing_period_end_timestamp_seconds",
        f"First instant after the current billing period, in Unix seconds. {REFRESHED}",
        Labels.from_attributes(),
        attrgetter("end"),
    ),
)

FAMILIES = (
    *usage(DEFAULT),
    *previous_usage(DEFAULT),
    *BALANCE,
    *MARKETPLACE,
    *PRICES,
    *BILLING_PERIOD,
    *budgets.FAMILIES,
)
