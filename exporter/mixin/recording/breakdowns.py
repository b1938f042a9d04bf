"""Costs by subscription, meter and any configured label, for the dashboards."""

from exporter.mixin.recording.costs import summed
from exporter.mixin.rules import Group, Record

TARGET = "instance, job, namespace, pod, container, endpoint, service"
"""The labels that Prometheus adds. Two replicas publish the same costs, which must not be summed: the higher counts."""
METER = "account, meter_category, meter_subcategory, meter_name, currency"
INTERVAL = "3m"


def _without_meter(family: str) -> str:
    meter = "meter_category, meter_subcategory, meter_name"
    return f"max without ({TARGET}) (sum without ({meter}) ({family}))"


BREAKDOWNS = (
    Group(
        "azure-billing-breakdowns",
        (
            Record("azure:cost_daily:without_meter", _without_meter("azure_cost_daily")),
            Record("azure:cost_month_to_date:without_meter", _without_meter("azure_cost_month_to_date")),
            Record("azure:cost_month_to_date:by_meter", summed(METER, "azure_cost_month_to_date")),
        ),
        interval=INTERVAL,
        comment=(
            "Costs without their meters keep the subscription and the labels that are configured, such as resource "
            "groups and tags. Reading every meter is expensive, so these rules are evaluated less often."
        ),
    ),
    Group(
        "azure-billing-breakdowns-previous-month",
        (
            Record("azure:cost_previous_month:without_meter", _without_meter("azure_cost_previous_month")),
            Record("azure:cost_previous_month:by_meter", summed(METER, "azure_cost_previous_month")),
        ),
        interval=INTERVAL,
    ),
)
