"""Resources of the reporting APIs, under their documented names."""

from datetime import datetime
from decimal import Decimal
from html import unescape

import msgspec

from exporter.apis.costs.records import Balance, MarketplaceCost, currency_code
from exporter.model.periods import instant


class BalanceSummary(Balance, rename="camel", frozen=True, kw_only=True):
    """The enrollment's monetary commitment in one billing period, in its currency."""

    currency_code: str | None = None
    billing_period_id: str | int | None = None

    @property
    def period(self) -> str:
        """The billing period as `yyyyMM`; empty where it is not stated so."""
        stated = str(self.billing_period_id or "")
        return stated if len(stated) == 6 and stated.isdecimal() else ""

    @property
    def currency(self) -> str | None:
        return currency_code(self.currency_code)


class MarketplaceCharge(msgspec.Struct, rename="camel", frozen=True):
    """The cost of a third party's offer in a span of days, in the enrollment's currency."""

    usage_start_date: str | None = None
    usage_end_date: str | None = None
    publisher_name: str | None = None
    offer_name: str | None = None
    plan_name: str | None = None
    subscription_name: str | None = None
    extended_cost: Decimal | None = None

    def cost(self, currency: str) -> MarketplaceCost:
        """The charge as a record; the service sends HTML entities in the name of the offer."""
        until = instant(self.usage_end_date) if self.usage_end_date else None
        return MarketplaceCost(
            self.publisher_name or "",
            unescape(self.offer_name or ""),
            self.plan_name or "",
            self.subscription_name or "",
            currency,
            self.extended_cost,
            until,
        )


class BillingPeriod(msgspec.Struct, rename="camel", frozen=True):
    """A month that the enrollment has data for."""

    billing_period_id: str
    billing_start: str

    @property
    def start(self) -> datetime:
        """Its first instant."""
        return instant(self.billing_start)
