"""Resources of the reporting APIs, under their documented names; every property is optional there."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from html import unescape
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from exporter.apis.ea.columns import COLUMNS
from exporter.model.periods import instant

Text = str | int | float | bool | None | UnsetType
COSTS = {"cost": "cost", "cost_v2": "Cost", "cost_v1": "extendedCost"}
"""The names of a row's cost; a row has one of them."""


def usage_page(columns: Iterable[str], *, tags: bool) -> type[msgspec.Struct]:
    """A page's `data` of usage details, whose rows hold only what is needed.

    Fields are `date`, `quantity`, `cost`, `cost_v2` (v2's example spells it `Cost`), `cost_v1`, the columns and `tags`;
    a column, or tags, that a row does not have are `UNSET`.
    """
    names = {"date": "date", "quantity": "consumedQuantity"} | COSTS
    fields: list[tuple[str, Any, Any]] = [("date", str | None, None)]
    fields += [(name, Decimal | None, None) for name in ("quantity", *COSTS)]
    fields += [(column, Text, UNSET) for column in columns]
    fields += [("tags", str | None | UnsetType, UNSET)] * tags
    row = msgspec.defstruct("UsageDetail", fields, rename=names | {c: COLUMNS[c] for c in columns}, gc=False)
    return msgspec.defstruct("UsagePage", [("data", list[row])])  # type: ignore[valid-type]


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
        """ISO 4217, upper case; Azure pads it with blanks in places."""
        return self.currency_code.strip().upper() if self.currency_code else None


class MarketplaceCharge(msgspec.Struct, rename="camel", frozen=True):
    """What a third party's offer cost in a span of days; the enrollment's currency."""

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


class Price(msgspec.Struct, rename="camel", frozen=True):
    """What a whole unit of a meter costs; a meter may come once per offer."""

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
        return self.currency_code.strip().upper() if self.currency_code else None


class BillingPeriod(msgspec.Struct, rename="camel", frozen=True):
    """A month that the enrollment has data for."""

    billing_period_id: str
    billing_start: str

    @property
    def start(self) -> datetime:
        """Its first instant."""
        return instant(self.billing_start)
