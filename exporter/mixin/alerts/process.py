"""The exporter as a process: scraped, with its newest configuration, and with a storage that it can write."""

from exporter.mixin.alerts.owners import OPERATIONS
from exporter.mixin.rules import Alert, Section
from exporter.mixin.templates import COUNT, PERCENTAGE, dashboard, first, label, queried, value

DOWN = Section(
    "The exporter is down",
    meaning="""
    Prometheus cannot scrape an exporter that it has scraped within the last week, or that is a target of the job
    `azure-billing`: for ten minutes, or repeatedly, as when it crashes after each start; then a fifth of the
    scrapes of half an hour have failed, in at least two outages. If Prometheus has no exporter at all, the alert
    has no label `instance`. A single missed scrape or restart does not fire it.
    """,
    impact="""
    Its budgets, costs and credentials are not monitored. Budgets keep their last values, and their alerts their state,
    for a day. Alerts about its reports resolve after an hour, whatever their state is.
    """,
    diagnosis="""
    Check that the process is running, that its port responds (`/-/healthy`), and that the scrape configuration includes
    it:

        up{job="azure-billing"}
        changes(up{job="azure-billing"}[30m])
        changes(process_start_time_seconds{job="azure-billing"}[30m])
    """,
    mitigation="""
    Start the exporter; if it exits, its last log line names the reason. After a restart it immediately publishes the
    last values from `storage.path`.
    """,
    resolution="""
    Half an hour after the exporter is scraped again without further outages, or after the target is removed from the
    scrape configuration; so an exporter that is up and down in turns is one alert.
    """,
    silencing="During maintenance, by `job` and `instance`, for its duration.",
    ownership=OPERATIONS,
)

GONE = Section(
    "The exporter is no longer a target",
    meaning="""
    Prometheus no longer knows an exporter, so `up` has no value for it, and no other exporter publishes its accounts.
    An account that is removed from the configuration does not count, nor one that has moved to another exporter.
    """,
    impact="As if the exporter was down: the budgets and costs of its accounts are not monitored.",
    diagnosis="""
    Check whether the exporter was scaled to zero, evicted or removed from the scrape configuration. Which accounts it
    published:

        group by (account) (azure_billing_exporter_collector_interval_seconds{instance="…"} offset 1h)
    """,
    mitigation="Start the exporter, or add its accounts to another one.",
    resolution="Half an hour after all its accounts are published again, or a day after it disappeared.",
    silencing="If it was removed on purpose, by `job` and `instance`, for a day.",
    ownership=OPERATIONS,
)

RELOAD_FAILED = Section(
    "A reload has failed",
    meaning="The configuration file has changed and is invalid.",
    impact="The exporter continues with the previous configuration, but would not start with the new one.",
    diagnosis="""
    See all errors of the file:

        azure-billing-exporter check-config --config.file=…
    """,
    mitigation="Correct the file and reload.",
    resolution="With the next successful reload.",
    silencing="Not recommended, because the next restart would fail.",
    ownership=OPERATIONS,
)

UNWRITABLE = Section(
    "The storage cannot be written",
    meaning="The exporter has failed to write to `storage.path` (`azure_billing_exporter_storage_writable` is 0).",
    impact="""
    Published values are up to date, but after a restart older ones are published until the reports have been read.
    Rotated refresh tokens cannot be stored: an account of Partner Center may need another interactive sign-in.
    """,
    diagnosis="""
    The log names the file and the error. Check free space and inodes, whether the file system is mounted read-only, and
    the owner of the directory:

        azure_billing_exporter_storage_writable
    """,
    mitigation="Free some space or correct the permissions. The exporter writes again by itself.",
    resolution="Half an hour after writing has succeeded again.",
    silencing="Not recommended, because a restart would publish old values.",
    ownership=OPERATIONS,
)
SCRAPED = "avg_over_time(up[30m])"
DEAD = f"""(
  (
    up == 0
    or {SCRAPED} < 0.8
    and changes(up[30m]) >= 4
  )
  and on (job, instance) (last_over_time(azure_billing_exporter_build_info[1w]) or up{{job="azure-billing"}})
)"""

LISTED = "azure_billing_exporter_collector_interval_seconds"

ALERTS = (
    Alert(
        "AzureBillingExporterDown",
        "critical",
        f"""
        max by (job, instance) {DEAD}
        or (absent(azure_billing_exporter_build_info) unless on () {DEAD})
        """,
        for_="10m",
        keep_firing_for="30m",
        summary="An azure-billing-exporter is not scraped.",
        description=f"""
        {{{{ if $labels.instance }}}}Prometheus can't scrape the azure-billing-exporter {label("instance")} of job
        {label("job")}, or only now and then{
            queried(
                SCRAPED.replace("up", "up%s"),
                ("job", "instance"),
                f": {first(PERCENTAGE)} of the scrapes of the last half hour have succeeded",
            )
        }.{{{{ else }}}}Prometheus has received no data from any azure-billing-exporter for 10
        minutes.{{{{ end }}}} Budgets are not monitored.
        """,
        runbook=DOWN,
        dashboard=dashboard("azure-billing-exporter"),
        comment="""
        Several exporters are watched one by one, also those of jobs with other names. One that is up and down in turns
        would not be down for ten minutes, and later not up for long enough to resolve.
        """,
    ),
    Alert(
        "AzureBillingExporterGone",
        "critical",
        f"""
        count by (job, instance) (
          (
            group by (account, job, instance) ({LISTED} offset 1h)
            or group by (account, job, instance) ({LISTED} offset 1d)
          )
          unless on (account) {LISTED}
          unless on (job, instance) (azure_billing_exporter_build_info or up == 0)
        )
        unless on () absent(azure_billing_exporter_build_info)
        """,
        for_="10m",
        keep_firing_for="30m",
        summary="An azure-billing-exporter is no longer a target, and nothing publishes its accounts.",
        description=f"""
        Prometheus no longer scrapes the azure-billing-exporter {label("instance")} of job {label("job")}, and
        {value(COUNT)} accounts that it published are not published by any other one.
        """,
        runbook=GONE,
        dashboard=dashboard("azure-billing-exporter"),
        comment="A target that disappears has no `up`, so the alert above does not notice it while others live.",
    ),
    Alert(
        "AzureBillingReloadFailed",
        "warning",
        "min by (job, instance) (last_over_time(azure_billing_exporter_config_last_reload_successful[15m])) == 0",
        for_="5m",
        summary="The configuration could not be reloaded.",
        description="{{ $labels.instance }} still uses the previous configuration, because the new one is invalid.",
        runbook=RELOAD_FAILED,
        dashboard=dashboard("azure-billing-exporter", instance="instance"),
    ),
    Alert(
        "AzureBillingStorageUnwritable",
        "warning",
        "min by (job, instance) (last_over_time(azure_billing_exporter_storage_writable[15m])) == 0",
        for_="10m",
        keep_firing_for="30m",
        summary="The exporter cannot write to its storage.",
        description="""
        {{ $labels.instance }} cannot write to storage.path. After a restart it would publish older values, and rotated
        refresh tokens are lost.
        """,
        runbook=UNWRITABLE,
        dashboard=dashboard("azure-billing-exporter", instance="instance"),
    ),
)
