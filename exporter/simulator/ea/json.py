"""Rows and balances of an enrollment under the API's names, per version."""

from dataclasses import fields

from exporter.simulator.switches import Switches
from exporter.simulator.world import Balance, UsageRow
from exporter.simulator.world.periods import first_day, last_day

V3_ONLY = {
    "service_name", "service_tier", "location", "charges_billed_separately", "part_number",
    "resource_guid", "offer_id",
}  # fmt: skip


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


NAMES = {field.name: _camel_case(field.name) for field in fields(UsageRow)}


def usage_json(row: UsageRow, version: str, switches: Switches) -> dict[str, object]:
    """A row of the usage details: 40 fields in v3, the first 33 of them under v1 and v2."""
    if version == "v3":
        named = {json_name: getattr(row, name) for name, json_name in NAMES.items()}
        return named | {"date": f"{row.date:%Y-%m-%dT00:00:00}"}
    named = {
        switches.ea_v2_cost if name == "cost" else json_name: getattr(row, name)
        for name, json_name in NAMES.items()
        if name not in V3_ONLY
    }
    return named | {"date": f"{row.date:%Y-%m-%dT00:00:00.000Z}"}


def balance_json(balance: Balance, enrollment: str, currency: str, switches: Switches) -> object:
    """A balance summary as documented, or in the array that clients observed."""
    number = switches.ea_balance_period == "number"
    summary = {
        "id": f"enrollments/{enrollment}/billingperiods/{balance.period}/balancesummaries",
        "billingPeriodId": int(balance.period) if number else balance.period,
        "currencyCode": currency,
        "beginningBalance": balance.beginning,
        "endingBalance": balance.ending,
        "newPurchases": balance.new_purchases,
        "adjustments": balance.adjusted,
        "utilized": balance.utilized,
        "serviceOverage": balance.service_overage,
        "chargesBilledSeparately": balance.charges_billed_separately,
        "totalOverage": balance.total_overage,
        "totalUsage": balance.total_usage,
        "azureMarketplaceServiceCharges": balance.marketplace,
        "newPurchasesDetails": [{"name": name, "value": amount} for name, amount in balance.purchases],
        "adjustmentDetails": [{"name": name, "value": amount} for name, amount in balance.adjustments],
    }
    return [summary] if switches.ea_balance_form == "array" else summary


def period_json(period: str, enrollment: str, *, has_usage: bool, has_marketplace: bool) -> dict[str, object]:
    """A billing period as documented: links begin with /v1 whatever the version, and it ends at noon."""
    root = f"/v1/enrollments/{enrollment}/billingperiods/{period}"
    return {
        "billingPeriodId": period,
        "billingStart": f"{first_day(period)}T00:00:00Z",
        "billingEnd": f"{last_day(period)}T11:59:59Z",
        "balanceSummary": f"{root}/balancesummary",
        "usageDetails": f"{root}/usagedetails" if has_usage else None,
        "marketplaceCharges": f"{root}/marketplacecharges" if has_marketplace else None,
        "priceSheet": f"{root}/pricesheet",
    }
