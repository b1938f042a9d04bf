"""Enterprise Agreement reporting APIs (`consumption.azure.com`)."""

from pathlib import Path

from exporter.apis.api import Api
from exporter.apis.ea.client import Client
from exporter.apis.ea.collectors import REPORTS
from exporter.apis.ea.settings import Settings
from exporter.auth import Credential
from exporter.auth.api_key import ApiKey
from exporter.auth.entra import LoginHttp
from exporter.model.collection import Collector
from exporter.transport.session import Session


def authenticate(settings: Settings, http: LoginHttp, tokens: Path) -> Credential:
    """The enrollment's API access key; nobody is asked for a token."""
    return ApiKey(settings.secret("api_key"))


def collectors(settings: Settings, session: Session) -> tuple[Collector, ...]:
    """One collector per report."""
    client = Client(session, settings)
    return tuple(report(client) for report in REPORTS)


API = Api(
    name="ea",
    title="Enterprise Agreement",
    settings=Settings,
    reports=REPORTS,
    authenticate=authenticate,
    collectors=collectors,
)
