"""The report of prices."""

import hashlib
from abc import abstractmethod
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar

from exporter.apis.costs import metrics
from exporter.apis.costs.client import UsageClient
from exporter.apis.costs.records import Price
from exporter.apis.costs.reports import Report
from exporter.apis.costs.settings import CostSettings
from exporter.errors import Reason, Rejected
from exporter.model.collection import Run, Validators
from exporter.model.families import Family


class PriceClient(UsageClient):
    """Prices, and usage, which has the meters that are in use."""

    @abstractmethod
    def price_sheet(self, validators: Validators) -> Iterable[Price]:
        """The prices of the current billing period; raises `NotModified` or a `Failure`."""


class PriceSheet(Report[PriceClient, CostSettings]):
    """Prices of the current billing period; one sheet per period, so once a day is enough."""

    name: ClassVar[str] = "pricesheet"
    fresh_every: ClassVar[timedelta] = timedelta(hours=24)
    families: ClassVar[tuple[Family, ...]] = metrics.PRICES
    shaped_by: ClassVar[tuple[str, ...]] = (*Report.shaped_by, "prices")

    def records(self, now: datetime, run: Run) -> Iterable[Price]:
        if self.settings.prices == "all":
            return self.client.price_sheet(run.validators)
        used = {meter.lower() for meter in self.client.meters_in_use(now.date()) or _published_meters(run)}
        if not used:
            text = "there is no usage yet, so the meters in use are not known; wait for it, or set `prices: all`"
            raise Rejected(text, Reason.NOT_FOUND)
        run.validators.require("meters", hashlib.sha256(" ".join(sorted(used)).encode()).hexdigest())
        return [price for price in self.client.price_sheet(run.validators) if (price.meter_id or "").lower() in used]


def _published_meters(run: Run) -> frozenset[str]:
    """The meters whose prices are published: while a period has no usage yet, those of the one before."""
    family = metrics.PRICES[0]
    samples = run.published.samples.get(family.name, {}) if run.published else {}
    return frozenset(key[family.labels.names.index("meter_id")] for key in samples)
