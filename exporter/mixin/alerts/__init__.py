"""The alerts about what Microsoft bills, and about the exporter itself, with the series that they read."""

from exporter.mixin.alerts import (
    b2c,
    budgets,
    collectors,
    commitments,
    costs,
    credentials,
    customers,
    limits,
    prepayment,
    process,
)
from exporter.mixin.recording.budgets import BUDGETS
from exporter.mixin.recording.costs import COSTS
from exporter.mixin.recording.customer_pace import CUSTOMER_PACE
from exporter.mixin.recording.customers import CUSTOMER_BUDGETS, WITHOUT_BUDGET
from exporter.mixin.recording.days import DAYS
from exporter.mixin.recording.pace import BUDGET_PACE
from exporter.mixin.recording.periods import PERIODS
from exporter.mixin.recording.prepayment import PREPAYMENT
from exporter.mixin.recording.sources import SOURCES
from exporter.mixin.rules import Group, RuleFile

BILLING = RuleFile(
    "alerts",
    (
        Group("azure-billing-budgets", (*BUDGETS, *budgets.ALERTS, *commitments.ALERTS, *b2c.ALERTS)),
        Group("azure-billing-customer-budgets", (*CUSTOMER_BUDGETS, *customers.ALERTS)),
        Group("azure-billing-customer-pace", (*CUSTOMER_PACE, *customers.PACES)),
        Group(
            "azure-billing-periods",
            (*PERIODS, *COSTS, *BUDGET_PACE, *PREPAYMENT, *budgets.PACES, *prepayment.ALERTS),
        ),
        Group(
            "azure-billing-days",
            (*DAYS, *costs.ALERTS, *b2c.JUMPS, *WITHOUT_BUDGET, *customers.WITHOUT_A_BUDGET),
            interval="3m",
            comment="Reading four weeks of every meter is expensive, so these rules are evaluated less often.",
        ),
    ),
    comment="""
    The budgets and costs of all APIs in one form, always by currency, and the alerts that read them. Labels: account
    and currency on all; budget, customer_id and customer_name (for Partner Center only), scope and time_grain (for
    budgets that are set in Azure only) on budgets. Times are UTC, and months are calendar months, as Microsoft bills.
    The rules of a group are evaluated in their order, and none reads what another group records. Severities: page
    someone for critical, handle warning during working hours, review info from time to time. docs/runbook.md describes
    what to do about each alert. Of the alerts about thresholds of the same budget only the most severe one fires.
    """,
)

EXPORTER = RuleFile(
    "exporter",
    (
        Group(
            "azure-billing-exporter",
            (*process.ALERTS, *collectors.ALERTS, *credentials.ALERTS, *limits.ALERTS),
        ),
        Group(
            "azure-billing-sources",
            (*SOURCES, *collectors.LATE),
            interval="3m",
            comment="Reading six weeks of every report is expensive, so these rules are evaluated less often.",
        ),
    ),
    comment="Alerts about the exporter itself. The label collector names the report.",
)

FILES = (BILLING, EXPORTER)
"""The rule files with alerts."""
