"""The identities with which accounts get tokens of Microsoft Entra ID."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from exporter.apis.checks import Finding
from exporter.apis.fields import (
    FilePath,
    Guid,
    LoginAddress,
    SecretText,
    Shown,
    Tenant,
    invalid,
    is_guid,
    managed_identity,
)
from exporter.apis.settings import AccountSettings, Secrets
from exporter.auth import Credential
from exporter.auth.client_credentials import Assertion, Certificate, ClientCredentials
from exporter.auth.entra import ClientCredential, LoginHttp
from exporter.auth.managed_identity import ManagedIdentity
from exporter.auth.secret import Secret
from exporter.errors import Rejected

USGOV, CHINA = "usgov", "china"
LOGIN_HOSTS = {USGOV: "https://login.microsoftonline.us", CHINA: "https://login.partner.microsoftonline.cn"}
"""The login hosts of the national clouds."""
CLOUDS = {host: cloud for cloud, host in LOGIN_HOSTS.items()} | {"https://login.chinacloudapi.cn": CHINA}
"""The national clouds by login host."""
WEBHOOK = 'which the webhook of Microsoft Entra Workload ID sets for pods labelled azure.workload.identity/use: "true"'


class EntraApplication(Secrets):
    """A registered application of a tenant, with its client secret."""

    tenant: Annotated[Tenant | None, Shown.SET] = Field(None, description="domain or id of the tenant")
    client_id: Annotated[Guid | None, Shown.SET] = Field(None, description="id of the application")
    client_secret: SecretText | None = Field(None, description="client secret of the application", min_length=1)
    client_secret_file: Annotated[FilePath | None, Shown.SET] = Field(None, description="file with the client secret")
    authority: LoginAddress = Field(
        "https://login.microsoftonline.com", description="login host; default: that of `cloud`"
    )
    cloud: Literal["global", "usgov", "china"] = Field("global", description="cloud of the tenant; sets the addresses")

    cloud_hosts: ClassVar[Mapping[str, str]] = {}
    """Base URLs of the API in national clouds, if they differ from the global one."""

    @model_validator(mode="before")
    @classmethod
    def _addresses_of_the_cloud(cls, given: Any) -> Any:
        """Addresses default to those of the cloud."""
        cloud = given.get("cloud") if isinstance(given, dict) else None
        if not isinstance(cloud, str):
            return given
        addresses = {"authority": LOGIN_HOSTS.get(cloud), "base_url": cls.cloud_hosts.get(cloud)}
        return {name: address for name, address in addresses.items() if address} | given

    def findings(self, now: datetime) -> Iterator[Finding]:
        yield from (found := list(super().findings(now)))
        if self.tenant and "." not in self.tenant and not is_guid(self.tenant):
            yield Finding("tenant", "is neither a domain, such as contoso.onmicrosoft.com, nor the id of a tenant")
        key = "client_secret_file" if self.client_secret_file else "client_secret"
        readable = self.given("client_secret") and key not in {one.key for one in found}
        if readable and is_guid(self.secret("client_secret").read()):
            yield Finding(key, "is a GUID, like the id of a secret: use the secret's value", warning=True)

    @property
    def tenant_authority(self) -> str:
        """The authority for msal: the login host and the tenant."""
        return self.authority if urlsplit(self.authority).path else f"{self.authority}/{self.tenant}"


class EntraIdentity(EntraApplication):
    """An application's own identity, proven by a secret, a certificate, an assertion, or that of a Kubernetes pod."""

    optional_secrets: ClassVar[frozenset[str]] = frozenset({"client_secret", "certificate", "certificate_passphrase"})
    binary_secrets: ClassVar[frozenset[str]] = frozenset({"certificate"})
    methods: ClassVar[tuple[str, ...]] = ("client_secret", "certificate", "client_assertion_file", "workload")
    """The keys of which exactly one says how the identity is proven; a secret may be in a file."""
    variables: ClassVar[Mapping[str, str]] = {
        "client_id": "AZURE_CLIENT_ID",
        "client_assertion_file": "AZURE_FEDERATED_TOKEN_FILE",
    }
    """The environment variables of what `workload` does not require in the configuration, by key."""

    certificate: SecretText | None = Field(
        None, description="instead of client_secret: a certificate and its private key, PEM", min_length=1
    )
    certificate_file: Annotated[FilePath | None, Shown.INSTEAD] = Field(
        None,
        description="instead of client_secret: certificate and private key, PEM or PFX",
        examples=["/run/secrets/certificate.pfx"],
    )
    certificate_passphrase: SecretText | None = Field(
        None, description="the passphrase of the certificate's private key", min_length=1
    )
    certificate_passphrase_file: Annotated[FilePath | None, Shown.INSTEAD] = Field(
        None, description="passphrase of the private key, if it is encrypted", examples=["/run/secrets/pfx"]
    )
    client_assertion_file: Annotated[FilePath | None, Shown.INSTEAD] = Field(
        None,
        description="instead of client_secret: a federated assertion of another issuer",
        examples=["/run/secrets/assertion.jwt"],
    )
    workload: Annotated[bool | None, Shown.INSTEAD] = Field(
        None,
        description="instead of client_secret: Microsoft Entra Workload ID of Kubernetes, as its webhook sets it up",
        examples=[True],
    )

    def credential(self, http: LoginHttp, scope: str) -> Credential:
        """The credential for a scope, such as `https://management.azure.com/.default`; sends no request."""
        return ClientCredentials(
            http,
            authority=self.tenant_authority,
            client_id=self.client_id or "",
            client_credential=self._proof(),
            scope=scope,
        )

    def findings(self, now: datetime) -> Iterator[Finding]:
        found = list(super().findings(now))
        yield from found
        if not self.given("certificate") or any(finding.key.startswith("certificate") for finding in found):
            return
        key = "certificate_file" if self.certificate_file else "certificate"
        try:
            begins, ends = self._certificate().validity()
        except Rejected as error:
            yield Finding(key, str(error))
        else:
            if ends <= now:
                yield Finding(key, f"expired on {ends:%Y-%m-%d}")
            elif begins > now:
                yield Finding(key, f"is not valid before {begins:%Y-%m-%d %H:%M} UTC")

    def _certificate(self) -> Certificate:
        return Certificate(self.secret("certificate"), self.secret("certificate_passphrase"))

    def _proof(self) -> ClientCredential:
        if self.given("certificate"):
            return self._certificate()
        if self.client_assertion_file:
            return Assertion(Secret(path=self.client_assertion_file))
        return self.secret("client_secret")

    def _chosen(self, method: str) -> bool:
        return bool(dict(self)[method] or dict(self).get(f"{method}_file"))

    @model_validator(mode="before")
    @classmethod
    def _variables_of_the_webhook(cls, given: Any, info: ValidationInfo) -> Any:
        """With `workload`, what the configuration omits is in the environment: the context of the validation."""
        if not isinstance(given, dict) or given.get("workload") is not True:
            return given
        if "client_assertion_file" in given:
            raise invalid("client_assertion_file and workload exclude each other")
        environment: Mapping[str, str] = info.context or {}
        found = {key: environment.get(name, "") for key, name in cls.variables.items() if key not in given}
        for key, text in found.items():
            if not text:
                instead = "" if key == "client_assertion_file" else f"; or set {key}"
                raise invalid(f"workload needs the environment variable {cls.variables[key]}, {WEBHOOK}{instead}")
        if "cloud" not in given and (host := environment.get("AZURE_AUTHORITY_HOST")):
            found |= {"authority": host, "cloud": CLOUDS.get(host.rstrip("/"), "global")}
        return found | given

    @model_validator(mode="after")
    def _one_method(self) -> "EntraIdentity":
        chosen = [method for method in self.methods if self._chosen(method)]
        if self.workload:
            chosen = [method for method in chosen if method != "client_assertion_file"]
        if not chosen:
            raise invalid(f"one of {', '.join(self.methods[:-1])} and {self.methods[-1]} is required")
        if len(chosen) > 1:
            raise invalid(f"{' and '.join(chosen)} exclude each other")
        if self.given("certificate_passphrase") and not self.given("certificate"):
            raise invalid("certificate_passphrase without a certificate")
        return self


