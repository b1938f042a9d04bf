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
DEFAULT = ("subscription_name", "meter_category", "meter_subcategory", "meter_name")
