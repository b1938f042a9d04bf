"""Usage of Azure AD B2C and External ID: usage reports, Microsoft Graph or user insights."""

import hashlib
from pathlib import Path
from urllib.parse import quote

from exporter.apis.api import Api
from exporter.apis.b2c.availability import KNOWN
from exporter.apis.b2c.client import Client
from exporter.apis.b2c.collectors import REPORTS
from exporter.apis.b2c.endpoints import endpoints
from exporter.apis.b2c.graph.client import GraphReports
from exporter.apis.b2c.graph.counts import DailyCounts
from exporter.apis.b2c.graph.users import GraphUsers
from exporter.apis.b2c.insights.client import InsightsReports
from exporter.apis.b2c.records import UserCount
from exporter.apis.b2c.reports import Reports
from exporter.apis.b2c.settings import Settings
from exporter.auth import Credential
from exporter.auth.entra import LoginHttp
from exporter.transport.session import Session


def authenticate(settings: Settings, http: LoginHttp, tokens: Path) -> Credential:
    """The application's own token for the source of the usage."""
    return settings.credential(http, settings.scope)


def client(settings: Settings, session: Session, storage: Path) -> Reports:
    """The tenant's usage, from the configured source; only those with no past of their own store anything."""
    match settings.source:
        case "azure_ad_graph":
            return Client(session, settings.tenant)
        case "user_insights":
            return InsightsReports(session, DailyCounts(database(settings, storage)))
        case "microsoft_graph":
            counts = DailyCounts(database(settings, storage))
            # Users have a limit of their own, in resource units, which paging does not reach.
            users = GraphUsers(
                session.unpaced(),
                counts,
                tenant=settings.tenant,
                delta=settings.users.delta == "auto",
                every=settings.report(UserCount.report).every,
            )
            return GraphReports(session, counts, users, final_after=settings.final_after)


def database(settings: Settings, storage: Path) -> Path:
    """The file with the account's counts; another tenant or source under the same name has another file."""
    identity = f"{settings.source} {settings.base_url} {settings.tenant}".lower()
    name = quote(settings.account, safe="")[:100]
    return storage / "b2c" / f"{name}-{hashlib.sha256(identity.encode()).hexdigest()[:16]}.db"


API = Api(
    name="b2c",
    title="Azure AD B2C and External ID",
    settings=Settings,
    reports=REPORTS,
    authenticate=authenticate,
    client=client,
    endpoints=endpoints,
    permissions="docs/b2c.md#permissions",
    known=KNOWN,
)
