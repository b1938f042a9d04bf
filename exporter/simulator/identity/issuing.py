"""Tokens of the company's managed identities."""

from collections.abc import Mapping
from dataclasses import dataclass

from exporter.simulator.login.tokens import Tokens
from exporter.simulator.switches import Switches
from exporter.simulator.world import World
from exporter.simulator.world.azure import ManagedIdentity

RESOURCES = (
    "https://management.azure.com",
    "https://management.core.windows.net",
    "https://storage.azure.com",
    "https://graph.microsoft.com",
)


@dataclass(frozen=True)
class Issuing:
    """The system-assigned identity of the machine, and one that a user assigned to it."""

    world: World
    tokens: Tokens
    switches: Switches

    def identity(self, wanted: Mapping[str, str], resource_id: str) -> ManagedIdentity | None:
        """The identity that a request names by an id, by default the system's; `resource_id` is the name of one."""
        tenant = self.world.azure
        for identity in (tenant.system_identity, tenant.user_identity):
            names = {
                "client_id": identity.client_id,
                "object_id": identity.object_id,
                "principal_id": identity.object_id,
                resource_id: identity.resource_id,
            }
            stated = [name for name in names if name in wanted]
            if not stated:
                return tenant.system_identity
            if all(wanted[name].lower() == names[name].lower() for name in stated):
                return identity
        return None

    def knows(self, resource: str) -> bool:
        """Whether there are tokens for a resource; a slash at its end makes no difference."""
        return resource.rstrip("/") in RESOURCES

    def token(self, identity: ManagedIdentity, resource: str) -> str:
        """A token whose audience is `resource` as it was requested."""
        tenant = self.world.azure
        claims = {
            "iss": f"https://sts.windows.net/{tenant.tenant_id}/",
            "aud": resource,
            "appid": identity.client_id,
            "oid": identity.object_id,
            "tid": tenant.tenant_id,
            "idtyp": "app",
            "xms_mirid": identity.resource_id,
        }
        return self.tokens.issue(claims, self.switches.managed_identity_lifetime)
