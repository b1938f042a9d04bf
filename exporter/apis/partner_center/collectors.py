"""One class per report."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from exporter.apis.partner_center import metrics
from exporter.apis.partner_center.client import Client
from exporter.apis.partner_center.records import CustomerMonthlyUsageRecord
from exporter.model.collection import Collector, Validators
from exporter.model.families import Family
from exporter.model.periods import instant


@dataclass(frozen=True, slots=True)
class UsageRecords(Collector):
    """Every customer's spending and budget; rated usage is documented to arrive within about a day."""

    client: Client

    name: ClassVar[str] = "usagerecords"
    fresh_every: ClassVar[timedelta] = timedelta(hours=3)
    families: ClassVar[tuple[Family, ...]] = metrics.FAMILIES

    def collect(self, now: datetime, validators: Validators) -> Iterable[CustomerMonthlyUsageRecord]:
        return self.client.customer_usage_records()

    def stands_for(self, record: CustomerMonthlyUsageRecord) -> datetime | None:
        return instant(record.last_modified_date) if record.last_modified_date else None


REPORTS = (UsageRecords,)
