"""The section `partner_center` of the YAML."""

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, SecretStr, field_serializer, model_validator

from exporter.apis.budgets import Thresholds, defaults
from exporter.apis.fields import FilePath, SecretText, WebAddress, invalid
from exporter.apis.identity import CHINA, EntraSettings

GLOBAL_HOST = "https://api.partnercenter.microsoft.com"
CHINA_HOST = "https://partner.partnercenterapi.microsoftonline.cn"
SUBSCRIPTION_USAGE = "subscription_usagerecords"
"""The report that is read with `detail: subscriptions` alone."""
Mode = Literal["show", "hash", "omit"]


class Settings(EntraSettings):
    """One partner tenant, read with a user's delegated sign-in (App+User)."""

    advice: ClassVar[str] = "To sign in once: azure-billing-exporter login contoso-csp --config.file=config.yaml"
    examples: ClassVar[Mapping[str, Any]] = {
        "name": "contoso-csp",
        "tenant": "contosopartner.onmicrosoft.com",
        "client_secret_file": "/run/secrets/csp",
    }
    optional_secrets: ClassVar[frozenset[str]] = frozenset({"refresh_token", "customer_names_key"})
    report_options: ClassVar[Mapping[str, str]] = {SUBSCRIPTION_USAGE: "detail: subscriptions"}
    cloud_hosts: ClassVar[Mapping[str, str]] = {CHINA: CHINA_HOST}

    base_url: WebAddress = Field(GLOBAL_HOST, description="where the API is; default: that of `cloud`")
    refresh_token: SecretText | None = Field(
        None, description="the first refresh token, where `login` is not used", min_length=1
    )
    refresh_token_file: FilePath | None = Field(
        None,
        description="instead of `login`, for a token from a vault; its successors are stored",
        examples=["/run/secrets/csp-refresh-token"],
    )
    customer_names: Mode = Field(
        "show",
        description="customer_name and subscription_name: `show`, `hash` or `omit` them",
    )
    customer_names_key: SecretText | None = Field(
        None, description="the key of the hash, any text; required with `customer_names: hash`", min_length=1
    )
    customer_names_key_file: FilePath | None = Field(
        None,
        description="file with the key of the hash, any text; do not change it",
        examples=["/run/secrets/customer-names"],
    )
    detail: Literal["subscriptions"] | None = Field(
        None, description="`subscriptions` reads every customer's subscriptions too, with one request per customer"
    )
    requests_per_minute: int = Field(
        60, ge=1, le=6000, description="limit of each report that makes one request per customer"
    )
    budget_thresholds: Thresholds = Field(
        default_factory=defaults,
        description="shares of a customer's budget at which alerts fire, by severity (info, warning, critical); "
        "a severity that is left out has no alert",
    )
    max_series: int = Field(
        100_000,
        description="limit on the label sets of each report; the smallest beyond it are summed as `__other__`",
        ge=2,
    )

    @property
    def scope(self) -> str:
        """The delegated permission on the cloud's own API."""
        return f"{self.cloud_hosts.get(self.cloud, GLOBAL_HOST)}/user_impersonation"

    def reads(self, report: str) -> bool:
        return super().reads(report) and (report != SUBSCRIPTION_USAGE or self.detail == "subscriptions")

    @field_serializer("customer_names_key", when_used="json")
    def _hashed_key(self, key: SecretStr | None) -> str | None:
        """Another key gives other samples, which a masked key would not show."""
        return hashlib.sha256(key.get_secret_value().encode()).hexdigest() if key else None

    @model_validator(mode="after")
    def _a_key_for_the_hash(self) -> Self:
        if self.customer_names == "hash" and not (self.customer_names_key or self.customer_names_key_file):
            raise invalid("customer_names_key or customer_names_key_file is required with customer_names: hash")
        return self
