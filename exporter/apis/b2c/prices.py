"""The section `prices` of a B2C account: price lists for the estimate of the bill."""

from decimal import Decimal
from typing import Annotated, ClassVar, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from exporter.apis.fields import Currency, Shown, invalid, money
from exporter.apis.settings import Section

UNIT_PRICE = "a price such as 0.0055"


def unit_price(value: object) -> Decimal:
    """A price as it is written: 0.0055 is 0.0055 and not the nearest double."""
    price = money(value, UNIT_PRICE)
    if not price.is_finite() or not 0 <= price < 10**9:
        raise invalid(f"must be {UNIT_PRICE}")
    return price


class PriceTier(Section):
    """Part of a price list: the price of each unit up to the `up_to`th of a month; the last tier is open."""

    up_to: Annotated[int, Field(gt=0)] | None = Field(None, description="the last unit of the month at this price")
    price: Annotated[Decimal, BeforeValidator(unit_price)] = Field(description="per unit")


def rising(tiers: tuple[PriceTier, ...]) -> tuple[PriceTier, ...]:
    """Tiers that have a price for every quantity, and one only."""
    ends = [tier.up_to for tier in tiers]
    if ends[-1] is not None:
        raise invalid("the last tier must have no up_to: its price applies to all further units")
    bounds = [end for end in ends[:-1] if end is not None]
    if len(bounds) < len(ends) - 1 or bounds != sorted(set(bounds)):
        raise invalid("every tier but the last needs an up_to above the one before")
    return tiers


PriceList: TypeAlias = Annotated[tuple[PriceTier, ...], Field(strict=False, min_length=1), AfterValidator(rising)]


class Prices(Section):
    """Microsoft's monthly price lists; a component without a price is left out of the estimate."""

    advice: ClassVar[str] = """\
The monthly bill is estimated only for the components that have a price here. The examples are Microsoft's public \
prices at the given dates, in US dollars. Use the prices of your own agreement. The price of a tier applies to each \
unit up to its up_to. All tenants that are linked to one subscription share the free allowance.

For a tenant billed per authentication: 50,000 users and 50,000 authentications are free (Directions on Microsoft, \
December 2023). The prices above that are NOT VERIFIED (recollection), as are the lower prices for larger quantities. \
The price of multi-factor authentications is that of the Azure update of 2019-11-07.

For a tenant billed by monthly active users (all tenants since 2019-11-01): the first price list of that date, from \
the azure.microsoft.com price pages. External Identities P1: 50,000 free, then 0.00325 (Directions on Microsoft, \
December 2023). The active users are those that the source counts. As long as it does not know the month from its \
first day on, those of monthly_active_users are used."""

    currency: Currency = Field(description="currency of all prices", examples=["USD"])
    per_user: PriceList | None = Field(
        None, description="per stored user", examples=[[{"up_to": 50_000, "price": 0}, {"price": Decimal("0.0011")}]]
    )
    per_authentication: PriceList | None = Field(
        None,
        description="per billable authentication",
        examples=[[{"up_to": 50_000, "price": 0}, {"price": Decimal("0.0028")}]],
    )
    per_mfa_request: PriceList | None = Field(
        None,
        description="per multi-factor request by SMS or voice, also if it fails",
        examples=[[{"price": Decimal("0.03")}]],
    )
    per_monthly_active_user: Annotated[PriceList | None, Shown.INSTEAD] = Field(
        None,
        description="per monthly active user, instead of per_user and per_authentication",
        examples=[
            [
                {"up_to": 50_000, "price": 0},
                {"up_to": 100_000, "price": Decimal("0.0055")},
                {"up_to": 1_000_000, "price": Decimal("0.0046")},
                {"up_to": 10_000_000, "price": Decimal("0.00325")},
                {"price": Decimal("0.0025")},
            ]
        ],
    )

    @model_validator(mode="after")
    def _one_model(self) -> "Prices":
        if self.per_monthly_active_user and (self.per_user or self.per_authentication):
            raise invalid("a tenant is billed per_monthly_active_user or per_user and per_authentication, not both")
        return self
