"""The price list of an enrollment: what it uses, and meters that it does not use."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from exporter.simulator.world.enrollment import Enrollment

UNUSED = 200
"""Meters on the price list that are not used."""
USED_WITHIN_DAYS = 60


@dataclass(frozen=True)
class Price:
    """The price of one unit of measure of a meter under an offer."""

    meter_id: str
    meter_name: str
    meter_category: str
    meter_sub_category: str
    region: str
    unit: str
    price: Decimal
    offer: str
    part_number: str


def prices(owner: Enrollment) -> Iterator[Price]:
    """Every meter and offer that was used recently, and many that were not."""
    recent = owner.usage_between(*owner.last_days(USED_WITHIN_DAYS))
    for (meter, offer), row in sorted({(row.meter_id, row.offer_id): row for row in recent}.items()):
        yield Price(
            meter,
            row.meter_name,
            row.meter_category,
            row.meter_sub_category,
            row.meter_region,
            row.unit_of_measure,
            row.resource_rate * 10,
            offer,
            row.part_number,
        )
    for number in range(UNUSED):
        meter = f"{number:08x}-0000-4000-8000-000000000000"
        name = f"Meter {number}"
        yield Price(meter, name, "Other", "", "", "100 Hours", Decimal(number), "MS-AZR-0017P", f"AAA-{number:05}")
