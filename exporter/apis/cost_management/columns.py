"""The columns that can become labels, under the names of the reporting APIs: what queries and files call them.

Names of dimensions are those that the service lists in its errors; names in files are those of cost details and exports
(Enterprise Agreement, Microsoft Customer Agreement, pay-as-you-go) and of FOCUS.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column's names in a query's groupings and in files; the first that the agreement or the file has is used.

    Names in files are in lower case, without separators.
    """

    dimensions: tuple[str, ...]
    files: tuple[str, ...]


def _column(dimensions: str, files: str) -> Column:
    return Column(tuple(dimensions.split()), tuple(files.split()))


COLUMNS = {
    "account_id": _column("", "accountid xaccountid"),
    "account_name": _column("AccountName EnrollmentAccountName", "accountname xaccountname"),
    "additional_info": _column("", "additionalinfo xskudetails"),
    "benefit_id": _column("BenefitId", "benefitid commitmentdiscountid"),
    "benefit_name": _column("BenefitName", "benefitname commitmentdiscountname"),
    "billing_account_id": _column("BillingAccountId", "billingaccountid"),
    "billing_account_name": _column("BillingAccountName", "billingaccountname"),
    "billing_profile_id": _column("BillingProfileId", "billingprofileid xbillingprofileid"),
    "billing_profile_name": _column("BillingProfileName", "billingprofilename xbillingprofilename"),
    "charge_type": _column("ChargeType", "chargetype chargecategory"),
    "commitment_status": _column("", "commitmentdiscountstatus"),
    "commitment_type": _column("PricingModel", "commitmentdiscounttype pricingmodel"),
    "consumed_service": _column("ConsumedService", "consumedservice xresourcetype"),
    "cost_allocation_rule_name": _column("CostAllocationRuleName", "costallocationrulename xcostallocationrulename"),
    "cost_center": _column("", "costcenter xcostcenter"),
    "customer_name": _column("CustomerName", "customername xcustomername"),
    "department_id": _column("InvoiceSectionId", "invoicesectionid xinvoicesectionid"),
    "department_name": _column(
        "DepartmentName InvoiceSectionName InvoiceSection",
        "invoicesectionname xinvoicesectionname invoicesection departmentname",
    ),
    "frequency": _column("Frequency", "frequency chargefrequency"),
    "instance_id": _column("ResourceId", "resourceid instanceid"),
    "invoice_section_id": _column("InvoiceSectionId", "invoicesectionid xinvoicesectionid"),
    "invoice_section_name": _column(
        "InvoiceSectionName InvoiceSection", "invoicesectionname xinvoicesectionname invoicesection"
    ),
    "is_azure_credit_eligible": _column("", "isazurecrediteligible xskuiscrediteligible"),
    "location": _column("ResourceLocation", "resourcelocation location regionname"),
    "meter_category": _column("MeterCategory", "metercategory xskumetercategory"),
    "meter_id": _column("MeterId ResourceGuid", "meterid xskumeterid"),
    "meter_name": _column("Meter", "metername xskumetername skumeter"),
    "meter_region": _column("", "meterregion xskuregion"),
    "meter_subcategory": _column("MeterSubcategory", "metersubcategory xskumetersubcategory"),
    "offer_id": _column("", "offerid xskuofferid"),
    "part_number": _column("PartNumber", "partnumber xskupartnumber"),
    "plan_name": _column("", "planname xskuplanname"),
    "pricing_model": _column("PricingModel", "pricingmodel pricingcategory"),
    "product": _column("Product", "productname product chargedescription"),
    "product_id": _column("", "productid skuid"),
    "product_order_id": _column("ProductOrderId", "productorderid xskuorderid"),
    "product_order_name": _column("ProductOrderName", "productordername xskuordername"),
    "publisher_name": _column("", "publishername"),
    "publisher_type": _column("PublisherType", "publishertype xpublishercategory"),
    "reservation_id": _column("ReservationId", "reservationid commitmentdiscountid"),
    "reservation_name": _column("ReservationName", "reservationname commitmentdiscountname"),
    "resource_group": _column("ResourceGroup ResourceGroupName", "resourcegroup resourcegroupname xresourcegroupname"),
    "resource_guid": _column("MeterId ResourceGuid", "meterid xskumeterid"),
    "resource_id": _column("ResourceId", "resourceid instanceid"),
    "resource_location": _column("ResourceLocation", "resourcelocation location regionname"),
    "resource_name": _column("", "resourcename"),
    "resource_type": _column("ResourceType", "resourcetype xresourcetype"),
    "service_family": _column("ServiceFamily", "servicefamily xskuservicefamily"),
    "service_info1": _column("", "serviceinfo1"),
    "service_info2": _column("", "serviceinfo2"),
    "service_name": _column("ServiceName", "servicename metercategory"),
    "service_tier": _column("ServiceTier MeterSubcategory", "servicetier metersubcategory xskumetersubcategory"),
    "subscription_guid": _column("SubscriptionId", "subscriptionid subscriptionguid subaccountid"),
    "subscription_id": _column("SubscriptionId", "subscriptionid subscriptionguid subaccountid"),
    "subscription_name": _column("SubscriptionName", "subscriptionname subaccountname"),
    "term": _column("", "term xskuterm"),
    "unit_of_measure": _column("UnitOfMeasure", "unitofmeasure consumedunit"),
}
"""Label to names."""
CURRENCY = _column("Currency", "billingcurrencycode billingcurrency currency currencycode")
"""The column that every answer and file has, and that is always read."""
DEFAULT_FILES = ("subscription_name", "meter_category", "meter_subcategory", "meter_name")
"""Labels by default where files are read: those of the reporting APIs."""
DEFAULT_QUERY = ("meter_category",)
"""Labels by default where queries are sent: with the publisher's type, two groupings, as many as are documented."""
COMMITMENT_FILES = (
    "charge_type",
    "commitment_status",
    "commitment_type",
    "benefit_id",
    "benefit_name",
    "reservation_id",
    "reservation_name",
    "currency",
)
COMMITMENT_QUERY = ("charge_type", "benefit_id", "currency")
"""What tells reservations and savings plans apart, and what of them is unused; a query has two groupings."""
