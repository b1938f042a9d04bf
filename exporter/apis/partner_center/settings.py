"""The section `partner_center` of the YAML."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar, Literal, Self

from pydantic import Field, SecretStr, field_serializer, model_validator

from exporter.apis.fields import FilePath, SecretText, WebAddress, invalid
from exporter.apis.partner_center.collectors import SubscriptionUsageRecords
from exporter.apis.partner_center.names import Mode
from exporter.apis.settings import CHINA, EntraSettings

GLOBAL_HOST = "https://api.partnercenter.microsoft.com"
CHINA_HOST = "https://partner.partnercenterapi.microsoftonline.cn"


class Settings(EntraSettings):
    """One partner tenant, read with a person's delegated sign-in (App+User)."""

    optional_secrets: ClassVar[frozenset[str]] = frozenset({"refresh_token", "customer_names_key"})
    report_options: ClassVar[Mapping[str, str]] = {SubscriptionUsageRecords.name: "detail: subscriptions"}
    cloud_hosts: ClassVar[Mapping[str, str]] = {CHINA: CHINA_HOST}

    base_url: WebAddress = Field(GLOBAL_HOST, description="where the API is; default: the cloud's")
    refresh_token: SecretText | None = Field(
        None, description="the first refresh token, for those who do not use `login`", min_length=1
    )
    refresh_token_file: FilePath | None = Field(
        None, description="a file that holds it; its successors are stored under `storage.path`"
    )
    customer_names: Mode = Field("show", description="what the labels with names hold: the name, a hash, nothing")
    customer_names_key: SecretText | None = Field(
        None, description="any text that nobody knows, for `customer_names: hash`", min_length=1
    )
    customer_names_key_file: FilePath | None = Field(None, description="a file that holds it")
    detail: Literal["subscriptions"] | None = Field(
        None, description="`subscriptions` reads every customer's subscriptions too, with one request per customer"
    )
    requests_per_minute: int = Field(
        60, ge=1, le=6000, description="the budget of each report that makes one request per customer"
    )
    max_series: int = Field(
        100_000, description="label sets of each report; the smallest of more become `__other__`", ge=2
    )

    @property
    def scope(self) -> str:
        """The delegated permission on the cloud's own API."""
        return f"{self.cloud_hosts.get(self.cloud, GLOBAL_HOST)}/user_impersonation"

    @property
    def detail_over(self) -> timedelta:
        """The span that the requests of `detail` are spread over: half of its interval."""
        every = self.reports.subscription_usagerecords.every
        return (every or SubscriptionUsageRecords.fresh_every) / 2

    def reads(self, report: str) -> bool:
        return super().reads(report) and (report != SubscriptionUsageRecords.name or self.detail == "subscriptions")

    @field_serializer("customer_names_key", when_used="json")
    def _hashed_key(self, key: SecretStr | None) -> str | None:
        """Another key makes other samples, and a masked one would not show it."""
        return hashlib.sha256(key.get_secret_value().encode()).hexdigest() if key else None

    @model_validator(mode="after")
    def _a_key_for_the_hash(self) -> Self:
        if self.customer_names == "hash" and not (self.customer_names_key or self.customer_names_key_file):
            raise invalid("customer_names_key or customer_names_key_file is required with customer_names: hash")
        return self
