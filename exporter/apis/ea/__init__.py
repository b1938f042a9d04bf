"""Enterprise Agreement reporting APIs (`consumption.azure.com`)."""

from collections.abc import Mapping
from pathlib import Path

from exporter.apis.api import Api
from exporter.apis.ea.client import Client, Download
from exporter.apis.ea.collectors import BalanceSummaries, BillingPeriods, MarketplaceCharges, PriceSheet
from exporter.apis.ea.settings import Settings, Usage
from exporter.apis.ea.usage.csv_async import CsvAsync
from exporter.apis.ea.usage.csv_stream import CsvStream, Timeouts
from exporter.apis.ea.usage.json_pages import JsonPages
from exporter.apis.ea.usage_reports import PreviousUsageDetails, UsageDetails
from exporter.auth import Credential
from exporter.auth.api_key import ApiKey
from exporter.auth.entra import LoginHttp
from exporter.model.collection import Collector
from exporter.transport.session import Session

REPORTS = (UsageDetails, PreviousUsageDetails, BalanceSummaries, MarketplaceCharges, PriceSheet, BillingPeriods)


def authenticate(settings: Settings, http: LoginHttp, tokens: Path) -> Credential:
    """The enrollment's API access key; no token is requested."""
    return ApiKey(settings.secret("api_key"))


def collectors(settings: Settings, session: Session) -> tuple[Collector, ...]:
    """One collector per report."""
    usage, in_use = settings.usage, settings.prices == "used"
    client = Client(
        session,
        enrollment=settings.enrollment,
        version=settings.api_version,
        download=download(usage, session),
        currency=settings.currency,
    )

    def common(*shaped_by: str) -> tuple[Client, Mapping[str, object], int]:
        return client, settings.shape("currency", "usage.max_series", *shaped_by), usage.max_series

    current = common("usage.labels", "usage.tags", "usage.period", "usage.days_late", "budgets")
    previous = common("usage.labels", "usage.tags")
    labels = usage.labels, usage.tags, usage.days_late
    return (
        UsageDetails(*current, *labels, usage.period, settings.budgets, in_use and settings.reads("pricesheet")),
        PreviousUsageDetails(*previous, *labels, usage.settled_day),
        BalanceSummaries(*common(), settings.enrollment),
        MarketplaceCharges(*common("usage.period"), usage.period),
        PriceSheet(*common("prices"), in_use),
        BillingPeriods(*common()),
    )


def download(usage: Usage, session: Session) -> Download:
    """The configured way to read usage details."""
    timeouts = Timeouts(usage.first_byte.total_seconds(), usage.download_timeout.total_seconds())
    match usage.download:
        case "json":
            return JsonPages(session)
        case "csv":
            return CsvStream(session, timeouts)
        case "csv_async":
            return CsvAsync(session, timeouts)


API = Api(
    name="ea",
    title="Enterprise Agreement",
    settings=Settings,
    reports=REPORTS,
    authenticate=authenticate,
    collectors=collectors,
)
