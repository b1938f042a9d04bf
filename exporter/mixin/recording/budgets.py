"""Budgets of all APIs in one form."""

from exporter.mixin.rules import Group, Record

BUDGETS = Group(
    "azure-billing-budgets",
    (
        Record(
            "azure_billing:budget:amount",
            """
            max by (account, budget, currency) (azure_billing_budget_amount)
            or max by (account, budget, scope, time_grain, currency) (azure_budget_amount)
            or label_replace(
              label_replace(
                max by (account, customer_id, customer_name, currency) (partner_center_customer_budget_amount),
                "budget", "$1", "customer_id", "(.*)"
              ),
              "budget", "$1", "customer_name", "(.+)"
            )
            """,
            comment=(
                "Names of budgets that are set in Azure repeat, so these have the labels scope and time_grain. A "
                "customer's budget is named after the customer, or after the customer id if names are omitted."
            ),
        ),
        Record(
            "azure_billing:budget:spent",
            """
            max by (account, budget, currency) (azure_billing_budget_spent)
            or max by (account, budget, scope, time_grain, currency) (azure_budget_spent)
            or (
              azure_billing:budget:amount{customer_id!=""} * 0
              + on (account, customer_id, currency) group_left ()
              max by (account, customer_id, currency) (partner_center_customer_cost_month_to_date)
            )
            """,
        ),
        Record(
            "azure_billing:budget:used_ratio",
            "azure_billing:budget:spent / (azure_billing:budget:amount != 0)",
            comment="A budget of zero has no used ratio.",
        ),
        Record(
            "azure_billing:budget:forecast",
            "max by (account, budget, scope, time_grain, currency) (azure_budget_forecast)",
            comment="What Microsoft expects to be spent at the end of the budget's period, whatever its length.",
        ),
        Record(
            "azure_billing:budget:elapsed_days",
            """
            azure_billing:budget:amount{customer_id="",time_grain=""} * 0 + on (account) group_left ()
              max by (account) (azure_billing:period:elapsed_days{collector=~"usagedetails|bill"})
            or azure_billing:budget:amount{time_grain="Monthly"} * 0 + on (account) group_left ()
              max by (account) (azure_billing:period:elapsed_days{collector="budgets"})
            or azure_billing:budget:amount{customer_id!=""} * 0 + on (account, customer_id) group_left ()
              (azure_billing:customer:elapsed_days and azure_billing:customer:elapsed_ratio)
            """,
            comment=(
                "Elapsed days and elapsed share of the billing period, as of the data. Of the budgets that are set in "
                "Azure, only monthly ones have a period that is known to be the calendar month."
            ),
        ),
        Record(
            "azure_billing:budget:elapsed_ratio",
            """
            azure_billing:budget:amount{customer_id="",time_grain=""} * 0 + on (account) group_left ()
              max by (account) (azure_billing:period:elapsed_ratio{collector=~"usagedetails|bill"})
            or azure_billing:budget:amount{time_grain="Monthly"} * 0 + on (account) group_left ()
              max by (account) (azure_billing:period:elapsed_ratio{collector="budgets"})
            or azure_billing:budget:amount{customer_id!=""} * 0 + on (account, customer_id) group_left ()
              azure_billing:customer:elapsed_ratio
            """,
        ),
        Record(
            "azure_billing:budget:pace_ratio",
            "azure_billing:budget:used_ratio / (azure_billing:budget:elapsed_ratio > 0.034)",
            comment=(
                "1 means that the budget is used up exactly at the end of the period. The first day is too short "
                "for a trend."
            ),
        ),
        Record(
            "azure_billing:budget:projected",
            """
            (
              azure_billing:budget:amount{customer_id="",time_grain=""} * 0
              + on (account, currency) group_left () sum by (account, currency) (
                max by (account, component, currency) (azure_b2c_estimated_cost_month)
                or max by (account, component, currency) (azure_b2c_estimated_cost_month_to_date)
              )
              unless on (account) azure_billing:data:timestamp_seconds{collector="usagedetails"}
            )
            or azure_billing:budget:forecast
            or azure_billing:budget:spent / (azure_billing:budget:elapsed_ratio > 0.034)
            """,
            comment=(
                "Spending at the end of the period, at the current rate. For B2C, the exporter's estimate, which "
                "applies tiers; for a budget that is set in Azure, Microsoft's forecast if there is one."
            ),
        ),
        Record(
            "azure_billing:budget:days_left",
            """
            clamp_min(
              (azure_billing:budget:amount - azure_billing:budget:spent) * azure_billing:budget:elapsed_days
              / (azure_billing:budget:spent > 0),
              0
            )
            """,
            comment=(
                "Days until the budget is used up at the current rate; 0 if it is used up, absent if nothing is spent."
            ),
        ),
    ),
)
