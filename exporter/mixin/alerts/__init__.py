"""The alerts about what Microsoft bills, and about the exporter itself."""

from exporter.mixin.alerts import (
    b2c,
    budgets,
    collectors,
    commitments,
    costs,
    credentials,
    limits,
    prepayment,
    process,
)
from exporter.mixin.rules import Group, RuleFile

BILLING = RuleFile(
    "alerts",
    (
        Group("azure-billing-budget-alerts", (*budgets.ALERTS, *prepayment.ALERTS, *commitments.ALERTS)),
        Group("azure-billing-usage-alerts", (*costs.ALERTS, *b2c.ALERTS)),
    ),
    comment="""
    Severities: page someone for critical, handle warning during working hours, review info from time to time.
    docs/runbook.md describes what to do about each alert. A budget that has passed 100 % has also passed 50 % and 80 %:
    prometheus/alertmanager.yml inhibits the less severe alerts.
    """,
)

EXPORTER = RuleFile(
    "exporter",
    (
        Group(
            "azure-billing-exporter-alerts",
            (*process.ALERTS, *collectors.ALERTS, *credentials.ALERTS, *limits.ALERTS),
        ),
    ),
    comment="Alerts about the exporter itself. The label collector names the report.",
)

FILES = (BILLING, EXPORTER)
"""The rule files with alerts."""
