"""Enterprise Agreement reporting APIs (`consumption.azure.com`)."""

from pathlib import Path

from exporter.apis.api import Api
from exporter.apis.ea.client import Client, Download
from exporter.apis.ea.collectors import REPORTS
from exporter.apis.ea.endpoints import endpoints
from exporter.apis.ea.settings import Settings, Usage
from exporter.apis.ea.usage.csv_async import CsvAsync
from exporter.apis.ea.usage.csv_stream import CsvStream, Timeouts
from exporter.apis.ea.usage.json_pages import JsonPages
from exporter.auth import Credential
from exporter.auth.api_key import ApiKey
from exporter.auth.entra import LoginHttp
from exporter.transport.session import Session


def authenticate(settings: Settings, http: LoginHttp, tokens: Path) -> Credential:
    """The enrollment's API access key; no token is requested."""
    return ApiKey(settings.secret("api_key"))


def client(settings: Settings, session: Session, storage: Path) -> Client:
    """The enrollment's reports."""
    return Client(
        session,
        enrollment=settings.enrollment,
        version=settings.api_version,
        download=download(settings.usage, session),
        currency=settings.currency,
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
    client=client,
    endpoints=endpoints,
    permissions="docs/enterprise-agreement.md#permissions",
)
