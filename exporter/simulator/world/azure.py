"""The company's Entra tenant: who reads its costs, and the scopes and the storage account that have them."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from exporter.simulator.world.catalogue import SUBSCRIPTIONS
from exporter.simulator.world.chance import guid, secret

BILLING = "/providers/Microsoft.Billing/billingAccounts"
SAS_VERSION = "2023-11-03"


@dataclass(frozen=True)
class ManagedIdentity:
    """An identity that Azure manages: the ids of its application and of its service principal."""

    client_id: str
    object_id: str
    resource_id: str


class AzureTenant:
    """The program and the managed identities of the tenant; every scope is the path that Azure Resource Manager has."""

    def __init__(self, seed: int, now: Callable[[], datetime], enrollment: str) -> None:
        self.seed = seed
        self.now = now
        self.tenant = "pedalwerke.onmicrosoft.com"
        self.tenant_id = guid(seed, "azure tenant")
        self.client_id = guid(seed, "azure client")
        self.client_secret = secret(seed, "azure")
        self.system_identity = self._identity("system")
        self.user_identity = self._identity("user")
        self.identity_header = guid(seed, "identity header")
        """The secret that an App Service gives to its own processes."""
        self.storage_account = "stpedalwerkecosts"
        self.container = "exports"
        self.billing_profile_name = "PDWK-WERK-BG7-PGB"
        self.billing_account_name = f"{guid(seed, 'mca')}:{guid(seed, 'mca organization')}_2019-05-31"
        self.subscription_ids: Mapping[str, str] = {one.name: guid(seed, one.name) for one in SUBSCRIPTIONS}
        """Those of the enrollment, by name."""
        self.enrollment = f"{BILLING}/{enrollment}"
        self.billing_account = f"{BILLING}/{self.billing_account_name}"
        self.billing_profile = f"{self.billing_account}/billingProfiles/{self.billing_profile_name}"
        self.management_group = "/providers/Microsoft.Management/managementGroups/pedalwerke"
        self.subscription = f"/subscriptions/{self.subscription_ids['Shop production']}"
        self.resource_group = f"{self.subscription}/resourceGroups/rg-shop-web"
        self.pay_as_you_go = f"/subscriptions/{guid(seed, 'Lab')}"
        self.identity = f"/subscriptions/{guid(seed, 'Identity')}"
        """The pay-as-you-go subscription that the customer directories are linked to."""
        self.sponsored = f"/subscriptions/{guid(seed, 'Sponsored')}"
        """A subscription with an offer that Cost Management does not support."""

    @property
    def scopes(self) -> Mapping[str, str]:
        """The scopes with costs, by what they are."""
        return {
            "enrollment": self.enrollment,
            "billing account": self.billing_account,
            "billing profile": self.billing_profile,
            "management group": self.management_group,
            "subscription": self.subscription,
            "resource group": self.resource_group,
            "pay-as-you-go": self.pay_as_you_go,
            "identity": self.identity,
        }

    @property
    def readers(self) -> frozenset[str]:
        """The applications that have roles on all scopes and on the storage account."""
        identities = (self.system_identity, self.user_identity)
        return frozenset({self.client_id, *(identity.client_id for identity in identities)})

    def sas(self, life: timedelta = timedelta(days=30), permissions: str = "rl") -> str:
        """A shared access signature of the container, as the query of a URL; valid from now for `life`."""
        fields = {"sv": SAS_VERSION, "sr": "c", "sp": permissions, "se": f"{self.now() + life:%Y-%m-%dT%H:%M:%SZ}"}
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items())
        return f"{query}&sig={quote(self.sas_signature(fields), safe='')}"

    def sas_signature(self, fields: Mapping[str, str]) -> str:
        """The signature over the other `fields` of a shared access signature."""
        signed = "\n".join(f"{name}={fields.get(name, '')}" for name in ("sv", "sr", "sp", "se"))
        key = secret(self.seed, "storage key").encode()
        return base64.b64encode(hmac.digest(key, signed.encode(), hashlib.sha256)).decode()

    def _identity(self, name: str) -> ManagedIdentity:
        path = f"{guid(self.seed, 'Headquarters')}/resourceGroups/rg-core"
        resource = f"/subscriptions/{path}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
        return ManagedIdentity(guid(self.seed, name, "client"), guid(self.seed, name, "principal"), resource)
