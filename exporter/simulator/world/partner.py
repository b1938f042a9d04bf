"""A reseller's customers: what each has spent in its billing period, and against which budget."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from exporter.simulator.world.billing import BillingPeriod, anniversary, calendar_month
from exporter.simulator.world.chance import chance, guid, secret

SIX_HOURS = timedelta(hours=6)
CENT = Decimal("0.01")
USD = {
    "EUR": "1.0837",
    "SEK": "0.0947",
    "GBP": "1.2718",
    "USD": "1",
    "JPY": "0.00642",
    "CHF": "1.1233",
    "DKK": "0.1452",
}
NAMES = (
    "Fjällräven Fastigheter AB", "Brückner & Söhne Maschinenbau GmbH", "日本精密工業株式会社",
    "Northgate Bakeries Ltd",
    "Klinik am Seeufer", "Hafenkontor 1888", "Smörgås & Co", "Tidewater Logistics", "Alpenblick Hotels AG",
    "Ærø Skibsværft", "Marlow Instruments", "Weber Druck \"und\" Medien", "Quarry Lane Schools Trust",
    "Sunrise Foods", "Sunrise Foods", "Vest & Nord Energi", "Kühlhaus Mitte", "Lakeside Dental",
    "Oakham Timber",
    "Stadtwerke Kleinhausen", "Pfeiffer Orgelbau", "Bristol Kayaks",
    "Gesellschaft zur Erforschung der Wattenmeerökologie und angrenzender Küstengewässer Nordwesteuropas",
    "Archive of Film Posters", "Zürcher Uhrenfabrik",
)  # fmt: skip
CURRENCIES = ("SEK", "EUR", "JPY", "GBP", "EUR", "EUR", "SEK", "USD", "CHF", "DKK", "GBP", "EUR", "GBP")
# Spent at the period's end as a share of the budget; None: no budget; 0: a budget of zero.
SHARES = ("6.0284", "0.28", None, "0.97", "1.18", "0.55", None, "0.8", "0", "1.02", "0.34", "2.5", None)
LEGACY = 18  # place of the one customer that was never moved to an Azure plan
IDLE = 23  # place of a customer that spends nothing


@dataclass(frozen=True)
class Customer:
    """A customer's monthly usage record; exactly one of `currency` and `locale` is set.

    Costs begin again with `period`: the calendar month, or for a legacy customer the partner's anniversary.
    """

    id: str
    name: str
    azure_plan: bool
    currency: str | None
    locale: str | None
    budget: Decimal | None
    total_cost: Decimal
    usd_total_cost: Decimal | None
    percent_used: Decimal
    last_modified: str
    period: BillingPeriod


@dataclass(frozen=True)
class Subscription:
    """A subscription's monthly usage record; its currency is its customer's."""

    id: str
    name: str
    offer: str
    total_cost: Decimal
    usd_total_cost: Decimal | None


class Partner:
    """The partner's tenant, the credentials that read its records, and its customers."""

    def __init__(self, seed: int, now: Callable[[], datetime]) -> None:
        self.seed = seed
        self.now = now
        self.tenant = "pedalwerkepartner.onmicrosoft.com"
        self.tenant_id = guid(seed, "partner tenant")
        self.client_id = guid(seed, "partner client")
        self.client_secret = secret(seed, "partner")
        self.refresh_token = "0." + secret(seed, "refresh token", length=600)
        self.user_id = guid(seed, "partner user")
        self.user_name = f"billing.reader@{self.tenant}"
        self.user_password = secret(seed, "partner user", length=16)
        self.booked: dict[str, Decimal] = {}
        """Costs, or credits, by customer id, in addition to usage: for tests in which a customer exceeds its budget."""
        self.mfa_code = f"{chance(seed, 'authenticator').randrange(10**6):06d}"

    def customers(self) -> tuple[Customer, ...]:
        """The records of all customers as of now."""
        return self.customers_at(self.now())

    def customers_at(self, now: datetime) -> tuple[Customer, ...]:
        """The records of all customers as of `now`, including what is `booked` today."""
        return tuple(self._customer(place, now) for place in range(len(NAMES)))

    def subscriptions(self, customer: Customer) -> tuple[Subscription, ...]:
        """One to three subscriptions, whose costs sum to the customer's."""
        dice = chance(self.seed, "subscriptions", customer.id)
        count = dice.randrange(1, 4)
        weights = [Decimal(dice.randrange(1, 100)) for _ in range(count)]
        shares = [weight / sum(weights) for weight in weights]
        costs = _parts(customer.total_cost, shares)
        dollars = [None] * count if customer.usd_total_cost is None else _parts(customer.usd_total_cost, shares)
        name = "Azure plan" if customer.azure_plan else "Microsoft Azure"
        offer = "DZH318Z0BPS6:0001:DZH318Z0BML6" if customer.azure_plan else "MS-AZR-0145P"
        return tuple(
            Subscription(guid(self.seed, "subscription", customer.id, place), name, offer, cost, usd)
            for place, (cost, usd) in enumerate(zip(costs, dollars, strict=True))
        )

    def _customer(self, place: int, now: datetime) -> Customer:
        dice = chance(self.seed, "customer", place)
        currency = CURRENCIES[place % len(CURRENCIES)]
        share = SHARES[place % len(SHARES)]
        legacy, idle = place == LEGACY, place == IDLE
        modified = _modified(now, dice.randrange(360), idle)
        period = anniversary(now) if legacy else calendar_month(now)
        gone = _share_gone(modified, period)
        yen = 100 if currency == "JPY" else 1
        budget = Decimal(dice.randrange(2, 300) * 10 * yen)
        wanted = budget * (Decimal(share) if share and Decimal(share) else Decimal(1))
        total = Decimal(0) if idle else _digits(wanted * gone, places=dice.randrange(2, 21))
        customer = guid(self.seed, "customer", place)
        total += self.booked.get(customer, Decimal(0))
        stated = None if share is None else budget if Decimal(share) else Decimal(0)
        usd = Decimal(0) if legacy else _digits(total * Decimal(USD[currency]), places=dice.randrange(4, 20))
        return Customer(
            id=customer,
            name=NAMES[place],
            azure_plan=not legacy,
            currency=None if legacy else currency,
            locale="fr-FR" if legacy else None,
            budget=stated,
            total_cost=total,
            usd_total_cost=None if place == 7 else usd,
            percent_used=(total / stated * 100).quantize(CENT, ROUND_HALF_UP) if stated else Decimal(0),
            last_modified=_time_text(modified, digits=place % 8),
            period=period,
        )


