"""Partner Center usage records (`api.partnercenter.microsoft.com/v1/customers/usagerecords`)."""

from pathlib import Path

from exporter.apis.api import Api
from exporter.apis.partner_center import metrics
from exporter.apis.partner_center.client import Client
from exporter.apis.partner_center.collectors import REPORTS
from exporter.apis.partner_center.settings import Settings
from exporter.auth import AuthBase
from exporter.auth.entra import LoginHttp
from exporter.auth.refresh_token import RefreshToken
from exporter.model.collection import Collector
from exporter.transport.session import Session

SCOPE = "https://api.partnercenter.microsoft.com/user_impersonation"


def authenticate(settings: Settings, http: LoginHttp, tokens: Path) -> AuthBase:
    """A person's delegated token (App+User); its refresh token is kept below `tokens`."""
    return RefreshToken(
        http,
        authority=settings.tenant_authority,
        client_id=settings.client_id,
        client_credential=settings.secret("client_secret"),
        scope=SCOPE,
        first=settings.secret("refresh_token"),
        kept=tokens / f"{settings.client_id}@{settings.tenant}.json",
    )


def collectors(settings: Settings, session: Session) -> tuple[Collector, ...]:
    """One collector per report."""
    client = Client(session)
    return tuple(report(client) for report in REPORTS)


API = Api(
    name="partner_center",
    title="Partner Center",
    settings=Settings,
    reports=REPORTS,
    families=metrics.FAMILIES,
    authenticate=authenticate,
    collectors=collectors,
)
