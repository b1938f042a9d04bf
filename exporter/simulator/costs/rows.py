"""A row of costs, from which every format of Cost Management is written."""

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from exporter.simulator.world.marketplace import MarketplaceCharge
from exporter.simulator.world.usage import UsageRow

Metric = Literal["ActualCost", "AmortizedCost"]
ZERO = Decimal(0)
FAMILIES = {"Virtual Machines": "Compute", "Virtual Machines Licenses": "Compute", "Bandwidth": "Networking",
            "Azure Active Directory for External Identities": "Security", "Azure Active Directory B2C": "Security",
            "Microsoft Entra": "Security"}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class CostRow:
    """A day's charge: `actual` is what is billed, `amortized` spreads commitments over the days that they cover."""

    date: date
    currency: str
    actual: Decimal
    amortized: Decimal
    quantity: Decimal
    effective_price: Decimal
    unit: str
    charge_type: str = "Usage"
    frequency: str = "UsageBased"
    pricing_model: str = "OnDemand"
    publisher_type: str = "Azure"
    publisher: str = "Microsoft"
    plan: str = ""
    subscription_id: str = ""
    subscription_name: str = ""
    resource_group: str = ""
    resource_id: str = ""
    resource_location: str = ""
    region: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    product: str = ""
    meter_id: str = ""
    meter_category: str = ""
    meter_sub_category: str = ""
    meter_name: str = ""
    part_number: str = ""
    offer: str = ""
    consumed_service: str = ""
    additional_info: str = ""
    credit_eligible: bool = True
    account_name: str = ""
    account_owner: str = ""
    section_id: str = ""
    section_name: str = ""
    cost_center: str = ""
    commitment_kind: Literal["", "Reservation", "Savings Plan"] = ""
    commitment_id: str = ""
    commitment_name: str = ""
    order_id: str = ""
    order_name: str = ""
    term: str = ""

    @property
    def resource_name(self) -> str:
        """The last part of the resource's path."""
        return self.resource_id.rpartition("/")[2]

    @property
    def resource_type(self) -> str:
        """The provider and the type of the resource: ``Microsoft.Compute/virtualMachines``."""
        return "/".join(self.resource_id.rpartition("/providers/")[2].split("/")[:2]) if self.resource_id else ""

    @property
    def service_family(self) -> str:
        """The family of the meter's category."""
        return FAMILIES.get(self.meter_category, self.meter_category)

    @property
    def benefit_id(self) -> str:
        """The path of the reservation or savings plan; empty for a row that has neither."""
        if not self.commitment_kind:
            return ""
        provider, kind = ("Capacity/reservationOrders", "reservations")
        if self.commitment_kind == "Savings Plan":
            provider, kind = ("BillingBenefits/savingsPlanOrders", "savingsPlans")
        return f"/providers/Microsoft.{provider}/{self.order_id}/{kind}/{self.commitment_id}"

    def cost(self, metric: Metric) -> Decimal:
        """The cost in that view."""
        return self.actual if metric == "ActualCost" else self.amortized

    def belongs_to(self, metric: Metric) -> bool:
        """Whether that view has the row: unused commitments are amortized, their purchases are actual costs."""
        if metric == "ActualCost":
            return not self.charge_type.startswith("Unused")
        return not (self.commitment_kind and self.charge_type in ("Purchase", "Refund"))


def of_usage(row: UsageRow, currency: str) -> CostRow:
    """A row of the usage details by the documented field map."""
    return CostRow(
        date=row.date,
        currency=currency,
        actual=row.cost,
        amortized=row.cost,
        quantity=row.consumed_quantity,
        effective_price=row.resource_rate,
        unit=row.unit_of_measure,
        subscription_id=row.subscription_guid,
        subscription_name=row.subscription_name,
        resource_group=row.resource_group,
        resource_id=row.instance_id,
        resource_location=row.resource_location,
        region=row.meter_region,
        tags=read_tags(row.tags),
        product=row.product,
        meter_id=row.meter_id,
        meter_category=row.meter_category,
        meter_sub_category=row.meter_sub_category,
        meter_name=row.meter_name,
        part_number=row.part_number,
        offer=row.offer_id,
        consumed_service=row.consumed_service,
        additional_info=row.additional_info,
        credit_eligible=row.meter_category != "Support",
        account_name=row.account_name,
        account_owner=row.account_owner_email,
        section_id=str(row.department_id or ""),
        section_name=row.department_name,
        cost_center=row.cost_center,
    )


def of_marketplace(charge: MarketplaceCharge, currency: str) -> CostRow:
    """A marketplace charge; it has no meter and no resource group."""
    refund = charge.extended_cost < 0
    usual = "Purchase" if charge.recurring else "Usage"
    return CostRow(
        date=charge.day,
        currency=currency,
        actual=charge.extended_cost,
        amortized=charge.extended_cost,
        quantity=charge.quantity,
        effective_price=charge.extended_cost / charge.quantity,
        unit="",
        charge_type="Refund" if refund else usual,
        frequency="Recurring" if charge.recurring else "UsageBased",
        publisher_type="Marketplace",
        publisher=charge.publisher,
        plan=charge.plan,
        subscription_id=charge.subscription_guid,
        subscription_name=charge.subscription_name,
        product=html.unescape(charge.offer),
        credit_eligible=False,
        account_name=charge.account,
        account_owner=charge.owner,
        section_id="101",
        section_name=charge.department,
        cost_center=charge.cost_center,
    )


def read_tags(text: str) -> Mapping[str, str]:
    """Tags as the old reports write them; every value is a text here, and a missing one is empty."""
    tags = json.loads(text) if text else {}
    return {key: "" if value is None else str(value) for key, value in tags.items()}