def _modified(now: datetime, minutes: int, idle: bool) -> datetime:
    """The newest of the instants up to `now`, six hours apart, at which a customer's usage is rated."""
    phase = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes, microseconds=143_333)
    every = timedelta(weeks=4) if idle else SIX_HOURS
    return phase + (now - phase) // every * every


def _share_gone(modified: datetime, period: BillingPeriod) -> Decimal:
    """The part of 31 days that had passed at `modified` since `period` began; 0 for what was rated before."""
    hours = max((modified - period.start) // timedelta(hours=1), 0)
    return Decimal(hours) / Decimal(31 * 24)


def _parts(amount: Decimal, shares: list[Decimal]) -> list[Decimal]:
    """`amount` by `shares`, to the cent; the last part takes what rounding leaves, to the last digit."""
    with localcontext(Context(prec=50)):
        parts = [(amount * share).quantize(CENT, ROUND_HALF_UP) for share in shares[:-1]]
        return [*parts, amount - sum(parts, Decimal(0))]


def _digits(amount: Decimal, places: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-min(places, 22)), ROUND_HALF_UP)


def _time_text(instant: datetime, digits: int) -> str:
    """The instant with an offset and 0-7 fraction digits: ``2019-09-17T17:08:11.1433333+00:00``."""
    fraction = f"{instant.microsecond:06d}3"[:digits]
    return f"{instant:%Y-%m-%dT%H:%M:%S}{'.' if fraction else ''}{fraction}+00:00"
