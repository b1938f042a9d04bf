"""Reports that fail, and data that is old."""

from exporter.mixin.rules import Alert, Section
from exporter.mixin.templates import DURATION, first_label, label, queried, value

FAILING = Section(
    "A report cannot be read",
    meaning="A report has failed for an hour.",
    impact="The last good values are still published, but they no longer change. Budgets do not include new costs.",
    diagnosis="""
    The reason is part of the alert; it is also in the log, on the exporter's status page at `/`, and in a metric:

        increase(azure_billing_exporter_collector_failures_total{account="…"}[6h]) > 0
    """,
    mitigation="""
    By reason:

    - `connection`, `timeout`, `tls`: check the network, the proxy and the certificates (`ca_file`).
    - `throttled`: see [Throttled for hours](#throttled-for-hours).
    - `server_error`: the API reported an error of its own. The exporter retries.
    - `login`: the login host does not respond, or it rejects the application. Check the client secret or certificate.
    - `sign_in_required`: the refresh token has expired, or MFA is required. Run `azure-billing-exporter login
      <account>`.
    - `credential_unreadable`: a file that the configuration names is missing or unreadable, or contains no valid
      credential.
    - `storage`: the disk of `storage.path` is full or read-only, or another process holds the lock of a token. Free
      some space, and run only one exporter per directory.
    - `unauthorized`: the key or token is not accepted: it is expired, revoked, or of another enrollment.
    - `forbidden`: the credential is valid but has no access to the report. The message in the log names the missing
      permission.
    - `not_found`, `bad_request`: check the spelling of the enrollment, tenant or application.
    - `malformed`: the response does not match the documentation. Report it with the log line.
    - `emptied`: the response would remove values before their period has ended. The next run decides. If this fails
      repeatedly, the source loses different data each time: compare with the portal.
    - `internal`: a bug in the exporter. Report it with the traceback from the log.
    """,
    silencing="""
    During an announced outage of the API, by `account` and `collector`, for its duration. If you do not need the
    report, disable it in the configuration instead.
    """,
)

STALE = Section(
    "Figures are stale",
    meaning="""
    `AzureBillingDataStale`: a report has not been read for more than three of its intervals.

    `AzureBillingSourceLate`: the report is read successfully, but the newest usage is more than four days old. Usage is
    documented to arrive within about a day.
    """,
    impact="Budgets and projections include only the usage that has arrived.",
    diagnosis="""
    If the collector fails, see [a report that cannot be read](#a-report-cannot-be-read). If it does not, check the log
    and when it runs next:

        azure_billing_exporter_collector_next_run_timestamp_seconds{account="…"} - time()

    If the source is late, check Azure's status page and compare with the portal.
    """,
    mitigation="""
    Proceed as for [a report that cannot be read](#a-report-cannot-be-read). If the source is late, wait, or ask
    Microsoft's support. Both alerts resolve with the first new data.
    """,
    silencing="During an announced delay, by `account` and `collector`, for its duration.",
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
    Repair the access and choose *Run now*. The alert resolves when the next run has ended well and the report `exports`
    has been read, within 6 h by default.
    """,
    silencing="For an export that nobody reads, by `account` and `export`; better delete it.",
)

ALERTS = (
    Alert(
        "AzureBillingCollectorFailing",
        "warning",
        "max by (account, collector) (azure_billing_exporter_collector_success) == 0",
        for_="1h",
        summary="A report can't be read.",
        description=f"Collector {label('collector')} of account {label('account')} has been failing for an hour"
        + queried(
            "topk(1, increase(azure_billing_exporter_collector_failures_total%s[6h]) > 0)",
            ("account", "collector"),
            f" ({first_label('reason')})",
        )
        + ". The last good values are still published.",
        runbook=FAILING,
    ),
    Alert(
        "AzureBillingDataStale",
        "warning",
        """
        time() - max by (account, collector) (azure_billing_exporter_collector_last_success_timestamp_seconds)
        > 3 * max by (account, collector) (azure_billing_exporter_collector_interval_seconds)
        """,
        for_="10m",
        summary="Published data is stale.",
        description=f"""
        Collector {label("collector")} of account {label("account")} last succeeded {value(DURATION)} ago, which is more
        than three times its interval.
        """,
        runbook=STALE,
    ),
    Alert(
        "AzureBillingSourceLate",
        "warning",
        """
        time() - max by (account, collector) (
          azure_billing_exporter_collector_data_timestamp_seconds{collector=~"usagedetails|usage"}
        ) > 4 * 86400 < 31 * 86400
        and on (account, collector) azure_billing_exporter_collector_success == 1
        """,
        for_="1h",
        summary="Microsoft has not published new usage for days.",
        description=f"""
        The newest usage of account {label("account")} is {value(DURATION)} old, although collector {label("collector")}
        succeeds.
        """,
        runbook=STALE,
        comment="""
        Usage is documented to arrive within a day. The upper bound excludes accounts that read a period in the past.
        """,
    ),
    Alert(
        "AzureCostExportFailed",
        "warning",
        "max by (account, export) (azure_cost_export_last_run_success) == 0",
        for_="1h",
        summary="An export of costs fails.",
        description=f"The newest run of export {label('export')} of account {label('account')} has failed.",
        runbook=EXPORT_FAILED,
    ),
)
