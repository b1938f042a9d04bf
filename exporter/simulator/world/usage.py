"""Usage of a day, one row per resource and meter, as it is billed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from functools import cached_property
from typing import Any

from exporter.simulator.world.catalogue import METERS, REGIONS, SUBSCRIPTIONS, TAGS, Meter, Subscription
from exporter.simulator.world.chance import chance, guid

OFFICE_HOURS = range(8, 18)


@dataclass(frozen=True, slots=True)
class UsageRow:
    """One row of the usage details (v3); amounts in the enrollment's currency, quantities in single units."""

    service_name: str
    service_tier: str
    location: str
    charges_billed_separately: bool
    part_number: str
    resource_guid: str
    offer_id: str
    cost: Decimal
    account_id: int
    product_id: int
    resource_location_id: int
    consumed_service_id: int
    department_id: int
    account_owner_email: str
    account_name: str
    service_administrator_id: str
    subscription_id: int
    subscription_guid: str
    subscription_name: str
    date: date
    product: str
    meter_id: str
    meter_category: str
    meter_sub_category: str
    meter_region: str
    meter_name: str
    consumed_quantity: Decimal
    resource_rate: Decimal
    resource_location: str
    consumed_service: str
    instance_id: str
    service_info1: str
    service_info2: str
    additional_info: str
    tags: str
    store_service_identifier: str
    department_name: str
    cost_center: str
    unit_of_measure: str
    resource_group: str


@dataclass(frozen=True)
class Resource:
    """A resource that uses a meter every day; `split` is over how many equal rows its day is spread."""

    seed: int
    number: int
    subscription: Subscription
    group: str
    meter: Meter
    split: int = 1

    def rows(self, day: date, hours: int) -> Iterator[UsageRow]:
        """The rows of the first `hours` of `day`; none when nothing was used."""
        used = range(hours)
        if self.meter.office_hours:
            used = range(0) if day.weekday() > 4 else range(8, min(max(hours, 8), OFFICE_HOURS.stop))
        if not used:
            return
        jitter = Decimal(chance(self.seed, "usage", self.number, day).randrange(90, 111)).scaleb(-2)
        quantity = self.meter.hourly * jitter * len(used) / self.split
        for part in range(self.split):
            # Every other split resource gives rows that are equal in all fields: that is legitimate.
            yield self._row(day, quantity, data_center=part if self.number % 2 else 0)
        if (day.day + self.number) % 29 == 7:
            yield self._row(day, -quantity / 4, data_center=0)

    def _row(self, day: date, quantity: Decimal, data_center: int) -> UsageRow:
        meter = self.meter
        with localcontext(prec=50):
            cost = (quantity * meter.rate).quantize(Decimal(1).scaleb(-meter.decimals)).normalize()
        return UsageRow(
            cost=cost,
            date=day,
            consumed_quantity=quantity,
            additional_info=_additional_info(meter, data_center),
            **self._constant,
        )

    @cached_property
    def _constant(self) -> dict[str, Any]:
        """The fields that are the same every day."""
        meter, owner = self.meter, self.subscription
        region, location = REGIONS[self.number % len(REGIONS)]
        subscription_guid, meter_id = guid(self.seed, owner.name), guid(self.seed, meter.name, region)
        group = f"/resourceGroups/{self.group}" if self.group else ""
        kind = f"{meter.provider}/{meter.resource_type}"
        name = f"{meter.resource_type.lower()}-{self.number:03d}"
        return {
            "service_name": meter.category,
            "service_tier": meter.service_tier,
            "location": region,
            "charges_billed_separately": meter.billed_separately,
            "part_number": f"AAD-{10_000 + sum(map(ord, meter.name + region))}",
            "resource_guid": "" if self.number % 9 == 4 else meter_id,
            "offer_id": owner.offer,
            "account_id": 70_000 + len(owner.account),
            "product_id": 500_000 + sum(map(ord, meter.name)),
            "resource_location_id": 80 + self.number % len(REGIONS),
            "consumed_service_id": 1,
            "department_id": 9_000 + len(owner.department) if owner.department else 0,
            "account_owner_email": owner.owner,
            "account_name": owner.account,
            "service_administrator_id": "",
            "subscription_id": 23_467_313_421 if owner.name == "Headquarters" else 0,
            "subscription_guid": subscription_guid,
            "subscription_name": owner.name,
            "product": f"{meter.category} {meter.sub_category} - {meter.name} - {region}",
            "meter_id": meter_id,
            "meter_category": meter.category,
            "meter_sub_category": meter.sub_category,
            "meter_region": region,
            "meter_name": meter.name,
            "resource_rate": meter.rate,
            "resource_location": location,
            "consumed_service": "" if meter.billed_separately else meter.provider,
            "instance_id": f"/subscriptions/{subscription_guid}{group}/providers/{kind}/{name}",
            "service_info1": "",
            "service_info2": "",
            "tags": TAGS[self.number % len(TAGS)],
            "store_service_identifier": "",
            "department_name": owner.department,
            "cost_center": owner.cost_center,
            "unit_of_measure": meter.unit,
            "resource_group": self.group,
        }


def estate(seed: int) -> tuple[Resource, ...]:
    """Every resource of the company."""
    wanted = [
        (subscription, group, key)
        for subscription in SUBSCRIPTIONS
        for group in subscription.groups
        for key in _meters_of(subscription, group)
    ]
    return tuple(
        Resource(seed, number, subscription, group, METERS[key], split=2 if key in ("vm", "traffic") else 1)
        for number, (subscription, group, key) in enumerate(wanted)
    )


def _meters_of(subscription: Subscription, group: str) -> tuple[str, ...]:
    if not group:
        return ("support",)
    if subscription.name == "Shop development":
        return ("test vm", "test vm", "disk", "blob")
    extra = {
        "rg-shop-db": ("sql", "sql"),
        "rg-shop-web": ("functions",),
        "rg-lake": ("blob", "blob", "operations"),
    }
    return ("vm", "windows", "disk", "traffic", *extra.get(group, ("logs",)), *_network(group))


def _network(group: str) -> tuple[str, ...]:
    return ("gateway",) if group in ("RG-Shop-Network", "rg-core", "rg-scada") else ()


def _additional_info(meter: Meter, data_center: int) -> str:
    place = f"AMS{data_center + 1:02d}"
    if meter.resource_type == "virtualMachines":
        return f'{{"UsageType":"ComputeHR","ServiceType":"{meter.name}","DataCenter":"{place}"}}'
    return place if meter.category == "Bandwidth" else ""