class Identity(EntraIdentity):
    """The section `identity` of an account: an application of a tenant, or the managed identity of this machine."""

    examples: ClassVar[Mapping[str, Any]] = {"client_secret_file": "/run/secrets/costs"}
    methods: ClassVar[tuple[str, ...]] = (*EntraIdentity.methods, "managed")
    variables: ClassVar[Mapping[str, str]] = {**EntraIdentity.variables, "tenant": "AZURE_TENANT_ID"}

    managed: Annotated[bool | str | None, BeforeValidator(managed_identity), Shown.INSTEAD] = Field(
        None,
        description="instead of all others: the machine's managed identity, `true` for the system-assigned one, or the "
        "client id of a user-assigned one",
        examples=[True],
    )

    @property
    def directory(self) -> str:
        """A key for what all accounts of a tenant share; managed identities belong to the tenant of the machine."""
        return self.tenant.lower() if self.tenant else "managed identity"

    @property
    def described(self) -> str:
        """Where tokens come from, for `check-config`."""
        if self.managed:
            return "managed identity of this machine" if self.managed is True else f"managed identity {self.managed}"
        return self.tenant_authority

    def credential(self, http: LoginHttp, scope: str) -> Credential:
        if self.managed:
            return ManagedIdentity(http, scope=scope, client_id="" if self.managed is True else str(self.managed))
        return super().credential(http, scope)

    @model_validator(mode="after")
    def _of_a_tenant_or_the_machine(self) -> "Identity":
        for key in ("tenant", "client_id"):
            given = dict(self)[key]
            if self.managed and given:
                instead = "; a user-assigned identity is managed: <client id>" if key == "client_id" else ""
                raise invalid(f"managed and {key} exclude each other{instead}")
            if not self.managed and not given:
                raise invalid(f"{key} is required")
        return self


class EntraSettings(EntraApplication, AccountSettings):
    """An account whose tokens come from Microsoft Entra ID."""

    tenant: Tenant = Field(description="domain or id of the tenant")
    client_id: Guid = Field(description="id of the application")

    @property
    def default_name(self) -> str:
        return self.tenant

    @property
    def login_address(self) -> str:
        return self.authority

    @property
    def scope(self) -> str:
        """The scope of the token."""
        raise NotImplementedError

    def described(self) -> Mapping[str, str]:
        return {**super().described(), "login": self.tenant_authority, "scope": self.scope}
