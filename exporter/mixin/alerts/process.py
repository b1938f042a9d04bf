"""The exporter as a process: scraped, and with its newest configuration."""

from exporter.mixin.rules import Alert, Section

DOWN = Section(
    "The exporter is down",
    meaning="Prometheus receives no data from any exporter.",
    impact="No budget, cost or credential is monitored. No other alert of this page can fire.",
    diagnosis="""
    Check that the process is running, that its port responds (`/-/healthy`), and that the scrape configuration includes
    it:

        up{job="azure-billing"}
    """,
    mitigation="""
    Start the exporter; if it exits, its last log line names the reason. After a restart it immediately publishes the
    last values from `storage.path`.
    """,
    silencing="During maintenance, for its duration.",
)

RELOAD_FAILED = Section(
    "A reload has failed",
    meaning="The configuration file has changed and is invalid.",
    impact="The exporter continues with the previous configuration, but would not start with the new one.",
    diagnosis="""
    See all errors of the file:

        azure-billing-exporter check-config --config.file=…
    """,
    mitigation="Correct the file and reload. The alert resolves with the next successful reload.",
    silencing="Not recommended, because the next restart would fail.",
)

ALERTS = (
    Alert(
        "AzureBillingExporterDown",
        "critical",
        "absent(azure_billing_exporter_build_info)",
        for_="10m",
        summary="No azure-billing-exporter is being scraped.",
        description="""
        Prometheus has received no data from any azure-billing-exporter for 10 minutes, so no budget is monitored.
        """,
        runbook=DOWN,
    ),
    Alert(
        "AzureBillingReloadFailed",
        "warning",
        "min by (job, instance) (azure_billing_exporter_config_last_reload_successful) == 0",
        for_="5m",
        summary="The configuration could not be reloaded.",
        description="{{ $labels.instance }} still uses the previous configuration, because the new one is invalid.",
        runbook=RELOAD_FAILED,
    ),
)
