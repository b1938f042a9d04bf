"""The section `b2c` of the YAML."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field, model_validator

from exporter.apis.b2c.prices import Prices
from exporter.apis.fields import Guid, Shown, Text, WebAddress, invalid, matching
from exporter.apis.identity import CHINA, USGOV, EntraIdentity, EntraSettings
from exporter.apis.settings import Budget, OneNameEach, Section

GRAPH = "https://graph.windows.net"
BILL = "bill"
PER_APPLICATION = frozenset({"b2cAuthenticationCount", "b2cMfaRequestCount"})
"""The reports that are read for each configured application, and for nothing else."""


class Application(Section):
    """An application of the tenant whose activity is published separately."""

    id: Guid = Field(description="the application's id, which is its client id")
    name: Text | None = Field(None, description="the `application` label; default: the id", examples=["Web shop"])

    @property
    def label(self) -> str:
        """The value of the label `application`."""
        return self.name or self.id

    @property
    def described(self) -> str:
        """Its name, where it has one, and its id."""
        return f"{self.name} ({self.id})" if self.name else self.id


class Settings(EntraSettings, EntraIdentity):
    """One Azure AD B2C tenant, read with an application's own identity."""

    examples: ClassVar[Mapping[str, Any]] = {
        "name": "contoso-b2c",
        "tenant": "contosob2c.onmicrosoft.com",
        "client_secret_file": "/run/secrets/b2c",
    }
    report_options: ClassVar[Mapping[str, str]] = {BILL: "prices", **dict.fromkeys(PER_APPLICATION, "applications")}
    cloud_hosts: ClassVar[Mapping[str, str]] = {
        USGOV: "https://graph.microsoftazure.us",
        CHINA: "https://graph.chinacloudapi.cn",
    }

    base_url: WebAddress = Field(
        GRAPH, description="where the reports are, without a version; default: that of `cloud`"
    )
    resource: Annotated[str, matching(r"\S*[^\s/]", "an identifier such as https://graph.windows.net")] | None = Field(
        None,
        description="resource of the token; a mirror may have its own; default: the cloud's",
        examples=[GRAPH],
    )
    applications: Annotated[tuple[Application, ...], Field(strict=False)] = Field(
        (), description="applications that are read one by one and published separately"
    )
    max_keys: Annotated[int, Field(gt=0)] = Field(
        50,
        description="the most providers, flows or methods; more are folded into `__other__`",
    )
    prices: Prices | None = Field(None, description="the price lists for the estimate of the month's bill")
    monthly_active_users: Annotated[Annotated[int, Field(ge=0)] | None, Shown.INSTEAD] = Field(
        None,
        description="the month's active users, which no report states; required with a price per_monthly_active_user",
        examples=[62_000],
    )

    budgets: Annotated[tuple[Budget, ...], OneNameEach] = Field(
        (), description="budgets for the month's bill, in the currency of `prices`", strict=False
    )

    @property
    def scope(self) -> str:
        """The scope of the token, in msal's form."""
        return f"{self.resource or self.cloud_hosts.get(self.cloud, GRAPH)}/.default"

    @property
    def budget_names(self) -> tuple[str, ...]:
        return tuple(budget.name for budget in self.budgets)

    def reads(self, report: str) -> bool:
        needs = self.prices if report == BILL else self.applications if report in PER_APPLICATION else True
        return super().reads(report) and bool(needs)

    @model_validator(mode="before")
    @classmethod
    def _not_managed(cls, given: Any) -> Any:
        if isinstance(given, dict) and "managed" in given:
            raise invalid(f"a managed identity can't be in a B2C tenant; use one of {', '.join(cls.methods)}")
        return given

    @model_validator(mode="after")
    def _applications_once(self) -> "Settings":
        for application, count in Counter(application.id.lower() for application in self.applications).items():
            if count > 1:
                raise invalid(f"applications: {application} is listed {count} times")
        return self

    @model_validator(mode="after")
    def _active_users_have_a_price(self) -> "Settings":
        priced = bool(self.prices and self.prices.per_monthly_active_user)
        if priced != (self.monthly_active_users is not None):
            raise invalid("monthly_active_users and prices.per_monthly_active_user need each other")
        return self

    @model_validator(mode="after")
    def _budgets_have_a_bill(self) -> "Settings":
        if self.budgets and not self.prices:
            raise invalid("budgets need prices: without a price list nothing is estimated")
        return self
