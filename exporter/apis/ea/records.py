"""Resources of the reporting APIs, under their documented names; every property is optional there."""

from decimal import Decimal

import msgspec


class UsageDetail(msgspec.Struct, rename="camel", frozen=True, gc=False):
    """What one meter of one resource used on one day. Rows repeat legitimately, and credits are negative."""

    date: str = ""
    subscription_name: str | None = None
    meter_category: str | None = None
    meter_sub_category: str | None = None
    meter_name: str | None = None
    unit_of_measure: str | None = None
    consumed_quantity: Decimal | None = None
    cost: Decimal | None = None
    cost_v2: Decimal | None = msgspec.field(name="Cost", default=None)


class UsagePage(msgspec.Struct, rename="camel"):
    """A page of usage details; no link, null and "" all mean that it is the last."""

    data: list[UsageDetail]
    next_link: str | None = None


class BalanceLine(msgspec.Struct, frozen=True):
    """One purchase or adjustment; its name may be empty."""

    value: Decimal | None = None
    name: str | None = None


class BalanceSummary(msgspec.Struct, rename="camel", frozen=True):
    """The enrollment's monetary commitment in one billing period, in its currency."""

    currency_code: str
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
    def currency(self) -> str:
        """ISO 4217, upper case; Azure pads it with blanks in places."""
        return self.currency_code.strip().upper()
