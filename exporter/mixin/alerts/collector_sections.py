"""The sections of the runbook about reports."""

from exporter.mixin.alerts.owners import ADMINISTRATORS, OPERATIONS
from exporter.mixin.reasons import by_reason
from exporter.mixin.rules import Section

FAILING = Section(
    "A report cannot be read",
    meaning="A report has failed for an hour.",
    impact="The last good values are still published, but they no longer change. Budgets do not include new costs.",
    diagnosis="""
    The reason is part of the alert; it is also in the log, on the exporter's status page at `/`, and in a metric:

        increase(azure_billing_exporter_collector_failures_total{account="…"}[6h]) > 0
    """,
    mitigation=f"By reason:\n\n{by_reason()}",
    resolution="An hour after the next successful run, if no other run fails within that hour.",
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

    `AzureBillingSourceLate`: the report is read successfully, but its newest data is old. Usage is documented to arrive
    within a day, for Enterprise Agreements within three. That nothing new arrives does not mean that it is late: maybe
    nothing was used, which the reports do not show. The alert fires if

    - the newest data is more than ten days old, so a week without any use is no reason; it is more than twice as old as
      it has been within six weeks before newer data arrived, so an account that is used only at the start of a month is
      none either; and data of two weeks or more has been seen before, so a new account has no alert; or
    - the newest usage of an Enterprise Agreement is more than six days old, but its balance shows that more was used in
      the last two days, and in the two days before them.
    """,
    impact="Budgets and projections include only the usage that has arrived.",
    diagnosis="""
    If the collector fails, see [a report that cannot be read](#a-report-cannot-be-read). If it does not, check the log
    and when it runs next:

        azure_billing_exporter_collector_next_run_timestamp_seconds{account="…"} - time()

    If the source is late, check Azure's status page, and compare with the portal whether anything was used. The age of
    the newest data over the last weeks, in days:

        (time() - azure_billing_exporter_collector_data_timestamp_seconds{account="…"}) / 86400
    """,
    mitigation="""
    Proceed as for [a report that cannot be read](#a-report-cannot-be-read). If the source is late, wait, or ask
    Microsoft's support.
    """,
    resolution="""
    `AzureBillingDataStale` with the next successful run; `AzureBillingSourceLate` an hour after the first new data, or
    four weeks after the newest data.
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
