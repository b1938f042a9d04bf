"""The recorded series that dashboards and alerts use."""

from exporter.mixin.recording.breakdowns import BREAKDOWNS
from exporter.mixin.recording.customers import SHOWN
from exporter.mixin.rules import RuleFile

RECORDING = RuleFile(
    "recording",
    (SHOWN, *BREAKDOWNS),
    comment="""
    Series that only dashboards use. Those that alerts use as well are in the groups of these alerts: the rules of a
    group are evaluated in their order, so that an alert never reads what was recorded before.
    """,
)
