"""The dimensions of costs by agreement, and what a row has in each."""

from collections.abc import Callable, Mapping

from exporter.simulator.costs.book import Agreement
from exporter.simulator.costs.rows import CostRow

Value = Callable[[CostRow], str]

COMMON: Mapping[str, Value] = {
    "ResourceGroup": lambda row: row.resource_group,
    "ResourceGroupName": lambda row: row.resource_group,
    "ResourceType": lambda row: row.resource_type.lower(),
    "ResourceId": lambda row: row.resource_id.lower(),
    "ResourceLocation": lambda row: row.resource_location or "Unassigned",
    "SubscriptionId": lambda row: row.subscription_id,
    "SubscriptionName": lambda row: row.subscription_name,
    # As observed: charges of the marketplace have no category.
    "MeterCategory": lambda row: "Unassigned" if row.publisher_type == "Marketplace" else row.meter_category,
    "Meter": lambda row: row.meter_name,
    "ServiceFamily": lambda row: row.service_family,
    "ServiceName": lambda row: row.meter_category,
    "UnitOfMeasure": lambda row: row.unit,
    "PartNumber": lambda row: row.part_number,
    "Product": lambda row: row.product,
    "ResourceGuid": lambda row: row.meter_id,
    "ChargeType": lambda row: row.charge_type,
    "PublisherType": lambda row: row.publisher_type,
    "PricingModel": lambda row: row.pricing_model,
    "Frequency": lambda row: row.frequency,
    "Provider": lambda row: "Azure",
    "BenefitId": lambda row: row.benefit_id,
    "BenefitName": lambda row: row.commitment_name,
    "ReservationId": lambda row: row.commitment_id if row.commitment_kind == "Reservation" else "",
    "ReservationName": lambda row: row.commitment_name if row.commitment_kind == "Reservation" else "",
    "ProductOrderId": lambda row: row.order_id,
    "ProductOrderName": lambda row: row.order_name,
    "BillingAccountName": lambda row: "Pedalwerke",
    "BillingMonth": lambda row: f"{row.date:%Y-%m-01}",
    "CostAllocationRuleName": lambda row: "",
    "": lambda row: "",
}
ENTERPRISE: Mapping[str, Value] = {
    "AccountName": lambda row: row.account_name,
    "EnrollmentAccountName": lambda row: row.account_name,
    "DepartmentName": lambda row: row.section_name,
    "BillingPeriod": lambda row: f"{row.date:%Y%m}",
    "ConsumedService": lambda row: row.consumed_service,
    "InvoiceNumber": lambda row: "",
    "MeterId": lambda row: row.meter_id,
    "MeterSubCategory": lambda row: row.meter_sub_category,
    "ServiceTier": lambda row: row.meter_sub_category or row.meter_category,
}
OTHER: Mapping[str, Value] = {
    "MeterSubcategory": lambda row: row.meter_sub_category,
    "BillingProfileId": lambda row: "",
    "BillingProfileName": lambda row: "Pedalwerke Billing",
    "InvoiceSection": lambda row: row.section_name,
    "InvoiceSectionId": lambda row: row.section_id,
    "InvoiceSectionName": lambda row: row.section_name,
    "InvoiceId": lambda row: "",
    "MarkupRuleName": lambda row: "",
    "CustomerName": lambda row: "",
    "CustomerTenantId": lambda row: "",
    "PartnerName": lambda row: "",
    "ResellerMPNId": lambda row: "",
}


def fields_of(agreement: Agreement) -> Mapping[str, Value]:
    """What costs of an agreement can be grouped by and filtered on; publishers have only their type."""
    return {**COMMON, **(ENTERPRISE if agreement == "EA" else OTHER)}


def field_of(agreement: Agreement, name: str) -> Value | None:
    """The dimension of that name, in any case; None for one that the agreement does not have."""
    return {key.lower(): value for key, value in fields_of(agreement).items()}.get(name.lower() or "\0")
