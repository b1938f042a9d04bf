"""Resources of the reporting APIs, under their documented names, and the records that families are read from."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from html import unescape

import msgspec

from exporter.model.periods import instant

CURRENCY = re.compile(r"[A-Z]{3}")


def _currency(code: str | None) -> str | None:
    """ISO 4217's three letters, which Azure pads with blanks in places; None for anything else."""
    found = (code or "").strip().upper()
    return found if CURRENCY.fullmatch(found) else None


class BalanceLine(msgspec.Struct, frozen=True):
    """One purchase or adjustment; its name may be empty."""

    value: Decimal | None = None
    name: str | None = None


class BalanceSummary(msgspec.Struct, rename="camel", frozen=True):
    """The enrollment's monetary commitment in one billing period, in its currency."""

    currency_code: str | None = None
    billing_period_id: str | int | None = None
    beginning_balance: Decimal | None = None
    ending_balance: Decimal | None = None
    new_purchases: Decimal | None = None
    adjustments: Decimal | None = None
    utilized: Decimal | None = None
    service_overage: Decimal | None = None
    charges_billed_separately: Decimal | None = None
    total_overage: Decimal | None = None
    total_usage: Decimal | None = None
    azure_marketplace_service_charges: Decimal | None = None
    new_purchases_details: tuple[BalanceLine, ...] | None = None
    adjustment_details: tuple[BalanceLine, ...] | None = None

    @property
    def states_amount(self) -> bool:
        """Whether any of its amounts is stated."""
        return any(isinstance(value, Decimal) for value in msgspec.structs.astuple(self))

    @property
    def period(self) -> str:
        """The billing period as `yyyyMM`; empty where it is not stated so."""
        stated = str(self.billing_period_id or "")
        return stated if len(stated) == 6 and stated.isdecimal() else ""

    @property
    def currency(self) -> str | None:
        """ISO 4217, upper case."""
        return _currency(self.currency_code)


class MarketplaceCharge(msgspec.Struct, rename="camel", frozen=True):
    """The cost of a third party's offer in a span of days, in the enrollment's currency."""

    usage_start_date: str | None = None
    usage_end_date: str | None = None
    publisher_name: str | None = None
    offer_name: str | None = None
    plan_name: str | None = None
    subscription_name: str | None = None
    extended_cost: Decimal | None = None

    @property
    def offer(self) -> str:
        """The offer's name; the service sends HTML entities in it."""
        return unescape(self.offer_name or "")

    @property
    def until(self) -> datetime | None:
        """The end of its span."""
        return instant(self.usage_end_date) if self.usage_end_date else None


class Price(msgspec.Struct, rename="camel", frozen=True):
    """The price of a whole unit of a meter; a meter may have one per offer."""

    meter_id: str | None = None
    meter_name: str | None = None
    unit_of_measure: str | None = None
    included_quantity: Decimal | None = None
    part_number: str | None = None
    unit_price: Decimal | None = None
    currency_code: str | None = None
    offer_id: str | None = None

    @property
    def currency(self) -> str | None:
        """ISO 4217, upper case."""
        return _currency(self.currency_code)


class BillingPeriod(msgspec.Struct, rename="camel", frozen=True):
    """A month that the enrollment has data for."""

    billing_period_id: str
    billing_start: str

    @property
    def start(self) -> datetime:
        """Its first instant."""
        return instant(self.billing_start)


@dataclass(slots=True)
class SummedUsage:
    """The sum of `rows` usage rows with the same values, until a day; amounts are in `currency`.

    The newest complete day is summed separately. In a month's first days it is in the previous period, and not
    `of_period`. The cost is `known` unless a row with the same labels states none; `unpriced` of these rows do not.
    """

    values: dict[str, str]
    labels: tuple[str, ...]
    currency: str
    until: date | None
    newest: bool
    rows: int = 0
    quantity: Decimal | None = None
    cost: Decimal | None = None
    unpriced: int = 0
    readable_tags: bool = True
    known: bool = True
    of_period: bool = True

    @property
    def cost_to_date(self) -> Decimal | None:
        """The cost, if the day counts in the period."""
        return self.cost if self.of_period and self.known else None

    @property
    def quantity_to_date(self) -> Decimal | None:
        """The quantity, if the day counts in the period."""
        return self.quantity if self.of_period else None

    @property
    def unit(self) -> str:
        """Microsoft's unit of measure, verbatim."""
        return self.values["unit_of_measure"]

    @property
    def cost_daily(self) -> Decimal | None:
        """The cost, if the day is the newest complete one."""
        return self.cost if self.newest and self.known else None


@dataclass(frozen=True, slots=True)
class Enrollment:
    """The enrollment that the account reads."""

    enrollment: str
    currency: str


@dataclass(frozen=True, slots=True)
class NamedAmount:
    """A line of the balance, in the enrollment's currency."""

    name: str | None
    currency: str
    value: Decimal | None


class Purchase(NamedAmount):
    """One purchase of commitment."""

    __slots__ = ()


class Adjustment(NamedAmount):
    """One adjustment of the commitment."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Charge:
    """A marketplace charge in the enrollment's currency, which the charge itself does not state."""

    charge: MarketplaceCharge
    currency: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """The first instant of a billing period, and the first after it, in Unix seconds."""

    start: float
    end: float
