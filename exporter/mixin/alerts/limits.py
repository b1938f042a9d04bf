"""Throttling, and what the exporter leaves out of its metrics."""

from exporter.mixin.rules import Alert, Section
from exporter.mixin.templates import COUNT, DURATION, label, value

THROTTLED = Section(
    "Throttled for hours",
    meaning="Throttled responses have made the exporter wait repeatedly for three hours.",
    impact="Reports take longer, or fail with the reason `throttled`. The last good values are still published.",
    diagnosis="""
    Check whether another client uses the same credentials. How long the exporter waited:

        sum by (api) (increase(azure_billing_exporter_api_throttled_seconds_total[2h]))
    """,
    mitigation="""
    Increase the interval (`reports.<report>.every`), and decrease `requests_per_hour` of Cost Management, or
    `requests_per_minute` of Partner Center with `detail: subscriptions`. An export has no such limit. The alert
    resolves after two hours without throttling.
    """,
    silencing="While another client must use the same credentials, by `api`, for that time.",
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
    silencing="By `account` and `collector`, for as long as the largest series are enough.",
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
    silencing="If the records are known to be harmless, by `account` and `collector`.",
)

ALERTS = (
    Alert(
        "AzureBillingThrottled",
        "warning",
        "sum by (api) (increase(azure_billing_exporter_api_throttled_seconds_total[2h])) > 0",
        for_="3h",
        summary="The exporter has been throttled for hours.",
        description=f"""
        Throttling by {label("api")} made the exporter wait {value(DURATION)} in the last two hours.
        """,
        runbook=THROTTLED,
    ),
    Alert(
        "AzureBillingSeriesFolded",
        "info",
        "max by (account, collector) (azure_billing_exporter_collector_overflow_series) > 0",
        for_="1h",
        summary="A report exceeds its series limit.",
        description=f"""
        {value(COUNT)} label sets of collector {label("collector")} of account {label("account")} are folded into
        __other__. Sums remain exact.
        """,
        runbook=FOLDED,
    ),
    Alert(
        "AzureBillingRecordsDropped",
        "info",
        "max by (account, collector) (azure_billing_exporter_collector_dropped_records) > 0",
        for_="1h",
        summary="Some records of a report are not included in any metric.",
        description=f"""
        {value(COUNT)} records of collector {label("collector")} of account {label("account")} could not be used. The
        exporter's log and status page list them with the reason.
        """,
        runbook=DROPPED,
    ),
)
