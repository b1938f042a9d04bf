"""The families of Cost Management; those of every bill are in `exporter.apis.costs.metrics`."""

from operator import attrgetter

from exporter.apis.cost_management.commitment_records import CommitmentUse
from exporter.apis.cost_management.records import AzureBudget, ExportResource, MonthForecast
from exporter.model.budgets import Threshold
from exporter.model.families import Family, Labels, Lasts

COMMITMENT = {
    "commitment_type": "commitment.type",
    "commitment_id": "commitment.id",
    "commitment_name": "commitment.name",
}
COMMITMENTS = (
    Family(
        "azure_commitment_cost_month_to_date",
        "Amortized cost of a reservation or savings plan in the current month so far, used or not. "
        "Refreshed in the background.",
        Labels.from_attributes(**COMMITMENT, currency="currency"),
        attrgetter("cost"),
        source=CommitmentUse,
    ),
    Family(
        "azure_commitment_unused_cost_month_to_date",
        "Amortized cost of the part of a reservation or savings plan that nothing used in the current month so far. "
        "Refreshed in the background.",
        Labels.from_attributes(**COMMITMENT, currency="currency"),
        attrgetter("unused"),
        source=CommitmentUse,
    ),
    Family(
        "azure_commitment_utilization_ratio",
        "Share of the amortized cost of a reservation or savings plan that was used in the current month so far; "
        "1 is all of it. Refreshed in the background.",
        Labels.from_attributes(**COMMITMENT, currency="currency"),
        attrgetter("utilization"),
        source=CommitmentUse,
        foldable=False,
    ),
)

BUDGET = Labels.from_attributes(budget="budget", scope="scope", time_grain="time_grain", currency="currency")
BUDGETS = (
    Family(
        "azure_budget_amount",
        "Limit of a budget that is set in Azure, for each period of the length that the label time_grain names. "
        "Refreshed in the background.",
        BUDGET,
        attrgetter("amount"),
        source=AzureBudget,
        foldable=False,
    ),
    Family(
        "azure_budget_spent",
        "Cost so far that a budget set in Azure covers, in its current period. Azure evaluates it once a day. "
        "Refreshed in the background.",
        BUDGET,
        attrgetter("spent"),
        source=AzureBudget,
        foldable=False,
    ),
    Family(
        "azure_budget_used_ratio",
        "Spent share of a budget that is set in Azure, in its current period; 1 is the whole budget. "
        "Refreshed in the background.",
        BUDGET,
        attrgetter("used_ratio"),
        source=AzureBudget,
        foldable=False,
    ),
    Family(
        "azure_budget_forecast",
        "Microsoft's forecast of what will be spent of a budget at the end of its period. Only budgets with an alert "
        "on the forecast have it. Refreshed in the background.",
        BUDGET,
        attrgetter("forecast"),
        source=AzureBudget,
        foldable=False,
        lasts=Lasts.RUN,
    ),
    Family(
        "azure_budget_end_timestamp_seconds",
        "When a budget that is set in Azure ends and is no longer evaluated, in Unix seconds. "
        "Refreshed in the background.",
        BUDGET,
        attrgetter("ends"),
        max,
        source=AzureBudget,
        foldable=False,
    ),
)

BUDGET_THRESHOLDS = (
    Family(
        "azure_budget_threshold_ratio",
        "Share of a budget that is set in Azure at which an alert of this severity fires. Refreshed in the background.",
        Labels.from_attributes(severity="severity"),
        attrgetter("ratio"),
        source=Threshold,
        foldable=False,
        lasts=Lasts.RUN,
    ),
)

FORECAST = (
    Family(
        "azure_cost_forecast_month",
        "Microsoft's forecast of the cost of the whole current month: the cost of the days so far and the forecast of "
        "the others. Refreshed in the background.",
        Labels.from_attributes(currency="currency"),
        attrgetter("cost"),
        source=MonthForecast,
        lasts=Lasts.RUN,
    ),
)

EXPORT = Labels.from_attributes(export="name")
EXPORTS = (
    Family(
        "azure_cost_export_last_run_timestamp_seconds",
        "When the newest run of an export at the scope was submitted, in Unix seconds. Refreshed in the background.",
        EXPORT,
        attrgetter("last_run"),
        max,
        source=ExportResource,
        lasts=Lasts.RUN,
    ),
    Family(
        "azure_cost_export_last_run_success",
        "1 if the newest run of an export at the scope ended well, 0 if it failed, absent while it is not over. "
        "Refreshed in the background.",
        EXPORT,
        attrgetter("succeeded"),
        min,
        source=ExportResource,
        lasts=Lasts.RUN,
    ),
    Family(
        "azure_cost_export_next_run_timestamp_seconds",
        "When an export at the scope is expected to run next, in Unix seconds. Refreshed in the background.",
        EXPORT,
        attrgetter("next_run"),
        max,
        source=ExportResource,
        lasts=Lasts.RUN,
    ),
)
