"""Means of daily amounts over four weeks."""

from exporter.mixin.rules import Group, Record

MEANS = Group(
    "azure-billing-means",
    (
        Record(
            "azure:cost_daily:by_account_mean_4w",
            "avg_over_time(azure:cost_daily:by_account[27d:6h] offset 1d)",
        ),
        Record(
            "azure:cost_daily:by_subscription_mean_4w",
            "avg_over_time(azure:cost_daily:by_subscription[27d:6h] offset 1d)",
        ),
        Record(
            "azure:cost_daily:by_meter_mean_4w",
            "avg_over_time(azure:cost_daily:by_meter[27d:6h] offset 1d)",
        ),
        Record(
            "azure_b2c:mfa_requests_daily:by_method_mean_4w",
            "avg_over_time(azure_b2c:mfa_requests_daily:by_method[27d:6h] offset 1d)",
        ),
    ),
    interval="3m",
    comment="Reading four weeks of every meter is expensive, so these rules are evaluated less often.",
)
