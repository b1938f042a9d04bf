"""Rows of the dashboard *Azure billing / Cost* on what not every account has."""

from exporter.mixin.dashboards.board import Row
from exporter.mixin.dashboards.cost_panels import CHOSEN, MINE, one
from exporter.mixin.dashboards.panels import DAYS, MONEY, RATIO, Query, stat, table, timeseries

NONE = "no enrollment"
UTILIZATION = ((0, "red"), (0.8, "orange"), (0.95, "green"))
MARKETPLACE = Row(
    "Marketplace",
    (
        (
            table(
                "Marketplace, $currency",
                "Charges of this billing period for the offers of third parties, which the other costs do not include.",
                {
                    "account": "Account",
                    "publisher": "Publisher",
                    "offer": "Offer",
                    "plan": "Plan",
                    "subscription_name": "Subscription",
                    "currency": "Currency",
                },
                Query(f"azure_marketplace_cost_month_to_date{{{CHOSEN}}}", "Cost"),
                sort="Cost",
                units={"Cost": MONEY},
            ),
            24,
            8,
        ),
    ),
)
COMMITMENTS = Row(
    "Reservations and savings plans",
    (
        (
            table(
                "Use of reservations and savings plans, $currency",
                "Amortized cost of each reservation and savings plan this month, and the part of it that nothing used.",
                {
                    "account": "Account",
                    "commitment_type": "Type",
                    "commitment_name": "Name",
                    "commitment_id": "Id",
                    "currency": "Currency",
                },
                Query(f"azure_commitment_utilization_ratio{{{MINE}}}", "Utilization"),
                Query(f"azure_commitment_unused_cost_month_to_date{{{MINE}}}", "Not used"),
                Query(f"azure_commitment_cost_month_to_date{{{MINE}}}", "Cost"),
                sort="Not used",
                units={"Utilization": RATIO, "Not used": MONEY, "Cost": MONEY},
                steps={"Utilization": UTILIZATION},
            ),
            24,
            7,
        ),
    ),
)
BALANCE = Row(
    "Prepayment and overage (Enterprise Agreements)",
    (
        one("Balance", "Monetary commitment that is left.", "azure_ea_ending_balance", NONE),
        one("Used", "Monetary commitment used in this billing period.", "azure_ea_utilized", NONE),
        one(
            "Overage",
            "Service overage and separately billed charges of this billing period.",
            "azure_ea_total_overage",
            NONE,
        ),
        (
            stat(
                "Days of prepayment left",
                "The balance divided by the usage per day; absent if nothing is left or nothing is used.",
                DAYS,
                Query(f"azure_ea:prepayment:days_left{{{MINE}}}", "{{account}}"),
                steps=((0, "red"), (7, "orange"), (30, "green")),
                no_value="no prepayment",
            ),
            6,
            4,
        ),
        (
            timeseries(
                "Balance and overage, $currency",
                "Monetary commitment that is left, and the charges of this month beyond it.",
                MONEY,
                Query(f"azure_ea_ending_balance{{{MINE}}}", "{{account}}, balance"),
                Query(f"azure_ea_total_overage{{{MINE}}}", "{{account}}, overage"),
            ),
            24,
            8,
        ),
    ),
)
