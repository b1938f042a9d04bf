"""The section `cost_management` of the YAML."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, ClassVar

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from exporter.apis.budgets import OneNameEach, Thresholds, defaults
from exporter.apis.cost_management.arm import NATIONAL, PUBLIC
from exporter.apis.cost_management.columns import COLUMNS, DEFAULT_QUERY
from exporter.apis.cost_management.scope import Kind, Scope
from exporter.apis.cost_management.usage_settings import Usage
from exporter.apis.costs.settings import CostSettings, UsageBudget
from exporter.apis.fields import Currency, Guid, Shown, Text, WebAddress, invalid, matching
from exporter.apis.identity import Identity
from exporter.apis.settings import RequestBudget

SCOPES = (
    "enrollment",
    "billing_account",
    "billing_profile",
    "management_group",
    "subscription",
    "resource_group",
    "scope",
)
"""The keys that name a scope; `billing_profile` and `resource_group` are parts of another one."""
OF_COSTS = frozenset({"usage", "usage_previous_month", "commitments"})
"""The reports that an export alone is enough for."""
REPORT_KINDS: Mapping[str, frozenset[Kind]] = {
    "balances": frozenset({Kind.ENROLLMENT}),
    "pricesheet": frozenset({Kind.ENROLLMENT, Kind.BILLING_PROFILE}),
}
"""The scopes of the reports that not every scope has."""
WITHOUT_REPORTS = frozenset({Kind.MANAGEMENT_GROUP, Kind.RESOURCE_GROUP})
"""The scopes that have no cost details reports."""
Name = Annotated[str, matching(r"[^/?#\s]+", "a name or an id without / ? # and blanks")]


class ScopeBudget(UsageBudget):
    """A limit for the month, for the rows that match all of `where`; third parties' offers are not included."""

    columns: ClassVar[Mapping[str, Any]] = COLUMNS
    examples: ClassVar[Mapping[str, Any]] = {
        "name": "platform",
        "amount": Decimal("12000.00"),
        "where": {"resource_group": "platform", "tag_env": "prod"},
    }


