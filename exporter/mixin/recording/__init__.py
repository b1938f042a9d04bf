"""The recorded series that dashboards and alerts use."""

from exporter.mixin.recording.breakdowns import BREAKDOWNS
from exporter.mixin.recording.budgets import BUDGETS
from exporter.mixin.recording.costs import COSTS
from exporter.mixin.recording.means import MEANS
from exporter.mixin.recording.periods import PERIODS
from exporter.mixin.rules import RuleFile

RECORDING = RuleFile(
    "recording",
    (PERIODS, BUDGETS, COSTS, BREAKDOWNS, MEANS),
    comment="""
    The series that dashboards and alerts use: the budgets and costs of all APIs in one form, always by currency.
    Labels: account and currency on all; budget, customer_id and customer_name (for Partner Center only), scope and
    time_grain (for budgets that are set in Azure only) on budgets. Times are UTC, and months are calendar months, as
    Microsoft bills.
    """,
)
