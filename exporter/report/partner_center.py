"""Rows of Partner Center's usage records."""

from datetime import datetime

from exporter.apis.partner_center.collectors import UsageRecords
from exporter.apis.partner_center.records import CustomerUsage
from exporter.model.collection import Run
from exporter.report.published import rows_of
from exporter.report.request import Request
from exporter.report.table import Table


def customers(collector: UsageRecords, request: Request, now: datetime, run: Run) -> Table:
    """A row for each customer and currency; with `--over-budget` of those who have spent more than their budget."""
    records = [record for record in collector.collect(now, run) if isinstance(record, CustomerUsage)]
    unknown = [one.id for one in records if one.has_budget and over_budget(one) is None]
    if request.over_budget and unknown:
        run.warn(f"usagerecords: whether {len(unknown)} customers are over their budget is not known")
    return rows_of(collector, [one for one in records if not request.over_budget or over_budget(one)])


def over_budget(customer: CustomerUsage) -> bool | None:
    """Whether more than the budget is spent; None if that is not known, False without a budget.

    Amounts decide before the stated share, which Microsoft rounds.
    """
    if not customer.has_budget:
        return False
    if customer.total_cost is not None and customer.budget is not None:
        return customer.total_cost > customer.budget
    return None if customer.used_ratio is None else customer.used_ratio > 1
