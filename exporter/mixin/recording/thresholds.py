"""The thresholds of budgets: the shares at which alerts fire, by severity."""

from collections.abc import Mapping

from exporter.mixin.rules import Severity

DEFAULTS: Mapping[Severity, str] = {"info": "0.5", "warning": "0.8", "critical": "1"}
"""Those of budgets without a published threshold."""
LEVELS: Mapping[Severity, int] = {"critical": 3, "warning": 2, "info": 1}
BAND = 0.02
"""Hysteresis: a used share that falls by as much or less counts as unchanged."""
