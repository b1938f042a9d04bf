"""Partner Center usage records (`api.partnercenter.microsoft.com/v1/customers/usagerecords`)."""

from collections.abc import Callable
from pathlib import Path

from exporter.apis.api import Api
from exporter.apis.partner_center.client import Client
from exporter.apis.partner_center.collectors import REPORTS
from exporter.apis.partner_center.endpoints import endpoints
from exporter.apis.partner_center.reading.names import Naming
from exporter.apis.partner_center.settings import Settings
from exporter.auth.entra import LoginHttp
from exporter.auth.refresh_token import RefreshToken
from exporter.auth.sign_in import SignIn
from exporter.auth.token_file import TokenFile
from exporter.transport.session import Session


def authenticate(settings: Settings, http: LoginHttp, tokens: Path) -> RefreshToken:
    """A user's delegated token (App+User); its refresh token is stored below `tokens`."""
    return RefreshToken(
        http,
        authority=settings.tenant_authority,
        client_id=settings.client_id,
        client_credential=settings.secret("client_secret"),
        scope=settings.scope,
        first=settings.secret("refresh_token"),
        kept=TokenFile(tokens / f"{settings.client_id}@{settings.tenant}.json"),
        account=settings.account,
    )


def sign_in(settings: Settings, http: LoginHttp, report: Callable[[str], object]) -> SignIn:
    """The interactive sign-in whose refresh token `authenticate` uses; `report` gets messages about outages."""
    return SignIn(
        http,
        authority=settings.tenant_authority,
        client_id=settings.client_id,
        client_secret=settings.secret("client_secret"),
        scope=settings.scope,
        report=report,
    )


def client(settings: Settings, session: Session, storage: Path) -> Client:
    """The account's API."""
    naming = Naming(settings.customer_names, settings.secret("customer_names_key"))
    return Client(session, account=settings.account, naming=naming)


API = Api(
    name="partner_center",
    title="Partner Center",
    settings=Settings,
    reports=REPORTS,
    authenticate=authenticate,
    client=client,
    endpoints=endpoints,
    permissions="docs/partner-center.md#permissions",
)
