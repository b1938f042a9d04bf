"""Throttling, and what the exporter leaves out of its metrics."""

from exporter.mixin.alerts.owners import OPERATIONS
from exporter.mixin.rules import Alert, Section
from exporter.mixin.templates import COUNT, DURATION, as_read, dashboard, label, value

THROTTLED = Section(
    "Throttled for hours",
    meaning="For three hours, throttled responses have made the exporter wait for more than ten minutes in two hours.",
    impact="Reports take longer, or fail with the reason `throttled`. The last good values are still published.",
    diagnosis="""
    Check whether another client uses the same credentials. How long the exporter waited:

        sum by (api) (increase(azure_billing_exporter_api_throttled_seconds_total[2h]))
    """,
    mitigation="""
    Increase the interval (`reports.<report>.every`), and decrease `requests_per_hour` of Cost Management, or
    `requests_per_minute` of Partner Center with `detail: subscriptions`. An export has no such limit.
    """,
    resolution="When the exporter has waited for at most ten minutes of the last two hours.",
    silencing="While another client must use the same credentials, by `api`, for that time.",
    ownership=OPERATIONS,
)

FOLDED = Section(
    "Series are folded",
    meaning="""
    A report has more label sets than its limit (`usage.max_series` for Cost Management and Enterprise
    Agreements, `max_series` for Partner Center, `max_keys` for B2C). The smallest are summed into series with the label
    value `__other__`.
    """,
    impact="Sums are exact, but the smallest label sets cannot be distinguished.",
    diagnosis="""
    How many label sets are folded, and how many series there are:

        azure_billing_exporter_collector_overflow_series{account="…"}
        azure_billing_exporter_collector_series{account="…"}
    """,
    mitigation="Select fewer labels, or raise the limit if your Prometheus can handle more series.",
    resolution="With the next run whose label sets are within the limit.",
    silencing="By `account` and `collector`, for as long as the largest series are enough.",
    ownership=OPERATIONS,
)

DROPPED = Section(
    "Records are dropped",
    meaning="""
    A response contains records that are not included in any metric, such as rows of days outside the billing period, or
    customers with an unreadable amount.
    """,
    impact="""
    Rows of neighbouring days are harmless: they are counted in their own period. In all other cases, sums may be lower
    than in Microsoft's portal. If all records of a report are dropped, the report fails and keeps its last good values.
    """,
    diagnosis="""
    The log (`msg="collected with a warning"`) and the status page at `/` list the records. How many there are:

        azure_billing_exporter_collector_dropped_records{account="…"} > 0
    """,
    mitigation="Compare the metric with Microsoft's portal, and report the log line.",
    resolution="With the next run that can use all records.",
    silencing="If the records are known to be harmless, by `account` and `collector`.",
    ownership=OPERATIONS,
)

EXPORTER = dashboard("azure-billing-exporter", account="account")

ALERTS = (
    Alert(
        "AzureBillingThrottled",
        "warning",
        "sum by (api) (increase(azure_billing_exporter_api_throttled_seconds_total[2h])) > 600",
        for_="3h",
        keep_firing_for="15m",
        summary="The exporter has been throttled for hours.",
        description=f"""
        Throttling by {label("api")} made the exporter wait {value(DURATION)} in the last two hours.
        """,
        runbook=THROTTLED,
        dashboard=dashboard("azure-billing-exporter"),
    ),
    Alert(
        "AzureBillingSeriesFolded",
        "info",
        "max by (account, collector) (last_over_time(azure_billing_exporter_collector_overflow_series[1h])) > 0",
        for_="1h",
        summary="A report exceeds its series limit.",
        description=f"""
        {value(COUNT)} label sets of collector {label("collector")} of account {label("account")} are folded into
        __other__{as_read(("account", "collector"))}. Sums remain exact.
        """,
        runbook=FOLDED,
        dashboard=EXPORTER,
    ),
    Alert(
        "AzureBillingRecordsDropped",
        "info",
        "max by (account, collector) (last_over_time(azure_billing_exporter_collector_dropped_records[1h])) > 0",
        for_="1h",
        summary="Some records of a report are not included in any metric.",
        description=f"""
        {value(COUNT)} records of collector {label("collector")} of account {label("account")} could not be used{
            as_read(("account", "collector"))
        }. The exporter's log and status page list them with the reason.
        """,
        runbook=DROPPED,
        dashboard=EXPORTER,
    ),
)
