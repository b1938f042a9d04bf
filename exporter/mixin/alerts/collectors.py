"""Reports that fail, and data that is old."""

from exporter.mixin.alerts.collector_sections import EXPORT_FAILED, FAILING, STALE
from exporter.mixin.recording.sources import DATA, GAP, NEWEST
from exporter.mixin.rules import Alert
from exporter.mixin.templates import DURATION, TIMESTAMP, dashboard, first_label, label, queried, value

EXPORTER = dashboard("azure-billing-exporter", account="account")
SUCCEEDS = "last_over_time(azure_billing_exporter_collector_success[6h]) == 1"
USED = ("utilized", "service_overage")


def _used(offset: str) -> str:
    """What an enrollment has used in the month, as its balance says."""
    terms = (f"max by (account, currency) (last_over_time(azure_ea_{name}[6h]{offset}))" for name in USED)
    return " + ".join(terms)


ALERTS = (
    Alert(
        "AzureBillingCollectorFailing",
        "warning",
        "max by (account, collector) (last_over_time(azure_billing_exporter_collector_success[1h])) == 0",
        for_="1h",
        keep_firing_for="1h",
        summary="A report can't be read.",
        description=f"Collector {label('collector')} of account {label('account')} has been failing for an hour"
        + queried(
            "topk(1, increase(azure_billing_exporter_collector_failures_total%s[6h]) > 0)",
            ("account", "collector"),
            f" ({first_label('reason')})",
        )
        + ". The last good values are still published"
        + queried(
            "max(azure_billing_exporter_collector_last_success_timestamp_seconds%s)",
            ("account", "collector"),
            f", read on {TIMESTAMP}",
        )
        + ".",
        runbook=FAILING,
        dashboard=EXPORTER,
    ),
    Alert(
        "AzureBillingDataStale",
        "warning",
        """
        time() - max by (account, collector) (
          last_over_time(azure_billing_exporter_collector_last_success_timestamp_seconds[1h])
        )
        > 3 * max by (account, collector) (last_over_time(azure_billing_exporter_collector_interval_seconds[1h]))
        """,
        for_="10m",
        summary="Published data is stale.",
        description=f"""
        Collector {label("collector")} of account {label("account")} last succeeded {value(DURATION)} ago, which is more
        than three times its interval.
        """,
        runbook=STALE,
        dashboard=EXPORTER,
    ),
    Alert(
        "AzureCostExportFailed",
        "warning",
        "max by (account, export) (last_over_time(azure_cost_export_last_run_success[6h])) == 0",
        for_="1h",
        summary="An export of costs fails.",
        description=f"""
        The newest run of export {label("export")} of account {label("account")}{
            queried(
                "max(last_over_time(azure_cost_export_last_run_timestamp_seconds%s[6h]))",
                ("account", "export"),
                f", submitted on {TIMESTAMP},",
            )
        } has failed.
        """,
        runbook=EXPORT_FAILED,
        dashboard=EXPORTER,
        comment="While a run is in progress, the result of the one before counts.",
    ),
)

LATE = (
    Alert(
        "AzureBillingSourceLate",
        "warning",
        f"""
        (
          time() - {NEWEST} > 10 * 86400 < 28 * 86400
          and time() - {NEWEST} > 2 * {GAP}
          and {NEWEST} - min_over_time({DATA}[42d:3d]) >= 14 * 86400
          or time() - {NEWEST}{{collector=~"usagedetails|usage"}} > 6 * 86400 < 28 * 86400
          and on (account) (
            {_used("")} > {_used(" offset 2d")}
            and {_used(" offset 2d")} > {_used(" offset 4d")}
          )
        )
        and on (account, collector) {SUCCEEDS}
        """,
        for_="1h",
        keep_firing_for="1h",
        summary="Microsoft has published no new usage for days.",
        description=f"""
        The newest usage of account {label("account")} is {value(DURATION)} old, although collector {label("collector")}
        succeeds: Microsoft is late, or nothing was used.
        """,
        runbook=STALE,
        dashboard=EXPORTER,
        comment="""
        A source that answers and has nothing new is late only if that is implausible: because there was no gap half as
        long in six weeks, or because the balance of the enrollment says that more was used. The upper bound excludes
        accounts that read a period in the past.
        """,
    ),
)
