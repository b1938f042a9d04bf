"""Rows of the reports with costs: usage by any columns and days, marketplace, balance, prices and periods."""

from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter
from typing import Any

from exporter.apis.costs.records import SummedUsage
from exporter.apis.costs.usage_reports import PreviousUsageDetails, UsageReport
from exporter.apis.ea.client import Client
from exporter.apis.ea.collectors import BillingPeriods, MarketplaceCharges
from exporter.errors import Failure
from exporter.model.collection import Run, Validators
from exporter.model.families import Family, Labels, fold
from exporter.model.periods import DAY, Days, billing_month, period_name
from exporter.report.dated import Dated
from exporter.report.published import figure, published
from exporter.report.request import Request, UsageError
from exporter.report.table import CURRENCY, Column, Kind, Row, Table

UNIT = "unit_of_measure"
COST, QUANTITY, CHARGES = "cost", "quantity", "charges"


def usage(collector: UsageReport, request: Request, now: datetime, run: Run) -> Table:
    """A row for each set of labels, which are the configured ones or those of `--group-by`; `date` may be one.

    The charges for third parties' offers have rows of their own where usage has them. A sum with a row that states no
    cost is not known.
    """
    report = type(collector)(Dated(collector.client), collector.settings)
    found: list[SummedUsage] = []
    for days in _periods(collector, request.days, now):
        run.period = (period_name(days) or str(days)) if days else run.period
        try:
            found += report.summed(days, now, report.selection(), run, Validators())[0]
        except Failure as failure:
            failure.args = (f"{collector.titled(run)}: {failure}",)
            raise
    stated = any("publisher_type" in row.values for row in found)
    labels = Labels((*report.labels, *[CHARGES] * stated, CURRENCY), lambda row: _labels(row, stated))
    columns = [Column(COST, Kind.AMOUNT, summable=True), *[Column(QUANTITY, Kind.NUMBER)] * (UNIT in report.labels)]
    samples = fold(found, [Family(column.name, "", labels, attrgetter(column.name)) for column in columns])
    unknown = {_labels(row, stated) for row in found if row.unpriced}
    rows: list[Row] = []
    for key in dict.fromkeys(_labels(row, stated) for row in found):
        figures = {column.name: figure(samples[column.name].get(key)) for column in columns}
        rows.append(
            {**dict(zip(labels.names, key, strict=True)), **figures, **({COST: None} if key in unknown else {})}
        )
    return Table(collector.name, (*map(Column, labels.names), *columns), rows)


def _labels(row: SummedUsage, stated: bool) -> tuple[str, ...]:
    """The labels of a row, with whose charges it has where that is stated, and its currency."""
    charges = ("marketplace" if row.marketplace else "azure",) if stated else ()
    return (*row.labels, *charges, row.currency)


def _periods(collector: UsageReport, days: Days | None, now: datetime) -> Iterator[Days | None]:
    """The days that are read at once, each within a month; None for the current billing period."""
    if days is None and isinstance(collector, PreviousUsageDetails):
        days = billing_month(billing_month(now.date()).start - DAY)
    chosen = days or collector.settings.period
    yield from chosen.split(1) if chosen else [None]


def marketplace(collector: MarketplaceCharges, request: Request, now: datetime, run: Run) -> Table:
    """Charges by publisher, offer, plan and subscription."""
    if request.days:
        used = collector.settings.usage.model_copy(update={"period": request.days})
        settings = collector.settings.model_copy(update={"usage": used})
        return published(type(collector)(collector.client, settings), request, now, run)
    return published(collector, request, now, run)


def of_period(collector: Any, request: Request, now: datetime, run: Run) -> Table:
    """The balance or the prices of one billing period, by default the current one."""
    client = collector.client
    if request.days and not isinstance(client, Client):
        raise UsageError(f"argument --period: this API has {collector.name} of the current billing period only")
    if request.days and not period_name(request.days):
        raise UsageError(f"argument --since: {collector.name} has billing periods only; use --period, such as 202610")
    if request.days:
        client = client.of_period(request.days)
    return published(type(collector)(client, collector.settings), request, now, run)


def periods(collector: BillingPeriods, request: Request, now: datetime, run: Run) -> Table:
    """The billing periods that the enrollment has data for."""
    rows: list[Row] = []
    for period in collector.client.billing_periods():
        month = billing_month(period.start.date())
        rows.append({"billing_period": period.billing_period_id, "start": f"{month.start}", "end": f"{month.end}"})
    return Table(collector.name, tuple(map(Column, ("billing_period", "start", "end"))), rows)
