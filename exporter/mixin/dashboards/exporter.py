"""*Azure billing / Exporter*: collectors, data freshness, API responses, throttling, credentials."""

from exporter.mixin.dashboards.board import Row, Variable, dashboard
from exporter.mixin.dashboards.panels import (
    BYTES,
    COUNT,
    PER_SECOND,
    RATIO,
    SECONDS,
    Query,
    stat,
    table,
    timeseries,
)

PREFIX = "azure_billing_exporter"
JOB = Variable("job", "Job", f"label_values({PREFIX}_build_info, job)")
INSTANCE = Variable("instance", "Instance", f'label_values({PREFIX}_build_info{{job=~"$job"}}, instance)')
ACCOUNT = Variable("account", "Account", f'label_values({PREFIX}_collector_success{{job=~"$job"}}, account)')
HERE = 'job=~"$job",instance=~"$instance"'
MINE = f'{HERE},account=~"$account"'


def collector(what: str) -> str:
    """A gauge of the collectors."""
    return f"max by (account, collector) ({PREFIX}_collector_{what}{{{MINE}}})"


COLLECTORS = Row(
    "Collectors",
    (
        (
            table(
                "Collectors",
                "One row per report and account. Success is 1 if the last run succeeded; ages are relative to now.",
                {"account": "Account", "collector": "Collector"},
                Query(collector("success"), "Success"),
                Query(f"time() - {collector('last_success_timestamp_seconds')}", "Last success"),
                Query(f"{collector('next_run_timestamp_seconds')} - time()", "Next run in"),
                Query(f"time() - {collector('data_timestamp_seconds')}", "Age of the data"),
                Query(f"time() - {collector('data_changed_timestamp_seconds')}", "Changed"),
                Query(collector("duration_seconds"), "Duration"),
                Query(collector("records"), "Records"),
                Query(collector("series"), "Series"),
                Query(collector("overflow_series"), "Folded"),
                sort="Last success",
                units={
                    "Last success": SECONDS,
                    "Next run in": SECONDS,
                    "Age of the data": SECONDS,
                    "Changed": SECONDS,
                    "Duration": SECONDS,
                    "Records": COUNT,
                    "Series": COUNT,
                    "Folded": COUNT,
                },
                steps={"Success": ((0, "red"), (1, "green"))},
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
            8,
        ),
        (
            timeseries(
                "Age relative to interval",
                "Time since the last success relative to the interval. AzureBillingDataStale fires above 300 %.",
                RATIO,
                Query(
                    f"(time() - {collector('last_success_timestamp_seconds')}) / {collector('interval_seconds')}",
                    "{{account}} {{collector}}",
                ),
            ),
            12,
            8,
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
            8,
        ),
        (
            timeseries(
                "Response time (95th percentile)",
                "95th percentile of the time from the request to the end of the response.",
                SECONDS,
                Query(
                    "histogram_quantile(0.95, sum by (api, le) "
                    f"(rate({PREFIX}_api_request_duration_seconds_bucket{{{HERE}}}[$__rate_interval])))",
                    "{{api}}",
                ),
            ),
            12,
            8,
        ),
        (
            timeseries(
                "Throttled",
                "Seconds per second that collectors waited because of throttling.",
                RATIO,
                Query(
                    f"sum by (api) (rate({PREFIX}_api_throttled_seconds_total{{{HERE}}}[$__rate_interval]))", "{{api}}"
                ),
            ),
            12,
            7,
        ),
        (
            timeseries(
                "Retries",
                "Requests that were retried.",
                COUNT,
                Query(f"sum by (api) (increase({PREFIX}_api_retries_total{{{HERE}}}[$__rate_interval]))", "{{api}}"),
            ),
            12,
            7,
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
                    f"min by (account, credential) ({PREFIX}_credential_expiry_timestamp_seconds{{{MINE}}}) - time()",
                    "Expires in",
                ),
                sort="Expires in",
                units={"Expires in": SECONDS},
                steps={"Expires in": ((0, "red"), (7 * 86_400, "orange"), (30 * 86_400, "green"))},
            ),
            12,
            7,
        ),
        (
            stat(
                "Configuration",
                "1 if the last reload of the configuration succeeded, 0 if it failed.",
                COUNT,
                Query(f"{PREFIX}_config_last_reload_successful{{{HERE}}}", "{{instance}}"),
                steps=((0, "red"), (1, "green")),
            ),
            4,
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
)
