"""Reports that fail, and data that is old."""

from exporter.mixin.alerts.owners import ADMINISTRATORS, OPERATIONS
from exporter.mixin.reasons import by_reason
from exporter.mixin.rules import Alert, Section
from exporter.mixin.templates import DURATION, TIMESTAMP, dashboard, first_label, label, queried, value

FAILING = Section(
    "A report cannot be read",
    meaning="A report has failed for an hour.",
    impact="The last good values are still published, but they no longer change. Budgets do not include new costs.",
    diagnosis="""
    The reason is part of the alert; it is also in the log, on the exporter's status page at `/`, and in a metric:

        increase(azure_billing_exporter_collector_failures_total{account="…"}[6h]) > 0
    """,
    mitigation=f"By reason:\n\n{by_reason()}",
    resolution="With the next successful run.",
    silencing="""
    During an announced outage of the API, by `account` and `collector`, for its duration. If you do not need the
    report, disable it in the configuration instead.
    """,
    ownership=OPERATIONS,
)

STALE = Section(
    "Figures are stale",
    meaning="""
    `AzureBillingDataStale`: a report has not been read for more than three of its intervals.

    `AzureBillingSourceLate`: the report is read successfully, but its newest data is more than four days old, and more
    than twice as old as it has been in the four weeks before. Usage is documented to arrive within about a day. An
    account that is used from time to time has had such gaps before and fires no alert. Needs history of more than four
    days. The reports do not show whether Microsoft is late or nothing was used.
    """,
    impact="Budgets and projections include only the usage that has arrived.",
    diagnosis="""
    If the collector fails, see [a report that cannot be read](#a-report-cannot-be-read). If it does not, check the log
    and when it runs next:

        azure_billing_exporter_collector_next_run_timestamp_seconds{account="…"} - time()

    If the source is late, check Azure's status page, and compare with the portal whether anything was used.
    """,
    mitigation="""
    Proceed as for [a report that cannot be read](#a-report-cannot-be-read). If the source is late, wait, or ask
    Microsoft's support.
    """,
    resolution="""
    `AzureBillingDataStale` with the next successful run, `AzureBillingSourceLate` with the first new data, or a month
    after the newest data.
    """,
    silencing="During an announced delay, by `account` and `collector`, for its duration.",
    ownership=OPERATIONS,
)

EXPORT_FAILED = Section(
    "An export fails",
    meaning="The newest run of an export that is set up in Azure has failed, or has timed out.",
    impact="Accounts that read this export keep the figures of the last run that ended well.",
    diagnosis="""
    Open the export in the portal (*Cost Management*, *Exports*, *Run history*); its error names the cause. Frequent
    ones are a storage account that was deleted, has another firewall, or no longer grants the export's identity the
    role Storage Blob Data Contributor.
    """,
    mitigation="""
    Repair the access and choose *Run now*.
    """,
    resolution="""
    When the next run has ended well and the report `exports` has been read, within 6 h by default; not while a run is
    in progress.
    """,
    silencing="For an export that nobody reads, by `account` and `export`; better delete it.",
    ownership=ADMINISTRATORS,
)

EXPORTER = dashboard("azure-billing-exporter", account="account")
OF_DATA = (
    "azure_billing_exporter_collector_data_timestamp_seconds"
    '{collector=~"usagedetails|usage|usagerecords|bill|b2c.+Summary|tenantUserCount|marketplacecharges"}'
)

ALERTS = (
    Alert(
        "AzureBillingCollectorFailing",
        "warning",
        "max by (account, collector) (last_over_time(azure_billing_exporter_collector_success[1h])) == 0",
        for_="1h",
        keep_firing_for="5m",
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
        "AzureBillingSourceLate",
        "warning",
        f"""
        time() - max by (account, collector) (last_over_time({OF_DATA}[1h])) > 4 * 86400 < 31 * 86400
        and time() - max by (account, collector) (last_over_time({OF_DATA}[1h]))
        > 2 * max_over_time((time() - max by (account, collector) ({OF_DATA}))[24d:6h] offset 4d)
        and on (account, collector) last_over_time(azure_billing_exporter_collector_success[1h]) == 1
        """,
        for_="1h",
        summary="Microsoft has published no new usage for days.",
        description=f"""
        The newest usage of account {label("account")} is {value(DURATION)} old, although collector {label("collector")}
        succeeds: Microsoft is late, or nothing was used.
        """,
        runbook=STALE,
        dashboard=EXPORTER,
        comment="""
        Usage is documented to arrive within a day. The upper bound excludes accounts that read a period in the past. An
        account that is not used every day has had gaps before.
        """,
    ),
    Alert(
        "AzureCostExportFailed",
        "warning",
        "max by (account, export) (last_over_time(azure_cost_export_last_run_success[6h])) == 0",
        for_="1h",
        summary="An export of costs fails.",
        description=f"The newest run of export {label('export')} of account {label('account')} has failed.",
        runbook=EXPORT_FAILED,
        dashboard=EXPORTER,
        comment="While a run is in progress, the result of the one before counts.",
    ),
)