class Settings(CostSettings):
    """One scope: an enrollment, a billing account or profile, a management group, a subscription or resource group."""

    examples: ClassVar[Mapping[str, Any]] = {"name": "contoso"}
    least_throttled_seconds: ClassVar[float] = 60.0
    report_options: ClassVar[Mapping[str, str]] = {
        "balances": "an enrollment and an identity",
        "pricesheet": "an enrollment or billing profile, and an identity",
    }

    base_url: WebAddress = Field(PUBLIC, description="Azure Resource Manager; default: that of `cloud`")
    enrollment: Annotated[Name | None, Shown.SET] = Field(
        None, description="number of an Enterprise Agreement, in quotes", examples=["100"]
    )
    billing_account: Annotated[Name | None, Shown.INSTEAD] = Field(
        None,
        description="id of a billing account of a Microsoft Customer Agreement",
        examples=["00000000-0000-0000-0000-000000000000:00000000-0000-0000-0000-000000000000_2019-05-31"],
    )
    billing_profile: Annotated[Name | None, Shown.INSTEAD] = Field(
        None, description="one billing profile of billing_account", examples=["ABCD-EFGH-BG7-PGB"]
    )
    management_group: Annotated[Name | None, Shown.INSTEAD] = Field(
        None, description="id of a management group", examples=["platform"]
    )
    subscription: Annotated[Guid | None, Shown.INSTEAD] = Field(None, description="id of a subscription")
    resource_group: Annotated[Name | None, Shown.INSTEAD] = Field(
        None, description="one resource group of subscription", examples=["shop"]
    )
    scope: Annotated[Text | None, Shown.INSTEAD] = Field(
        None,
        description="path of any other scope",
        examples=["/providers/Microsoft.Billing/billingAccounts/100/departments/7"],
    )
    identity: Annotated[Identity | None, Shown.SET] = Field(
        None, description="who reads; not needed for an export alone that is in a directory or has a SAS"
    )
    usage: Usage = Field(default=Usage(), description="how costs are read")
    currency: Currency | None = Field(
        None, description="currency of the budgets below; required if costs are in several currencies"
    )
    budgets: Annotated[tuple[ScopeBudget, ...], OneNameEach] = Field(
        (), description="budgets for the month; Azure's own budgets are read automatically", strict=False
    )
    azure_budget_thresholds: Thresholds = Field(
        default_factory=defaults,
        description="shares of Azure's own budgets at which alerts fire, by severity (info, warning, critical); "
        "a severity that is left out has no alert",
    )
    client_type: Annotated[str, matching(r"[A-Za-z0-9._-]{1,64}", "a name without blanks")] = Field(
        "azure-billing-exporter",
        description="name by which Cost Management counts requests; each has a quota of its own",
    )
    requests_per_hour: int = Field(
        300, ge=1, le=3600, description="requests that all accounts of the tenant may send together; the lowest applies"
    )

    @model_validator(mode="before")
    @classmethod
    def _defaults(cls, given: Any) -> Any:
        """The address of the cloud, the download of the scope, and the labels of the download."""
        if not isinstance(given, dict):
            return given
        identity, usage = given.get("identity"), given.get("usage", {})
        cloud = identity.get("cloud") if isinstance(identity, dict) else None
        address = NATIONAL.get(cloud) if isinstance(cloud, str) else None
        filled = ({"base_url": address} if address else {}) | given
        if not isinstance(usage, dict):
            return filled
        default = "export" if "export" in usage else "cost_details" if _is_billing(given) else "query"
        usage = {"download": default} | usage
        labels = {"labels": DEFAULT_QUERY} if usage["download"] == "query" else {}
        return filled | {"usage": labels | usage}

    @field_validator("base_url")
    @classmethod
    def _without_scope(cls, value: str) -> str:
        if found := re.search(r"/(subscriptions|providers)(/|$)", value, re.IGNORECASE):
            raise invalid(f"must not contain /{found[1]}: the exporter adds the scope")
        return value

    @property
    def scope_keys(self) -> Mapping[str, str]:
        """The keys that name the scope, with their values; empty for an export alone."""
        return {name: value for name, value in self if name in SCOPES and value is not None}

    @cached_property
    def place(self) -> Scope | None:
        """The scope that is read; None for an export alone."""
        return Scope.from_keys(self.scope_keys) if self.scope_keys else None

    @property
    def default_name(self) -> str:
        if self.place:
            return self.place.path.rpartition("/")[2]
        return self.usage.export.place.rpartition("/")[2] if self.usage.export else ""

    def shape(self, *keys: str) -> dict[str, object]:
        scope = self.place.path if self.place else self.usage.export.place if self.usage.export else ""
        return super().shape(*keys) | {"identity": scope, "cost": self.usage.cost}

    @property
    def login_address(self) -> str:
        return self.identity.authority if self.identity else self.base_url

    @property
    def shares_meters(self) -> bool:
        """As its base; queries have few groupings, so the price sheet asks for the meters itself."""
        return super().shares_meters and self.usage.download != "query"

    @property
    def request_budget(self) -> RequestBudget | None:
        return RequestBudget(self.identity.directory, self.requests_per_hour) if self.identity else None

    @property
    def request_id_header(self) -> str:
        """That of Azure Resource Manager, and of storage accounts."""
        return "x-ms-client-request-id"

    def described(self) -> Mapping[str, str]:
        found = {"scope": self.place.path} if self.place else {}
        if self.usage.export:
            found["export"] = self.usage.export.place
        if self.identity:
            found |= {"API": self.base_url, "login": self.identity.described}
        return found

    @classmethod
    def needs(cls, report: str) -> str:
        return "" if report in OF_COSTS else super().needs(report) or "a scope and an identity"

    def reads(self, report: str) -> bool:
        return super().reads(report) and (report in OF_COSTS or self._serves(report))

    def _serves(self, report: str) -> bool:
        """Whether the scope has the report, and there is an identity to read it."""
        if not self.place or not self.identity:
            return False
        kinds = REPORT_KINDS.get(report)
        return kinds is None or self.place.kind in kinds

    @model_validator(mode="after")
    def _readable(self) -> "Settings":
        export = self.usage.export
        if not self.scope_keys and not export:
            raise invalid(f"one of {', '.join(SCOPES)} is required, or usage.export")
        _ = self.place
        if self.usage.download == "cost_details" and self.place and self.place.kind in WITHOUT_REPORTS:
            raise invalid(f"usage.download: a {self.place.kind} has no cost_details; use query, or an export")
        if not self.identity and not (export and (export.path or export.given("sas"))):
            raise invalid("identity is required")
        return self


def _is_billing(given: Mapping[str, Any]) -> bool:
    """Whether the keys name a scope of a billing account, as far as they can be understood."""
    keys = {name: str(given[name]) for name in SCOPES if given.get(name) is not None}
    try:
        return Scope.from_keys(keys).is_billing
    except PydanticCustomError:
        return False
