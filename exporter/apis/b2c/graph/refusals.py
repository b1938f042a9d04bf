"""The meaning of what Microsoft Graph refuses, and what to do about it."""

from dataclasses import dataclass

from exporter.auth import CLIENT_ID
from exporter.errors import Reason, Rejected

GRAPH_ID = "00000003-0000-0000-c000-000000000000"
"""The application id of Microsoft Graph, in every cloud."""
NOT_SERVED = "authentication_requestfromnonpremiumtenantorb2ctenant"
"""The code for a report that this kind of tenant does not have."""


@dataclass(frozen=True, slots=True)
class Permission:
    """An application permission of Microsoft Graph; `role` is the id of its app role, where that is documented."""

    name: str
    role: str = ""

    @property
    def argument(self) -> str:
        """The permission for `az ad app permission add --api-permissions`; az finds an id that is not documented."""
        by_name = f"$(az ad sp show --id {GRAPH_ID} --query \"appRoles[?value=='{self.name}'].id\" --output tsv)"
        return f"{self.role or by_name}=Role"


@dataclass(frozen=True, slots=True)
class Resource:
    """What is read, the permissions that reading it takes, and what to do where the tenant does not have it."""

    name: str
    permissions: tuple[Permission, ...]
    instead: str

    def missing_permission(self, client_id: str) -> str:
        """Which permissions the application needs, and the commands that grant them."""
        names = " and ".join(permission.name for permission in self.permissions)
        arguments = " ".join(permission.argument for permission in self.permissions)
        plural = "s" if len(self.permissions) > 1 else ""
        return (
            f"the application needs the application permission{plural} {names} of Microsoft Graph, with an "
            "administrator's consent, which takes minutes to become effective: "
            f"az ad app permission add --id {client_id} --api {GRAPH_ID} --api-permissions {arguments}; "
            f"az ad app permission admin-consent --id {client_id}"
        )


USERS = Resource("users", (Permission("User.Read.All"),), "disable the report")
AUDIT_LOG = Resource(
    "audit log", (Permission("AuditLog.Read.All"), Permission("Directory.Read.All")), "disable the reports that read it"
)
USER_INSIGHTS = Resource(
    "user insights",
    (Permission("Insights-UserMetric.Read.All", "34cbd96c-d824-4755-90d3-1008ef47efc1"),),
    "they exist for Entra External ID: for a B2C tenant set `source: microsoft_graph`",
)


def explained(refused: Rejected, resource: Resource, application: str = "") -> Rejected:
    """The same refusal, with what to do about it where that is known; `application` is the client id, if known."""
    return refused.with_advice(_advice(refused, resource, application or CLIENT_ID))


def _advice(refused: Rejected, resource: Resource, client_id: str) -> str:
    if refused.code.lower() == NOT_SERVED:
        return f"this tenant has no {resource.name}: {resource.instead}"
    return resource.missing_permission(client_id) if refused.reason is Reason.FORBIDDEN else ""
