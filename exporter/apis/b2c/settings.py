"""The section `b2c` of the YAML."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from exporter.apis.b2c.graph import plan
from exporter.apis.b2c.prices import Prices
from exporter.apis.budgets import Budget, OneNameEach
from exporter.apis.checks import Finding
from exporter.apis.fields import Guid, Interval, Shown, Text, WebAddress, invalid, matching
from exporter.apis.identity import CHINA, USGOV, EntraIdentity, EntraSettings
from exporter.apis.settings import RequestBudget, Section

AZURE_AD_GRAPH = "https://graph.windows.net"
AZURE_AD_GRAPHS = {USGOV: "https://graph.microsoftazure.us", CHINA: "https://graph.chinacloudapi.cn"}
"""Azure AD Graph in the national clouds."""
MICROSOFT_GRAPH = "https://graph.microsoft.com"
MICROSOFT_GRAPHS = {USGOV: "https://graph.microsoft.us", CHINA: "https://microsoftgraph.chinacloudapi.cn"}
"""Microsoft Graph in the national clouds."""
BILL, ACTIVE_USERS, AUTHENTICATIONS = "bill", "monthlyActiveUsers", "b2cAuthenticationCountSummary"
PER_APPLICATION = frozenset({"b2cAuthenticationCount", "b2cMfaRequestCount"})
"""The reports that are read for each configured application, and for nothing else."""
LATEST_FINAL = timedelta(days=5)
"""A day is read from its beginning, so this leaves a day for interruptions."""


def final_in_time(value: timedelta) -> timedelta:
    """A lag that leaves time to read a day once more while the log has it."""
    if value >= LATEST_FINAL:
        raise invalid("must be below 5d: the audit log has entries of 7 days, and a day is read again when it is final")
    return value


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


class Users(Section):
    """How users are counted with `source: microsoft_graph`."""

    delta: Literal["auto", "never"] = Field(
        "auto",
        description="whether a count reads only what has changed, where the tenant allows it; that stores a hash of "
        "each user's id",
    )


class Settings(EntraSettings, EntraIdentity):
    """One Azure AD B2C or External ID tenant, read with an application's own identity."""

    examples: ClassVar[Mapping[str, Any]] = {
        "name": "contoso-b2c",
        "tenant": "contosob2c.onmicrosoft.com",
        "client_secret_file": "/run/secrets/b2c",
    }
    report_options: ClassVar[Mapping[str, str]] = {
        BILL: "prices",
        **dict.fromkeys(PER_APPLICATION, "applications"),
    }
    cloud_hosts: ClassVar[Mapping[str, str]] = MICROSOFT_GRAPHS

    source: Literal["azure_ad_graph", "microsoft_graph", "user_insights"] = Field(
        "microsoft_graph",
        description="what reports usage: the retired API Azure AD Graph; users and audit log of a B2C tenant in "
        "Microsoft Graph; the user insights of an External ID tenant",
    )
    base_url: WebAddress = Field(
        MICROSOFT_GRAPH, description="where the reports are, without a version; default: that of `source` and `cloud`"
    )
    resource: Annotated[str, matching(r"\S*[^\s/]", "an identifier such as https://graph.microsoft.com")] | None = (
        Field(
            None,
            description="resource of the token; a mirror may have its own; default: that of `source` and `cloud`",
            examples=[MICROSOFT_GRAPH],
        )
    )
    users: Users = Field(default=Users(), description="how users are counted with `source: microsoft_graph`")
    final_after: Annotated[Interval, AfterValidator(final_in_time)] = Field(
        timedelta(days=1),
        description="how late an entry of the audit log may be recorded; a day that has ended so long ago is final",
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
        description="the month's expected active users, for the estimate while they are not counted; required with a "
        "price per_monthly_active_user and `source: azure_ad_graph`, which never counts them",
        examples=[62_000],
    )

    budgets: Annotated[tuple[Budget, ...], OneNameEach] = Field(
        (), description="budgets for the month's bill, in the currency of `prices`", strict=False
    )

    @property
    def quotable(self) -> bool:
        return self.source == "azure_ad_graph"

    @property
    def request_id_header(self) -> str:
        """That of Microsoft Graph; none is documented for Azure AD Graph."""
        return "" if self.source == "azure_ad_graph" else "client-request-id"

    @property
    def scope(self) -> str:
        """The scope of the token, in msal's form."""
        if self.source == "azure_ad_graph":
            default = AZURE_AD_GRAPHS.get(self.cloud, AZURE_AD_GRAPH)
        else:
            default = MICROSOFT_GRAPHS.get(self.cloud, MICROSOFT_GRAPH)
        return f"{self.resource or default}/.default"

    @property
    def request_budget(self) -> RequestBudget | None:
        """Microsoft Graph limits reports by application and tenant, whichever account reads them.

        Accounts that name one tenant differently, by domain and by id, are not recognized as sharing it.
        """
        if self.source == "azure_ad_graph":
            return None
        key = f"application {self.client_id} in {self.tenant}".lower()
        return RequestBudget(key, 60 * plan.PER_MINUTE, burst=0)

    @property
    def counts_active_users(self) -> bool:
        """Whether active users are counted or reported, and read."""
        return self.source != "azure_ad_graph" and (self.reports is None or self.report(ACTIVE_USERS).enabled)

    @property
    def budget_names(self) -> tuple[str, ...]:
        return tuple(budget.name for budget in self.budgets)

    def shape(self, *keys: str) -> dict[str, object]:
        return super().shape(*keys) | ({} if self.source == "azure_ad_graph" else {"source": self.source})

    def described(self) -> Mapping[str, str]:
        found = dict(super().described())
        if self.source == "microsoft_graph":
            found["requests"] = plan.described(self.report(AUTHENTICATIONS).every or timedelta(hours=2))
        return found

    def reads(self, report: str) -> bool:
        needs: Mapping[str, object] = {
            BILL: self.prices,
            **dict.fromkeys(PER_APPLICATION, self.applications),
            ACTIVE_USERS: self.counts_active_users,
        }
        return super().reads(report) and bool(needs.get(report, True))

    def findings(self, now: datetime) -> Iterator[Finding]:
        yield from super().findings(now)
        for key in ("users", "final_after"):
            if key in self.model_fields_set and self.source != "microsoft_graph":
                yield Finding(key, "has no effect without `source: microsoft_graph`", warning=True)
        if self.source == "azure_ad_graph":
            text = "Azure AD Graph was retired in 2025; use microsoft_graph, or user_insights for an External ID tenant"
            yield Finding("source", text, warning=True)
        if self.source == "azure_ad_graph" and self.report(ACTIVE_USERS).model_fields_set:
            yield Finding(f"reports.{ACTIVE_USERS}", "has no effect with `source: azure_ad_graph`", warning=True)

    @model_validator(mode="before")
    @classmethod
    def _address_of_the_source(cls, given: Any) -> Any:
        """The address of the retired API, if that is the source."""
        if not isinstance(given, dict) or given.get("source") != "azure_ad_graph":
            return given
        cloud = given.get("cloud")
        address = AZURE_AD_GRAPHS.get(cloud) if isinstance(cloud, str) else None
        return {"base_url": address or AZURE_AD_GRAPH} | given

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
        if self.monthly_active_users is not None and not priced:
            raise invalid("monthly_active_users needs prices.per_monthly_active_user")
        if priced and self.monthly_active_users is None and not self.counts_active_users:
            why = "these reports have no active users" if self.source == "azure_ad_graph" else "they are not read"
            raise invalid(f"prices.per_monthly_active_user needs monthly_active_users: {why}")
        return self

    @model_validator(mode="after")
    def _budgets_have_a_bill(self) -> "Settings":
        if self.budgets and not self.prices:
            raise invalid("budgets need prices: without a price list nothing is estimated")
        return self
