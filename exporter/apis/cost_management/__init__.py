"""Azure Cost Management: costs of every agreement, by Azure Resource Manager and from exports."""

from pathlib import Path

from exporter.apis.api import Api
from exporter.apis.cost_management.arm import NATIONAL, PUBLIC, Arm
from exporter.apis.cost_management.client import Client
from exporter.apis.cost_management.collectors import REPORTS
from exporter.apis.cost_management.downloads.cost_details import CostDetails
from exporter.apis.cost_management.downloads.download import Download
from exporter.apis.cost_management.downloads.query import Query
from exporter.apis.cost_management.endpoints import endpoints
from exporter.apis.cost_management.exports.directory import Directory
from exporter.apis.cost_management.exports.export import Export
from exporter.apis.cost_management.exports.source import Source
from exporter.apis.cost_management.exports.storage import Storage
from exporter.apis.cost_management.scope import Kind, Scope
from exporter.apis.cost_management.settings import Settings
from exporter.apis.cost_management.usage_settings import Export as Place
from exporter.auth import Credential
from exporter.auth.entra import LoginHttp
from exporter.auth.per_origin import PerOrigin
from exporter.auth.sas import Sas
from exporter.transport.session import Session

STORAGE_SCOPE = "https://storage.azure.com/.default"
"""The same in all clouds."""
NOWHERE = Scope("", Kind.OTHER)
"""For an export alone, which has no reports of a scope."""


def authenticate(settings: Settings, http: LoginHttp, tokens: Path) -> Credential:
    """A token for Azure Resource Manager and, for an export in a storage account, its SAS or a token."""
    credentials: dict[str, Credential] = {}
    identity, export = settings.identity, settings.usage.export
    if identity:
        resource = NATIONAL.get(identity.cloud, PUBLIC)
        credentials[settings.base_url] = identity.credential(http, f"{resource}/.default")
    if export and export.url:
        if export.given("sas"):
            credentials[export.url] = Sas(export.secret("sas"))
        elif identity:
            credentials[export.url] = identity.credential(http, STORAGE_SCOPE)
    return PerOrigin(credentials)


def client(settings: Settings, session: Session, storage: Path) -> Client:
    """The scope's costs, and the resources about it."""
    arm = Arm(session, settings.place or NOWHERE, settings.client_type)
    return Client(arm, download(settings, arm), settings.usage.cost, settings.currency)


def download(settings: Settings, arm: Arm) -> Download:
    """The configured way to read costs."""
    match settings.usage.download:
        case "query":
            return Query(arm)
        case "cost_details":
            return CostDetails(arm)
        case _:
            return Export(source(settings.usage.export, arm.session))


def source(export: Place | None, session: Session) -> Source:
    """Where the export's files are."""
    if export is None:
        raise AssertionError("the settings require it")
    return Directory(export.path) if export.path else Storage(session.at(export.container), export.prefix)


API = Api(
    name="cost_management",
    title="Cost Management",
    settings=Settings,
    reports=REPORTS,
    authenticate=authenticate,
    client=client,
    endpoints=endpoints,
    permissions="docs/cost-management.md#roles",
)
