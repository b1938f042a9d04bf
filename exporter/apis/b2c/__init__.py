"""Azure AD B2C usage reports (`graph.windows.net/{tenant}/reports`)."""

from pathlib import Path

from exporter.apis.api import Api
from exporter.apis.b2c.client import Client
from exporter.apis.b2c.collectors import REPORTS
from exporter.apis.b2c.settings import Settings
from exporter.auth import Credential
from exporter.auth.client_credentials import Assertion, Certificate, ClientCredentials
from exporter.auth.entra import ClientCredential, LoginHttp
from exporter.auth.secret import Secret
from exporter.transport.session import Session


def authenticate(settings: Settings, http: LoginHttp, tokens: Path) -> Credential:
    """The application's own token for Azure AD Graph."""
    return ClientCredentials(
        http,
        authority=settings.tenant_authority,
        client_id=settings.client_id,
        client_credential=client_credential(settings),
        scope=settings.scope,
    )


def client_credential(settings: Settings) -> ClientCredential:
    """The one of the three methods that is configured."""
    if settings.given("certificate"):
        return Certificate(settings.secret("certificate"), settings.secret("certificate_passphrase"))
    if settings.given("client_assertion"):
        return Assertion(Secret(path=settings.client_assertion_file))
    return settings.secret("client_secret")


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
