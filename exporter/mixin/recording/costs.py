"""Costs of all APIs in one form, by month and by day."""

from exporter.mixin.rules import Record


def summed(labels: str, family: str) -> str:
    """The sum over a family, of the exporter with the highest one: several may publish the same account."""
    return f"max by ({labels}) (sum by ({labels}, job, instance) ({family}))"


MONEY = "account, currency"
COSTS = (
    Record(
        "azure_billing:cost:month_to_date",
        f"""
            label_replace(
              {summed(MONEY, "azure_cost_month_to_date")},
              "collector", "usagedetails", "", ""
            )
            or label_replace(
              {summed(MONEY, "azure_b2c_estimated_cost_month_to_date")},
              "collector", "bill", "", ""
            )
            or label_replace(
              {summed(MONEY, "partner_center_customer_cost_month_to_date")},
              "collector", "usagerecords", "", ""
            )
            """,
        comment=(
            "The total of every account for the month. The label collector names the source. Two exporters that "
            "publish the same account, as during a rollout, do not double it."
        ),
    ),
    Record(
        "azure_billing:customer:projected",
        """
            max by (account, customer_id, currency) (partner_center_customer_cost_month_to_date)
              / on (account, customer_id) group_left () (azure_billing:customer:elapsed_ratio > 0.034)
            or max by (account, customer_id, currency) (partner_center_customer_cost_month_to_date == 0)
            """,
        comment="A customer's cost at the end of its billing period. A cost of zero projects to zero.",
    ),
    Record(
        "azure_billing:cost:projected",
        f"""
            label_replace(
              {summed(MONEY, "azure_b2c_estimated_cost_month or azure_b2c_estimated_cost_month_to_date")},
              "collector", "bill", "", ""
            )
            or azure_billing:cost:month_to_date{{collector!="usagerecords"}}
              / on (account, collector) group_left () (azure_billing:period:elapsed_ratio > 0.034)
            or label_replace(
              sum by (account, currency) (azure_billing:customer:projected)
              and on (account, currency) (
                count by (account, currency) (azure_billing:customer:projected)
                == count by (account, currency) (
                  group by (account, customer_id, currency) (partner_center_customer_cost_month_to_date)
                )
              ),
              "collector", "usagerecords", "", ""
            )
            """,
        comment=(
            "A partner's projection is the sum of its customers' projections; absent unless every customer has one."
        ),
    ),
    Record(
        "azure_billing:cost:legacy_period_to_date",
        """
            sum by (account, currency) (
              max by (account, customer_id, currency) (
                partner_center_customer_cost_month_to_date != 0
                and on (account, customer_id) partner_center_customer_info{azure_plan="false"}
              )
            )
            """,
        comment="The part of the cost whose billing period is not a calendar month.",
    ),
    Record(
        "azure_billing:cost:previous_month",
        f"""
            label_replace(
              {summed(MONEY, "azure_cost_previous_month")}
              and on (account) (
                max by (account) (azure_billing:period:start_timestamp_seconds{{collector="usagedetails"}})
                - max by (account) (
                  azure_billing_exporter_collector_data_timestamp_seconds{{
                    collector=~"usagedetails_previous_month|usage_previous_month"
                  }}
                )
                > 0 < 2678400
              ),
              "collector", "usagedetails", "", ""
            )
            or last_over_time(
              (
                azure_billing:cost:month_to_date
                and on (account, collector) (
                  azure_billing:data:timestamp_seconds < azure_billing:period:start_timestamp_seconds @ end()
                )
                and on (account, collector) (
                  azure_billing:data:timestamp_seconds > azure_billing:period:start_timestamp_seconds @ end() - 259200
                )
                unless on (account, collector) (
                  max by (account, collector) (
                    azure_billing_exporter_collector_last_success_timestamp_seconds{{collector="usagerecords"}}
                  ) >= azure_billing:period:start_timestamp_seconds @ end()
                )
                unless on (account, currency) azure_billing:cost:legacy_period_to_date
              )[34d:1h]
            )
            """,
        comment=(
            "Enterprise Agreements report it. For the other APIs it is the last amount of the last three days "
            "of that month. For Partner Center, only runs within that month count: amounts may be reset "
            "before any record shows it."
        ),
    ),
    Record(
        "azure_billing:cost:month_over_month_ratio",
        "azure_billing:cost:projected / (azure_billing:cost:previous_month > 0)",
    ),
)
