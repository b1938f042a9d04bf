"""The costs of every agreement of the company."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Context, Decimal, localcontext
from typing import Literal

from exporter.simulator.costs.commitments import Commitments
from exporter.simulator.costs.directories import LinkedTo, directory_rows
from exporter.simulator.costs.rows import CostRow, of_marketplace, of_usage
from exporter.simulator.switches import Switches
from exporter.simulator.world import World
from exporter.simulator.world.catalogue import METERS, Subscription
from exporter.simulator.world.chance import guid
from exporter.simulator.world.periods import days, hours_known
from exporter.simulator.world.usage import Resource

Agreement = Literal["EA", "MCA", "WebDirect"]

CUSTOMER = (
    (Subscription("Velo online", "", "velo@pedalwerke.example", "Velo", "V-1", "MS-AZR-0017G", ("rg-velo", "rg-api")),
     "EUR"),
    (Subscription("Velo Schweiz", "", "velo@pedalwerke.example", "Schweiz", "V-2", "MS-AZR-0017G", ("rg-zürich",)),
     "CHF"),
)  # fmt: skip
"""The subscriptions of the Microsoft Customer Agreement, and the currency that each is billed in."""
LAB = Subscription("Lab", "", "lab@pedalwerke.example", "", "", "MS-AZR-0003P", ("rg-lab",))
"""The pay-as-you-go subscription."""
USED = ("vm", "disk", "blob", "traffic", "operations")
DOLLARS = {"EUR": Decimal("1.0842"), "CHF": Decimal("1.1207")}
"""What a unit of each currency is worth."""
FIRST_DAY = date(2024, 1, 1)
"""Nothing but the enrollment has costs before."""


@dataclass
class CostBook:
    """Rows by agreement and day, the same for the same seed and instant.

    Those of the enrollment are its usage and its marketplace charges: their sums equal those of the retired reports.
    """

    world: World
    switches: Switches
    _customer: tuple[tuple[Resource, str], ...] = field(init=False, repr=False)
    _lab: tuple[tuple[Resource, str], ...] = field(init=False, repr=False)
    _past: dict[tuple[str, date], tuple[CostRow, ...]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        seed = self.world.seed
        wanted = [(one, currency, group, key) for one, currency in CUSTOMER for group in one.groups for key in USED]
        self._customer = tuple(
            (Resource(seed, 500 + number, one, group, METERS[key]), currency)
            for number, (one, currency, group, key) in enumerate(wanted)
        )
        self._lab = tuple((Resource(seed, 900 + n, LAB, "rg-lab", METERS[key]), "EUR") for n, key in enumerate(USED))

    def rows(self, agreement: Agreement, start: date, end: date, now: datetime | None = None) -> tuple[CostRow, ...]:
        """All rows from `start` to `end`, both included, that are known now (or were at `now`)."""
        at = now or self.world.ea.now()
        if self.switches.cost_management_empty:
            return ()
        # The same rows for every caller, whatever decimal context it works in.
        with localcontext(Context()):
            if agreement == "EA":
                return tuple(self._enrollment(start, end, at))
            first, last = max(start, FIRST_DAY), min(end, at.date())
            return tuple(row for day in days(first, last) for row in self._day(agreement, day, at))

    def _enrollment(self, start: date, end: date, now: datetime) -> Iterator[CostRow]:
        owner = self.world.ea
        usage = owner.usage_between(start, end, now)
        yield from (of_usage(row, owner.currency) for row in usage)
        # A charge of the marketplace arrives the next day.
        charges = owner.marketplace_charges(start, min(end, now.date() - timedelta(days=1)))
        yield from (of_marketplace(charge, owner.currency) for charge in charges)
        if self.switches.cost_management_directories:
            shop = LinkedTo(self.world.azure.subscription, "Shop production", offer="MS-AZR-0017P")
            for day in days(start, min(end, now.date())):
                yield from directory_rows(self.world, shop, day, now)
        if self.switches.cost_management_commitments and usage:
            for day in days(start, min(end, now.date())):
                yield from Commitments(self.world.seed, of_usage(usage[0], owner.currency)).rows(day, now.date())

    def _day(self, agreement: Agreement, day: date, now: datetime) -> tuple[CostRow, ...]:
        """The rows of a day; those of a past day never change."""
        known = self._past.get((agreement, day)) if day < now.date() else None
        if known is not None:
            return known
        resources = self._customer if agreement == "MCA" else self._lab
        hours = hours_known(day, now)
        rows = [] if agreement == "MCA" else list(directory_rows(self.world, _linked(self.world), day, now))
        rows += [
            _sectioned(of_usage(row, currency)) for resource, currency in resources for row in resource.rows(day, hours)
        ]
        if agreement == "MCA":
            like = _sectioned(of_usage(next(resources[0][0].rows(day, 24)), "EUR"))
            rows += Commitments(self.world.seed, like).rows(day, now.date())
        if day < now.date():
            self._past[agreement, day] = tuple(rows)
        return tuple(rows)


def _linked(world: World) -> LinkedTo:
    return LinkedTo(world.azure.identity, "Identity", offer="MS-AZR-0003P")


def _sectioned(row: CostRow) -> CostRow:
    """As agreements without departments write it: another id of the section, another type of publisher."""
    section = guid(row.section_name)[:8].upper() if row.section_name else ""
    return replace(row, section_id=section, account_name="", account_owner="", publisher_type="Microsoft")
