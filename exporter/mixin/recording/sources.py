"""The newest data of the reports of usage, and how old it usually becomes before newer data arrives."""

from exporter.mixin.rules import Record

OF_DATA = (
    "azure_billing_exporter_collector_data_timestamp_seconds"
    '{collector=~"usagedetails|usage|usagerecords|bill|b2c.+Summary|tenantUserCount|marketplacecharges"}'
)
DATA = f"max by (account, collector) ({OF_DATA})"
NEWEST, GAP = (f"azure_billing:source:{name}_seconds" for name in ("newest_timestamp", "longest_gap"))

SOURCES = (
    Record(
        NEWEST,
        f"""
        {DATA}
        or (
          last_over_time({NEWEST}[1d])
          and on (account, collector) last_over_time(azure_billing_exporter_collector_interval_seconds[6h])
        )
        """,
        comment="The newest data of usage. On the first days of a month, a report may have none.",
    ),
    Record(
        GAP,
        f"max_over_time((time() - ({DATA} < {NEWEST} @ end()))[42d:2d])",
        comment="How old the data was at most before newer data arrived, in six weeks; one look in two days suffices.",
    ),
)
