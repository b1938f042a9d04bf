"""Azure AD B2C usage reports (`graph.windows.net/{tenant}/reports`)."""

from pathlib import Path

from exporter.apis.api import Api
from exporter.apis.b2c.client import Client
from exporter.apis.b2c.collectors import (
    REPORTS,
    AuthenticationCount,
    AuthenticationCountSummary,
    Bill,
    MfaRequestCount,
    MfaRequestCountSummary,
    TenantUserCount,
)
from exporter.apis.b2c.settings import Settings
from exporter.auth import Credential
from exporter.auth.client_credentials import Assertion, Certificate, ClientCredentials
from exporter.auth.entra import ClientCredential, LoginHttp
from exporter.auth.secret import Secret
from exporter.model.collection import Collector
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


def collectors(settings: Settings, session: Session) -> tuple[Collector, ...]:
    """One collector per report; that of the bill needs prices."""
    client = Client(session, settings.tenant)
    usage = client, settings.max_keys, settings.shape("max_keys", "applications")
    reports = (
        TenantUserCount(*usage),
        AuthenticationCountSummary(*usage),
        MfaRequestCountSummary(*usage),
        AuthenticationCount(*usage, settings.applications),
        MfaRequestCount(*usage, settings.applications),
    )
    if not settings.prices:
        return reports
    shape = settings.shape("prices", "monthly_active_users", "budgets")
    return *reports, Bill(client, settings.prices, settings.monthly_active_users, settings.budgets, shape)


API = Api(
    name="b2c",
    title="Azure AD B2C",
    settings=Settings,
    reports=REPORTS,
    authenticate=authenticate,
    collectors=collectors,
)
