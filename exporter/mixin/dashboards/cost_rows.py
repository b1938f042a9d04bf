"""Rows of the dashboard *Azure billing / Cost* on what not every account has."""

from exporter.mixin.dashboards.board import Row
from exporter.mixin.dashboards.cost_panels import MINE
from exporter.mixin.dashboards.panels import DAYS, MONEY, RATIO, Query, timeseries
from exporter.mixin.dashboards.tables import limited, table
from exporter.mixin.recording.breakdowns import TARGET

UTILIZATION = ((0, "red"), (0.8, "orange"), (0.95, "green"))
DAYS_LEFT = ((0, "red"), (7, "orange"), (30, "transparent"))
OFFER = {
    "account": "Account",
    "publisher": "Publisher",
    "offer": "Offer",
    "plan": "Plan",
    "subscription_name": "Subscription",
    "currency": "Currency",
}
COMMITMENT = {
    "account": "Account",
    "commitment_type": "Type",
    "commitment_name": "Name",
    "currency": "Currency",
    "commitment_id": "Id",
}
IDS = {r"^.*\/([^\/]{8})[^\/]*$": "$1…"}
"""Ids of commitments end with a GUID, whose beginning is enough beside their names."""
BALANCES = {"account": "Account", "currency": "Currency"}


def _most(name: str, labels: dict[str, str]) -> str:
    return f"max by ({', '.join(labels)}) ({name}{{{MINE}}})"


OFFERED = f"sum by ({', '.join(OFFER)}) (max without ({TARGET}) (azure_marketplace_cost_month_to_date{{{MINE}}}))"
OFFERS = f"topk(100, {OFFERED})"
UNUSED = f"topk(100, {_most('azure_commitment_unused_cost_month_to_date', COMMITMENT)})"
MARKETPLACE = Row(
    "Marketplace",
    (
        (
            table(
                "Marketplace, $currency",
                "Charges of this billing period for the offers of third parties, which the other costs do not include.",
                OFFER,
                Query(OFFERS, "Cost"),
                Query(
                    f"{OFFERS} / on (account, currency) group_left () (sum by (account, currency) ({OFFERED}) > 0)",
                    "Share",
                ),
                sort="Cost",
                units={"Cost": MONEY, "Share": RATIO},
                gauges=("Share",),
                widths={"Account": 130, "Cost": 95, "Share": 120},
                empty="no charges for offers of third parties",
            ),
            24,
            7,
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
                COMMITMENT,
                Query(UNUSED, "Not used"),
                Query(
                    limited(_most("azure_commitment_cost_month_to_date", COMMITMENT), list(COMMITMENT), UNUSED),
                    "Cost",
                ),
                Query(
                    limited(_most("azure_commitment_utilization_ratio", COMMITMENT), list(COMMITMENT), UNUSED),
                    "Utilization",
                ),
                sort="Not used",
                units={"Utilization": RATIO, "Not used": MONEY, "Cost": MONEY},
                steps={"Utilization": UTILIZATION},
                gauges=("Utilization",),
                shortened={"Id": IDS},
                widths={"Account": 140, "Type": 110, "Id": 110, "Not used": 100, "Cost": 100, "Utilization": 160},
                empty="no reservations or savings plans",
            ),
            24,
            6,
        ),
    ),
)
BALANCE = Row(
    "Prepayment and overage (Enterprise Agreements)",
    (
        (
            table(
                "Prepayment, $currency",
                "Monetary commitment that is left and used in this billing period, the charges beyond it, and the days "
                "that the rest lasts at this rate; absent if nothing is left or nothing is used.",
                BALANCES,
                Query(_most("azure_ea:prepayment:days_left", BALANCES), "Days left"),
                Query(_most("azure_ea_ending_balance", BALANCES), "Balance"),
                Query(_most("azure_ea_utilized", BALANCES), "Used this month"),
                Query(_most("azure_ea_total_overage", BALANCES), "Overage"),
                sort="Days left",
                descending=False,
                units={"Days left": DAYS, "Balance": MONEY, "Used this month": MONEY, "Overage": MONEY},
                steps={"Days left": DAYS_LEFT},
                empty="no prepayment",
            ),
            24,
            5,
        ),
        (
            timeseries(
                "Balance and overage, $currency",
                "Monetary commitment that is left, and the charges of this month beyond it (dashed).",
                MONEY,
                Query(_most("azure_ea_ending_balance", BALANCES), "{{account}}, balance, {{currency}}"),
                Query(_most("azure_ea_total_overage", BALANCES), "{{account}}, overage, {{currency}}", dashed=True),
                interval="1h",
                wide=True,
                no_value="no prepayment",
            ),
            24,
            9,
        ),
    ),
)
