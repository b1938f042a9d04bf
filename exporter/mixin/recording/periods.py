"""The elapsed part of billing periods, as of the data."""

from exporter.mixin.rules import Group, Record

PERIODS = Group(
    "azure-billing-periods",
    (
        Record(
            "azure_billing:data:timestamp_seconds",
            """
            max by (account, collector) (
              azure_billing_exporter_collector_data_timestamp_seconds{collector=~"usagedetails|bill"}
            )
            or label_replace(
              max by (account, collector) (azure_billing_exporter_collector_data_timestamp_seconds{collector="usage"}),
              "collector", "usagedetails", "", ""
            )
            or (
              max by (account, collector) (
                azure_billing_exporter_collector_last_success_timestamp_seconds{
                  collector=~"usagerecords|balancesummary|budgets"
                }
              )
              unless (
                month(max by (account, collector) (
                  azure_billing_exporter_collector_last_success_timestamp_seconds{collector="usagerecords"}
                ))
                != month(max by (account, collector) (
                  azure_billing_exporter_collector_data_timestamp_seconds{collector="usagerecords"}
                ))
              )
            )
            or label_replace(
              max by (account, collector) (
                azure_billing_exporter_collector_last_success_timestamp_seconds{collector="balances"}
              ),
              "collector", "balancesummary", "", ""
            )
            or max by (account, collector) (
              azure_billing_exporter_collector_data_timestamp_seconds{collector="usagerecords"}
            )
            """,
            comment=(
                "The data timestamp of a month's amounts. It decides which month they belong to: at midnight of "
                "the first, the published amounts are still last month's. Usage and the B2C bill state their "
                "newest day; the bill has no timestamp until a day of its month is reported. Partner Center, the "
                "balance and budgets that are set in Azure are as of their last successful run, unless their data is "
                "of the previous month. Cost Management's reports usage and balances have the names of the reports "
                "that they replace."
            ),
        ),
        Record(
            "azure_billing:period:elapsed_days",
            """
            day_of_month(azure_billing:data:timestamp_seconds) - 1
            + azure_billing:data:timestamp_seconds % 86400 / 86400
            """,
        ),
        Record(
            "azure_billing:period:elapsed_ratio",
            "azure_billing:period:elapsed_days / days_in_month(azure_billing:data:timestamp_seconds)",
        ),
        Record(
            "azure_billing:period:start_timestamp_seconds",
            "round(azure_billing:data:timestamp_seconds - azure_billing:period:elapsed_days * 86400)",
        ),
        Record(
            "azure_billing:customer:elapsed_days",
            """
            (
              max by (account) (
                azure_billing_exporter_collector_last_success_timestamp_seconds{collector="usagerecords"}
              )
              - on (account) group_right ()
              max by (account, customer_id) (partner_center_customer_billing_period_start_timestamp_seconds)
            ) / 86400 >= 0
            and on (account, customer_id) (
              max by (account, customer_id) (partner_center_customer_last_modified_timestamp_seconds)
              >= max by (account, customer_id) (partner_center_customer_billing_period_start_timestamp_seconds)
            )
            """,
            comment=(
                "Each customer of Partner Center has its own billing period: the calendar month for Azure plans, "
                "a period that starts on the partner's anniversary for legacy customers. Elapsed days and elapsed "
                "share of that period; absent if the period is unknown, if the last successful run was outside "
                "it, or if the record has not changed within it, because until then the amount may belong to the "
                "previous period."
            ),
        ),
        Record(
            "azure_billing:customer:elapsed_ratio",
            """
            azure_billing:customer:elapsed_days / (
              max by (account, customer_id) (partner_center_customer_billing_period_end_timestamp_seconds)
              - max by (account, customer_id) (partner_center_customer_billing_period_start_timestamp_seconds)
            ) * 86400 < 1
            """,
        ),
    ),
)
