"""What the customer directories cost: the B2C tenant and the External ID tenant."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from exporter.simulator.costs.rows import CostRow
from exporter.simulator.world import World
from exporter.simulator.world.chance import guid
from exporter.simulator.world.periods import hours_known

PROVIDER = "Microsoft.AzureActiveDirectory"
FREE_USERS = 50_000
"""Active users of a month that cost nothing; their rows have the cost 0."""
USER, ATTEMPT, EXTERNAL_USER = Decimal("0.003"), Decimal("0.03"), Decimal("0.01625")
PHONE = ("SMS", "Voice")


@dataclass(frozen=True)
class LinkedTo:
    """The subscription that pays: its path, its name, its offer."""

    path: str
    name: str
    offer: str


@dataclass(frozen=True)
class _Meter:
    product: str
    category: str
    name: str
    unit: str
    price: Decimal


# Names of the retail price list.
ACTIVE = _Meter("Azure Active Directory B2X - P1", "Azure Active Directory for External Identities",
                "P1 Monthly Active Users", "1", USER)  # fmt: skip
FACTOR = _Meter("Azure Active Directory B2C - Basic", "Azure Active Directory B2C",
                "Basic Multi-Factor Authentication", "1", ATTEMPT)  # fmt: skip
CORE = _Meter("Microsoft Entra External ID - Core", "Microsoft Entra",
              "Core Monthly Active Users", "1/Month", EXTERNAL_USER)  # fmt: skip
CALLS = _Meter("Microsoft Entra External ID - Phone Authentication Low Cost", "Microsoft Entra",
               "Phone Authentication Low Cost Transaction", "1", ATTEMPT)  # fmt: skip


def directory_rows(world: World, linked: LinkedTo, day: date, now: datetime) -> Iterator[CostRow]:
    """The rows of a day as known at `now`: today's up to the last full hour.

    The second factors are those of the B2C tenant's ledger. An active user is on the day of the first sign-in of the
    month. Those of the External ID tenant are made up; its phone calls and text messages are in its ledger.
    """
    hours = hours_known(day, now)
    if not hours:
        return
    full = datetime.combine(day, time(), now.tzinfo) + timedelta(hours=hours)
    ledger = world.b2c.ledger
    b2c = f"{linked.path}/resourceGroups/rg-b2c/providers/{PROVIDER}/b2cDirectories/{world.b2c.tenant}"
    before = ledger.month_users(day - timedelta(days=1)) if day.day > 1 else 0
    new = ledger.month_users(day, full) - before
    free = max(0, min(new, FREE_USERS - before))
    attempts = sum(ledger.mfa_attempts_by(lambda one: one.kind, day, day, full).values())
    external = f"{linked.path}/resourceGroups/rg-ciam/providers/{PROVIDER}/ciamDirectories/{world.external_id.tenant}"
    cells = list(world.external_id.activity.day(day))
    calls = sum(cell.factor_attempts for cell in cells if cell.method in PHONE) * hours // 24
    persons = sum(cell.persons for cell in cells) * hours // 24 // 9
    for resource, meter, quantity, price in (
        (b2c, ACTIVE, free, Decimal(0)),
        (b2c, ACTIVE, new - free, ACTIVE.price),
        (b2c, FACTOR, attempts, FACTOR.price),
        (external, CORE, persons, CORE.price),
        (external, CALLS, calls, CALLS.price),
    ):
        if quantity:
            yield _row(linked, resource, meter, day, quantity, price)


def _row(linked: LinkedTo, resource: str, meter: _Meter, day: date, quantity: int, price: Decimal) -> CostRow:
    cost = quantity * price
    return CostRow(
        date=day,
        currency="EUR",
        actual=cost,
        amortized=cost,
        quantity=Decimal(quantity),
        effective_price=price,
        unit=meter.unit,
        subscription_id=linked.path.rpartition("/")[2],
        subscription_name=linked.name,
        resource_group=resource.split("/")[4],
        resource_id=resource,
        resource_location="Unassigned",
        product=meter.product,
        meter_id=guid("meter", meter.name),
        meter_category=meter.category,
        meter_name=meter.name,
        offer=linked.offer,
        consumed_service=PROVIDER,
    )
