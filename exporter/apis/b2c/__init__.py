"""Azure AD B2C usage reports (`graph.windows.net/{tenant}/reports`)."""

from pathlib import Path

from exporter.apis.api import Api
from exporter.apis.b2c.client import Client
from exporter.apis.b2c.collectors import REPORTS
from exporter.apis.b2c.settings import Settings
from exporter.auth import Credential
from exporter.auth.entra import LoginHttp
from exporter.transport.session import Session


def authenticate(settings: Settings, http: LoginHttp, tokens: Path) -> Credential:
    """The application's own token for Azure AD Graph."""
    return settings.credential(http, settings.scope)


def client(settings: Settings, session: Session) -> Client:
    """The tenant's reports."""
    return Client(session, settings.tenant)


API = Api(
    name="b2c",
    title="Azure AD B2C",
    settings=Settings,
    reports=REPORTS,
    authenticate=authenticate,
    client=client,
)
