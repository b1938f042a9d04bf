"""Which reports have rows of their own, and the options that they have; all others have what is published."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exporter.apis.api import AccountReport
from exporter.apis.b2c.collectors import ApplicationReport, Summary, TenantUserCount
from exporter.apis.costs.prices import PriceSheet
from exporter.apis.costs.usage_reports import UsageReport
from exporter.apis.ea.collectors import BalanceSummaries, BillingPeriods, MarketplaceCharges
from exporter.apis.partner_center.collectors import UsageRecords
from exporter.model.collection import Collector, Run
from exporter.report import b2c, costs, partner_center
from exporter.report.published import published
from exporter.report.request import APPLICATION, DAYS, GROUP_BY, OVER_BUDGET, Request
from exporter.report.table import Table


@dataclass(frozen=True, slots=True)
class Reader:
    """How the rows of some reports are read, and the options that select among them.

    With `groups` it reads the columns of `--group-by` itself.
    """

    reports: tuple[type[Collector], ...]
    rows: Callable[[Any, Request, datetime, Run], Table]
    options: frozenset[str]
    groups: bool = False


READERS = (
    Reader((TenantUserCount, Summary), b2c.daily, frozenset({DAYS, GROUP_BY})),
    Reader((ApplicationReport,), b2c.of_applications, frozenset({DAYS, GROUP_BY, APPLICATION})),
    Reader((UsageReport,), costs.usage, frozenset({DAYS, GROUP_BY}), groups=True),
    Reader((MarketplaceCharges,), costs.marketplace, frozenset({DAYS, GROUP_BY})),
    Reader((BalanceSummaries, PriceSheet), costs.of_period, frozenset({DAYS})),
    Reader((BillingPeriods,), costs.periods, frozenset()),
    Reader((UsageRecords,), partner_center.customers, frozenset({OVER_BUDGET, GROUP_BY})),
    Reader((AccountReport,), published, frozenset({GROUP_BY})),
)
"""The first one that has the report reads it."""


def reader(report: type[Collector]) -> Reader:
    """How the rows of a report are read."""
    return next(one for one in READERS if issubclass(report, one.reports))
