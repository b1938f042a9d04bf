"""Costs in the columns of FOCUS (FinOps Open Cost and Usage Specification)."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal, localcontext
from typing import Literal

from exporter.simulator.costs.book import DOLLARS
from exporter.simulator.costs.columns import FOCUS_1_0, FOCUS_1_2
from exporter.simulator.costs.csv_text import csv_bytes, month_of, number, tags_text
from exporter.simulator.costs.rows import CostRow
from exporter.simulator.world import World

Version = Literal["1.0", "1.0r2", "1.2-preview"]
FREQUENCIES = {"UsageBased": "Usage-Based", "OneTime": "One-Time", "Recurring": "Recurring"}
RENAMED = {"x_InvoiceId": "InvoiceId", "x_PricingCurrency": "PricingCurrency", "x_SkuMeterName": "SkuMeter"}
"""Names of 1.0, and those of 1.2-preview in their place."""


def focus_csv(rows: Iterable[CostRow], version: Version, world: World, *, bom: bool = False) -> bytes:
    """The file of a FOCUS export."""
    return csv_bytes(columns(version), lines(rows, version, world), bom=bom)


def columns(version: Version) -> list[str]:
    """96 names, or the 105 of 1.2-preview."""
    return FOCUS_1_2 if version == "1.2-preview" else FOCUS_1_0


def lines(rows: Iterable[CostRow], version: Version, world: World) -> Iterable[Mapping[str, str]]:
    """The rows by column name, under the names of `version`."""
    for row in rows:
        line = _line(row, version, world)
        if version == "1.2-preview":
            line |= {new: line[old] for old, new in RENAMED.items()}
            line["x_AmortizationClass"] = _amortization(row)
        yield line


def _line(row: CostRow, version: Version, world: World) -> dict[str, str]:
    first, last = month_of(row.date)
    seconds = "" if version == "1.0" else ":00"
    with localcontext(prec=50):
        list_price = row.effective_price * Decimal("1.25")
        list_cost = Decimal(0) if _covered(row) or row.publisher_type == "Marketplace" else list_price * row.quantity
        billed_usd, effective_usd = (amount * DOLLARS[row.currency] for amount in (_billed(row), _effective(row)))
    customer = row.offer == "MS-AZR-0017G"
    account = world.azure.billing_account_name if customer else world.ea.enrollment
    profile = world.azure.billing_profile_name if customer else account
    return {
        "BilledCost": number(_billed(row)),
        "EffectiveCost": number(_effective(row)),
        "ListCost": number(list_cost),
        "ContractedCost": number(Decimal(0) if not list_cost else row.actual),
        "ContractedUnitPrice": number(row.effective_price),
        "ListUnitPrice": number(list_price),
        "BillingAccountId": f"/providers/microsoft.billing/billingaccounts/{account}",
        "BillingAccountName": "Pedalwerke",
        "BillingAccountType": "Billing Profile" if customer else "Billing Account",
        "BillingCurrency": row.currency,
        "BillingPeriodStart": _instant(first, seconds),
        "BillingPeriodEnd": _instant(last + timedelta(days=1), seconds),
        "ChargePeriodStart": _instant(row.date, seconds),
        "ChargePeriodEnd": _instant(row.date + timedelta(days=1), seconds),
        "ChargeCategory": "Purchase" if row.charge_type == "Purchase" else "Usage",
        "ChargeClass": "Correction" if row.charge_type == "Refund" else "",
        "ChargeDescription": row.product,
        "ChargeFrequency": FREQUENCIES[row.frequency],
        "ConsumedQuantity": "" if row.charge_type == "Purchase" else number(row.quantity),
        "ConsumedUnit": "" if row.charge_type == "Purchase" else row.unit,
        "InvoiceIssuerName": "Microsoft",
        "PricingQuantity": number(row.quantity),
        "PricingUnit": row.unit,
        "ProviderName": "Microsoft",
        "PublisherName": "" if row.commitment_kind == "Reservation" else row.publisher,
        "RegionId": row.resource_location,
        "RegionName": row.region,
        "ResourceId": row.resource_id.lower(),
        "ResourceName": row.resource_name.lower(),
        "ResourceType": row.resource_type.rpartition("/")[2],
        "ServiceCategory": "Other" if row.publisher_type == "Marketplace" else row.service_family,
        # Empty where an enrollment's row has no meter: offers of the marketplace.
        "ServiceName": row.meter_category,
        "SkuId": row.part_number,
        "SkuPriceId": f"{row.part_number}_{row.offer}" if row.part_number else "",
        "SubAccountId": f"/subscriptions/{row.subscription_id}" if row.subscription_id else "",
        "SubAccountName": row.subscription_name,
        "SubAccountType": "Subscription",
        "Tags": tags_text(row.tags, braces=True),
        "x_AccountName": row.account_name,
        "x_AccountOwnerId": row.account_owner,
        "x_BilledCostInUsd": number(billed_usd),
        "x_EffectiveCostInUsd": number(effective_usd),
        "x_BillingAccountId": account,
        "x_BillingAccountName": "Pedalwerke",
        "x_BillingProfileId": profile,
        "x_BillingProfileName": "Pedalwerke",
        "x_CostCenter": row.cost_center,
        "x_EffectiveUnitPrice": number(row.effective_price),
        "x_InvoiceId": "",
        "x_InvoiceSectionId": row.section_id or "-2",
        "x_InvoiceSectionName": row.section_name or "Unassigned",
        "x_PricingCurrency": "USD" if customer else row.currency,
        "x_PricingUnitDescription": row.unit,
        "x_PublisherCategory": "Vendor" if row.publisher_type == "Marketplace" else "Cloud Provider",
        "x_ResourceGroupName": row.resource_group.lower(),
        "x_ResourceType": row.resource_type.lower(),
        "x_SkuDetails": row.additional_info,
        "x_SkuIsCreditEligible": str(row.credit_eligible),
        "x_SkuMeterCategory": row.meter_category,
        "x_SkuMeterSubcategory": row.meter_sub_category,
        "x_SkuMeterId": row.meter_id,
        "x_SkuMeterName": row.meter_name,
        "x_SkuOfferId": row.offer,
        "x_SkuOrderId": row.order_id,
        "x_SkuOrderName": row.order_name,
        "x_SkuPartNumber": row.part_number,
        "x_SkuPlanName": row.plan,
        "x_SkuRegion": row.region,
        "x_SkuServiceFamily": row.service_family,
        "x_SkuTerm": row.term,
        "x_SkuTier": "0",
        **_commitment(row),
    }


def _commitment(row: CostRow) -> dict[str, str]:
    if not row.commitment_kind:
        return {"PricingCategory": "Standard"}
    purchase = row.charge_type == "Purchase"
    status = "Unused" if row.charge_type.startswith("Unused") else "Used"
    return {
        "PricingCategory": "Standard" if purchase else "Committed",
        "CommitmentDiscountCategory": "Usage" if row.commitment_kind == "Reservation" else "Spend",
        "CommitmentDiscountId": row.benefit_id,
        "CommitmentDiscountName": row.commitment_name,
        "CommitmentDiscountStatus": "" if purchase else status,
        "CommitmentDiscountType": row.commitment_kind,
    }


def _covered(row: CostRow) -> bool:
    return bool(row.commitment_kind) and row.charge_type != "Purchase"


def _billed(row: CostRow) -> Decimal:
    """0 for what a commitment covers."""
    return Decimal(0) if _covered(row) else row.actual


def _effective(row: CostRow) -> Decimal:
    """0 for the purchase of a commitment."""
    return row.amortized


def _amortization(row: CostRow) -> str:
    if not row.commitment_kind:
        return ""
    return "Principal" if row.charge_type == "Purchase" else "Amortized Charge"


def _instant(day: date, seconds: str) -> str:
    return f"{day:%Y-%m-%d}T00:00{seconds}Z"
