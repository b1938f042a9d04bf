"""*Azure billing / Exporter*: collectors, data freshness, API responses, throttling, credentials."""

from exporter.mixin.dashboards.board import RELOADED, Row, dashboard
from exporter.mixin.dashboards.freshness import LATE, STATE, collector, lateness
from exporter.mixin.dashboards.panels import (
    BYTES,
    COUNT,
    DAYS,
    HOURS,
    PER_SECOND,
    RATIO,
    SECONDS,
    Query,
    Unit,
    stat,
    texts,
    timeseries,
)
from exporter.mixin.dashboards.tables import table
from exporter.mixin.dashboards.variables import Variable

PREFIX = "azure_billing_exporter"
JOB = Variable("job", "Job", f"label_values({PREFIX}_build_info, job)")
INSTANCE = Variable("instance", "Instance", f'label_values({PREFIX}_build_info{{job=~"$job"}}, instance)')
ACCOUNT = Variable("account", "Account", f'label_values({PREFIX}_collector_success{{job=~"$job"}}, account)')
HOUR, DAY = 3600, 86_400
HERE = 'job=~"$job",instance=~"$instance"'
MINE = f'{HERE},account=~"$account"'


KEYS = {"account": "Account", "collector": "Collector"}


def _age(what: str, unit: int) -> str:
    return f"(time() - {collector(f'{what}_timestamp_seconds', MINE)}) / {unit}"


COLLECTORS = Row(
    "Collectors",
    (
        (
            table(
                "Collectors",
                "One row per report and account, the latest relative to their interval first. "
                "The time since it was read is in hours; the age of the data, and the time since it has changed, in "
                "days.",
                KEYS,
                Query(lateness(MINE), "Of interval"),
                Query(collector("success", MINE), "State"),
                Query(_age("last_success", HOUR), "Read (h)"),
                Query(_age("data", DAY), "Data (d)"),
                Query(_age("data_changed", DAY), "Changed (d)"),
                Query(collector("duration_seconds", MINE), "Run (s)"),
                Query(collector("records", MINE), "Records"),
                Query(collector("series", MINE), "Series"),
                Query(collector("overflow_series", MINE), "Folded"),
                sort="Of interval",
                units={
                    "Of interval": RATIO,
                    "State": COUNT,
                    "Read (h)": HOURS,
                    "Data (d)": DAYS,
                    "Changed (d)": DAYS,
                    "Run (s)": Unit("none", 2),
                    "Records": COUNT,
                    "Series": COUNT,
                    "Folded": COUNT,
                },
                steps={"Of interval": LATE, "Folded": ((0, "transparent"), (1, "orange"))},
                texts={"State": texts(STATE)},
                widths={
                    "Account": 130,
                    "Of interval": 92,
                    "State": 55,
                    "Read (h)": 78,
                    "Data (d)": 76,
                    "Changed (d)": 105,
                    "Run (s)": 72,
                    "Records": 76,
                    "Series": 70,
                    "Folded": 68,
                },
            ),
            24,
            12,
        ),
        (
            timeseries(
                "Failures by reason",
                "Failed runs. The last good values stay published.",
                COUNT,
                Query(
                    "sum by (account, collector, reason) "
                    f"(increase({PREFIX}_collector_failures_total{{{MINE}}}[$__rate_interval])) > 0",
                    "{{account}} {{collector}} {{reason}}",
                ),
                no_value="no failures",
            ),
            12,
            10,
        ),
        (
            timeseries(
                "Age relative to interval",
                "Time since the last success relative to the interval, the ten largest of the time range. "
                "AzureBillingDataStale fires above 300 %.",
                RATIO,
                Query(
                    f"{lateness(MINE)} and topk(10, max_over_time(({lateness(MINE)})[$__range:1h] @ end()))",
                    "{{account}} {{collector}}",
                ),
                Query("vector(3)", "AzureBillingDataStale", dashed=True, colour="red"),
                interval="5m",
                min=0,
            ),
            12,
            10,
        ),
    ),
)
APIS = Row(
    "APIs",
    (
        (
            timeseries(
                "Responses by status",
                "Responses per second of each API, by HTTP status.",
                PER_SECOND,
                Query(
                    f"sum by (api, code) (rate({PREFIX}_api_requests_total{{{HERE}}}[$__rate_interval]))",
                    "{{api}} {{code}}",
                ),
            ),
            12,
            9,
        ),
        (
            timeseries(
                "Response time (95th percentile)",
                "95th percentile of the time from the request to the end of the response; absent without requests.",
                SECONDS,
                Query(
                    "histogram_quantile(0.95, sum by (api, le) "
                    f"(rate({PREFIX}_api_request_duration_seconds_bucket{{{HERE}}}[$__rate_interval]))) >= 0",
                    "{{api}}",
                ),
            ),
            12,
            9,
        ),
        (
            timeseries(
                "Throttled",
                "Seconds per second that collectors waited because of throttling.",
                RATIO,
                Query(
                    f"sum by (api) (rate({PREFIX}_api_throttled_seconds_total{{{HERE}}}[$__rate_interval]))", "{{api}}"
                ),
                at_least=1,
            ),
            12,
            8,
        ),
        (
            timeseries(
                "Retries",
                "Requests that were retried.",
                COUNT,
                Query(f"sum by (api) (increase({PREFIX}_api_retries_total{{{HERE}}}[$__rate_interval]))", "{{api}}"),
                at_least=1,
            ),
            12,
            8,
        ),
    ),
)
PROCESS = Row(
    "Credentials and process",
    (
        (
            table(
                "Credentials",
                "Time until each credential expires if it is neither used nor replaced.",
                {"account": "Account", "credential": "Credential"},
                Query(
                    f"(min by (account, credential) ({PREFIX}_credential_expiry_timestamp_seconds{{{MINE}}}) - time())"
                    f" / {DAY}",
                    "Expires in (days)",
                ),
                sort="Expires in (days)",
                descending=False,
                units={"Expires in (days)": DAYS},
                steps={"Expires in (days)": ((0, "red"), (7, "orange"), (30, "green"))},
                widths={"Expires in (days)": 150},
                empty="no credential expires",
            ),
            10,
            7,
        ),
        (
            stat(
                "Configuration",
                "Whether the last reload of the configuration succeeded; if it failed, the previous one stays active.",
                COUNT,
                Query(f"{PREFIX}_config_last_reload_successful{{{HERE}}}", "{{instance}}"),
                mappings=(texts({0: ("failed", "red"), 1: ("loaded", "green")}),),
            ),
            6,
            7,
        ),
        (
            timeseries(
                "Memory",
                "Resident memory of the exporter process.",
                BYTES,
                Query(
                    f"process_resident_memory_bytes{{{HERE}}} and on (job, instance) {PREFIX}_build_info",
                    "{{instance}}",
                ),
            ),
            8,
            7,
        ),
    ),
)

BOARD = dashboard(
    "azure-billing-exporter",
    "Azure billing / Exporter",
    "The exporter itself: collectors, data freshness, API responses, throttling and credentials.",
    (JOB, INSTANCE, ACCOUNT),
    (COLLECTORS, APIS, PROCESS),
    days=2,
    annotations=(RELOADED,),
)
