"""Records that the families of a bill are read from, whatever API they come from."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import msgspec

THIRD_PARTIES = frozenset({"marketplace", "vendor"})
"""How Cost Management and FOCUS name the publisher's type of charges for third parties' offers."""
CURRENCY = re.compile(r"[A-Z]{3}")


def currency_code(text: str | None) -> str | None:
    """ISO 4217's three letters, which Azure pads with blanks in places; None for anything else."""
    found = (text or "").strip().upper()
    return found if CURRENCY.fullmatch(found) else None


class BalanceLine(msgspec.Struct, frozen=True):
    """One purchase or adjustment; its name may be empty."""

    value: Decimal | None = None
    name: str | None = None


class Balance(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """An enrollment's monetary commitment in one billing period, in its currency."""

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
    def currency(self) -> str | None:
        """ISO 4217, upper case."""
        raise NotImplementedError

    def lines(self, currency: str) -> "Iterator[Purchase | Adjustment]":
        """The purchases and adjustments."""
        for line in self.new_purchases_details or ():
            yield Purchase(line.name, currency, line.value)
        for line in self.adjustment_details or ():
            yield Adjustment(line.name, currency, line.value)


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
        return currency_code(self.currency_code)


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
    def marketplace(self) -> bool:
        """Whether the rows are a third party's charges, which have a family of their own."""
        return self.values.get("publisher_type", "").lower() in THIRD_PARTIES

    @property
    def cost_to_date(self) -> Decimal | None:
        """The cost, if the day counts in the period."""
        return self.cost if self.of_period and self.known and not self.marketplace else None

    @property
    def quantity_to_date(self) -> Decimal | None:
        """The quantity, if the day counts in the period, and its unit is stated."""
        return self.quantity if self.of_period and "unit_of_measure" in self.values and not self.marketplace else None

    @property
    def unit(self) -> str:
        """Microsoft's unit of measure, verbatim."""
        return self.values.get("unit_of_measure", "")

    @property
    def cost_daily(self) -> Decimal | None:
        """The cost, if the day is the newest complete one."""
        return self.cost if self.newest and self.known and not self.marketplace else None


@dataclass(frozen=True, slots=True)
class MarketplaceCost:
    """The cost of a third party's offer, until an instant."""

    publisher: str
    offer: str
    plan: str
    subscription_name: str
    currency: str
    cost: Decimal | None
    until: datetime | None = None


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
class Bounds:
    """The first instant of a billing period, and the first after it, in Unix seconds."""

    start: float
    end: float
