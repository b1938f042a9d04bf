"""The documented columns of usage details that can become labels, and their names in JSON and CSV."""

import re

JSON_NAMES = """
    accountId accountName accountOwnerEmail additionalInfo chargesBilledSeparately consumedService consumedServiceId
    costCenter departmentId departmentName instanceId location meterCategory meterId meterName meterRegion
    meterSubCategory offerId partNumber product productId resourceGroup resourceGuid resourceLocation
    resourceLocationId serviceAdministratorId serviceInfo1 serviceInfo2 serviceName serviceTier
    storeServiceIdentifier subscriptionGuid subscriptionId subscriptionName unitOfMeasure
"""


def label(json_name: str) -> str:
    """`meterName` is the label `meter_name`; `meterSubCategory` is `meter_subcategory`."""
    return re.sub(r"(?=[A-Z])", "_", json_name.replace("SubCategory", "Subcategory")).lower()


COLUMNS = {label(name): name for name in JSON_NAMES.split()}
"""Label to JSON name; a CSV header has the same name in another case."""
RESOURCE_NAMES = frozenset(
    {
        "consumed_service",
        "instance_id",
        "meter_id",
        "resource_group",
        "resource_guid",
        "resource_location",
        "subscription_guid",
    }
)
"""Columns with names and identifiers of Azure Resource Manager, which are compared without regard to case."""
BOOLEAN = frozenset({"charges_billed_separately"})
"""Columns whose values JSON and CSV spell differently."""
DEFAULT = ("subscription_name", "meter_category", "meter_subcategory", "meter_name")


def tag_label(key: str) -> str:
    """`cost center` is the label `tag_cost_center`: what a label name can't hold becomes an underscore."""
    return "tag_" + re.sub(r"[^a-zA-Z0-9_]", "_", key)


def comparable(name: str, value: str) -> str:
    """The value of a column or tag in the form in which values are compared."""
    return value.lower() if name in BOOLEAN or name in RESOURCE_NAMES else value
