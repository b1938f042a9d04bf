"""Charges for offers of third parties."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from exporter.simulator.world.catalogue import SUBSCRIPTIONS
from exporter.simulator.world.chance import chance, guid
from exporter.simulator.world.periods import days

OFFERS = (
    ("Acme Security", "Threat Scanner&trade;", "Professional", True),
    ("Barracuda Networks", "Web Firewall", "PAYG", False),
    ("Contoso Graphs", "Graph Database", "2 core", False),
)


@dataclass(frozen=True)
class MarketplaceCharge:
    """A day's charge of one offer for one subscription; EUR. The offer's name has an HTML entity, as observed."""

    day: date
    subscription_guid: str
    subscription_name: str
    department: str
    account: str
    owner: str
    cost_center: str
    publisher: str
    offer: str
    plan: str
    recurring: bool
    quantity: Decimal
    extended_cost: Decimal


def marketplace_charges(seed: int, start: date, end: date) -> Iterator[MarketplaceCharge]:
    """The charges from `start` to `end`; every eleventh day one is refunded in part."""
    for day in days(start, end):
        for number, (publisher, offer, plan, recurring) in enumerate(OFFERS):
            subscription = SUBSCRIPTIONS[number % len(SUBSCRIPTIONS)]
            dice = chance(seed, "marketplace", day, number)
            cents = -dice.randrange(50, 400) if (day.toordinal() + number) % 11 == 0 else dice.randrange(300, 1400)
            yield MarketplaceCharge(
                day,
                guid(seed, "subscription", subscription.name),
                subscription.name,
                subscription.department,
                subscription.account,
                subscription.owner,
                subscription.cost_center,
                publisher,
                offer,
                plan,
                recurring,
                Decimal(24),
                Decimal(cents).scaleb(-2),
            )
