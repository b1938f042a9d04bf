"""Names of columns and tags as labels, and how their values are compared."""

import re

NAMES_WITHOUT_CASE = frozenset(
    {
        "benefit_id",
        "consumed_service",
        "instance_id",
        "meter_id",
        "reservation_id",
        "resource_group",
        "resource_guid",
        "resource_id",
        "resource_location",
        "resource_name",
        "subscription_guid",
        "subscription_id",
    }
)
"""Columns with names and identifiers of Azure Resource Manager, which are compared without regard to case."""
BOOLEAN = frozenset({"charges_billed_separately", "is_azure_credit_eligible"})
"""Columns whose values JSON and CSV spell differently."""


def tag_label(key: str) -> str:
    """`cost center` is the label `tag_cost_center`: what a label name can't hold becomes an underscore."""
    return "tag_" + re.sub(r"[^a-zA-Z0-9_]", "_", key)


def comparable(name: str, value: str) -> str:
    """The value of a column or tag in the form in which values are compared."""
    return value.lower() if name in BOOLEAN or name in NAMES_WITHOUT_CASE else value
