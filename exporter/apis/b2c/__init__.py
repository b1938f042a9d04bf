"""Azure AD B2C usage reports (`graph.windows.net/{tenant}/reports`)."""

from pathlib import Path

from exporter.apis.api import Api
from exporter.apis.b2c import metrics
from exporter.apis.b2c.client import Client
from exporter.apis.b2c.collectors import REPORTS
from exporter.apis.b2c.settings import Settings
from exporter.auth import Credential
from exporter.auth.client_credentials import ClientCredentials
from exporter.auth.entra import LoginHttp
from exporter.model.collection import Collector
from exporter.transport.session import Session

SCOPE = "https://graph.windows.net/.default"


def authenticate(settings: Settings, http: LoginHttp, tokens: Path) -> Credential:
    """The application's own token for Azure AD Graph."""
    return ClientCredentials(
        http,
        authority=settings.tenant_authority,
        client_id=settings.client_id,
        client_secret=settings.secret("client_secret"),
        scope=SCOPE,
    )


def collectors(settings: Settings, session: Session) -> tuple[Collector, ...]:
    """One collector per report."""
    client = Client(session, settings.tenant)
    return tuple(report(client) for report in REPORTS)


API = Api(
    name="b2c",
    title="Azure AD B2C",
    settings=Settings,
    reports=REPORTS,
    families=metrics.FAMILIES,
    authenticate=authenticate,
    collectors=collectors,
)
