"""Cost details of an Enterprise Agreement and of a Microsoft Customer Agreement as CSV."""

from collections.abc import Iterable
from decimal import Decimal, localcontext

from exporter.simulator.costs.book import DOLLARS
from exporter.simulator.costs.columns import EA, EA_NEWEST, MCA
from exporter.simulator.costs.csv_text import csv_bytes, location_code, month_of, number, tags_text, us_date
from exporter.simulator.costs.rows import CostRow, Metric
from exporter.simulator.world import World

SHORT, LONG = 53, 57
NO_METER = "00000000-0000-0000-0000-000000000000"


def ea_csv(rows: Iterable[CostRow], metric: Metric, world: World, *, columns: int = 55, bom: bool = False) -> bytes:
    """The file of an enrollment: 53, 55 or 57 columns, line feeds, tags without braces."""
    names = [*EA[:SHORT], *EA[SHORT:columns], *(EA_NEWEST if columns == LONG else ())]
    return csv_bytes(names, (_ea(row, metric, world) for row in rows), bom=bom)


def mca_csv(rows: Iterable[CostRow], metric: Metric, world: World, *, bom: bool = True) -> bytes:
    """The file of a billing account or profile: 65 columns, CR and LF, tags as a JSON object."""
    return csv_bytes(MCA, (_mca(row, metric, world) for row in rows), bom=bom, newline="\r\n")


def _shared(row: CostRow) -> dict[str, str]:
    """The fields that both agreements have under the same names, but for their case."""
    return {
        "SubscriptionId": row.subscription_id,
        "MeterCategory": row.meter_category,
        "MeterSubCategory": row.meter_sub_category,
        "MeterName": row.meter_name,
        "MeterRegion": row.region,
        "UnitOfMeasure": row.unit,
        "Quantity": number(row.quantity),
        "EffectivePrice": number(row.effective_price),
        "UnitPrice": number(row.effective_price),
        "PayGPrice": "0",
        "CostCenter": row.cost_center,
        "ConsumedService": row.consumed_service,
        "ResourceId": row.resource_id,
        "ResourceLocation": row.resource_location,
        "AdditionalInfo": row.additional_info,
        "ProductName": row.product,
        "ProductOrderId": row.order_id,
        "ProductOrderName": row.order_name,
        "Term": row.term,
        "PublisherType": row.publisher_type,
        "PublisherName": row.publisher,
        "ChargeType": row.charge_type,
        "Frequency": row.frequency,
        "PricingModel": row.pricing_model,
        "ServiceFamily": row.service_family,
        "ReservationId": row.commitment_id if row.commitment_kind == "Reservation" else "",
        "ReservationName": row.commitment_name if row.commitment_kind == "Reservation" else "",
        "benefitId": row.benefit_id,
        "benefitName": row.commitment_name,
    }


def _ea(row: CostRow, metric: Metric, world: World) -> dict[str, str]:
    first, last = month_of(row.date)
    account = world.ea.enrollment
    return {
        **_shared(row),
        "InvoiceSectionName": row.section_name,
        "InvoiceSectionId": row.section_id,
        "AccountName": row.account_name,
        "AccountOwnerId": row.account_owner,
        "AccountId": str(70_000 + len(row.account_name)),
        "SubscriptionName": row.subscription_name,
        "ResourceGroup": row.resource_group,
        "ResourceName": row.resource_name,
        "ResourceLocationNormalized": row.resource_location,
        "Date": us_date(row.date),
        "MeterId": row.meter_id or NO_METER,
        "CostInBillingCurrency": number(row.cost(metric)),
        "BillingCurrencyCode": row.currency,
        "Tags": tags_text(row.tags, braces=False),
        "OfferId": row.offer,
        "BillingAccountId": account,
        "BillingAccountName": "Pedalwerke",
        "BillingPeriodStartDate": us_date(first),
        "BillingPeriodEndDate": us_date(last),
        "BillingProfileId": account,
        "BillingProfileName": "Pedalwerke",
        # Both spellings occur in one file.
        "IsAzureCreditEligible": ("TRUE" if row.date.day % 2 else "True") if row.credit_eligible else "False",
        "PartNumber": row.part_number,
        "PlanName": row.plan,
    }


def _mca(row: CostRow, metric: Metric, world: World) -> dict[str, str]:
    first, last = month_of(row.date)
    tenant, dollars = world.azure, DOLLARS[row.currency]
    # This agreement writes most names in camel case; the few others keep theirs.
    shared = {name if name in MCA else name[0].lower() + name[1:]: value for name, value in _shared(row).items()}
    cost = row.cost(metric)
    with localcontext(prec=50):
        in_dollars = number((cost * dollars).quantize(Decimal("1E-10")))
    return {
        **shared,
        "billingAccountId": tenant.billing_account_name,
        "billingAccountName": "Pedalwerke GmbH",
        "billingProfileId": tenant.billing_profile_name,
        "billingProfileName": "Pedalwerke Billing",
        "invoiceSectionId": row.section_id,
        "invoiceSectionName": row.section_name,
        "billingPeriodStartDate": us_date(first),
        "billingPeriodEndDate": us_date(last),
        "servicePeriodStartDate": us_date(row.date),
        "servicePeriodEndDate": us_date(row.date),
        "date": us_date(row.date),
        "meterId": row.meter_id,
        "ProductId": row.part_number,
        "subscriptionName": row.subscription_name,
        "resourceGroupName": row.resource_group,
        "resourceLocation": location_code(row.region),
        "location": row.region,
        "billingCurrency": row.currency,
        "pricingCurrency": "USD",
        "costInBillingCurrency": number(cost),
        "costInPricingCurrency": in_dollars,
        "costInUsd": in_dollars,
        "exchangeRatePricingToBilling": number(1 / dollars),
        "exchangeRateDate": us_date(first),
        "isAzureCreditEligible": str(row.credit_eligible),
        "tags": tags_text(row.tags, braces=True),
        "provider": "Azure",
    }
