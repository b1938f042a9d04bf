"""The section `b2c` of the YAML."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from exporter.apis.checks import Finding
from exporter.apis.fields import Currency, FilePath, Guid, SecretText, Text, WebAddress, invalid, matching, money
from exporter.apis.settings import CHINA, USGOV, Budget, EntraSettings, OneNameEach, Section
from exporter.auth.client_credentials import Certificate
from exporter.errors import Rejected

GRAPH = "https://graph.windows.net"
BILL = "bill"
UNIT_PRICE = "a price such as 0.0055"
PER_APPLICATION = frozenset({"b2cAuthenticationCount", "b2cMfaRequestCount"})
"""The reports that are read for each configured application, and for nothing else."""


def unit_price(value: object) -> Decimal:
    """A price as it is written: 0.0055 is 0.0055 and not the nearest double."""
    price = money(value, UNIT_PRICE)
    if not price.is_finite() or not 0 <= price < 10**9:
        raise invalid(f"must be {UNIT_PRICE}")
    return price


class PriceTier(Section):
    """Part of a price list: the price of each unit up to the `up_to`th of a month; the last tier is open."""

    up_to: Annotated[int, Field(gt=0)] | None = Field(None, description="the last unit of the month at this price")
    price: Annotated[Decimal, BeforeValidator(unit_price)] = Field(description="per unit")


def rising(tiers: tuple[PriceTier, ...]) -> tuple[PriceTier, ...]:
    """Tiers that have a price for every quantity, and one only."""
    ends = [tier.up_to for tier in tiers]
    if ends[-1] is not None:
        raise invalid("the last tier must have no up_to: its price applies to all further units")
    bounds = [end for end in ends[:-1] if end is not None]
    if len(bounds) < len(ends) - 1 or bounds != sorted(set(bounds)):
        raise invalid("every tier but the last needs an up_to above the one before")
    return tiers


PriceList: TypeAlias = Annotated[tuple[PriceTier, ...], Field(strict=False, min_length=1), AfterValidator(rising)]


class Prices(Section):
    """Microsoft's monthly price lists; a component without a price is left out of the estimate."""

    currency: Currency = Field(description="currency of all prices")
    per_user: PriceList | None = Field(None, description="per stored user")
    per_authentication: PriceList | None = Field(None, description="per billable authentication")
    per_mfa_request: PriceList | None = Field(None, description="per multi-factor authentication")
    per_monthly_active_user: PriceList | None = Field(None, description="per monthly active user")

    @model_validator(mode="after")
    def _one_model(self) -> "Prices":
        if self.per_monthly_active_user and (self.per_user or self.per_authentication):
            raise invalid("a tenant is billed per_monthly_active_user or per_user and per_authentication, not both")
        return self


class Application(Section):
    """An application of the tenant whose activity is published separately."""

    id: Guid = Field(description="the application's id, which is its client id")
    name: Text | None = Field(None, description="the `application` label; default: the id")

    @property
    def label(self) -> str:
        """The value of the label `application`."""
        return self.name or self.id

    @property
    def described(self) -> str:
        """Its name, where it has one, and its id."""
        return f"{self.name} ({self.id})" if self.name else self.id


class Settings(EntraSettings):
    """One Azure AD B2C tenant, read with an application's own identity: by secret, certificate or assertion."""

    optional_secrets: ClassVar[frozenset[str]] = frozenset({"client_secret", "certificate", "certificate_passphrase"})
    binary_secrets: ClassVar[frozenset[str]] = frozenset({"certificate"})
    report_options: ClassVar[Mapping[str, str]] = {BILL: "prices", **dict.fromkeys(PER_APPLICATION, "applications")}
    cloud_hosts: ClassVar[Mapping[str, str]] = {
        USGOV: "https://graph.microsoftazure.us",
        CHINA: "https://graph.chinacloudapi.cn",
    }

    base_url: WebAddress = Field(GRAPH, description="where the usage reports are; default: the cloud's")
    resource: Annotated[str, matching(r"\S*[^\s/]", "an identifier such as https://graph.windows.net")] | None = Field(
        None,
        description="the token's resource, which for a mirror may be another one; default: the cloud's Azure AD Graph",
    )
    certificate: SecretText | None = Field(
        None, description="instead of client_secret: a certificate and its private key, PEM", min_length=1
    )
    certificate_file: FilePath | None = Field(
        None, description="a file that holds it, PEM or PFX; read again at each use"
    )
    certificate_passphrase: SecretText | None = Field(
        None, description="the passphrase of the certificate's private key", min_length=1
    )
    certificate_passphrase_file: FilePath | None = Field(
        None, description="a file that holds it; read again at each use"
    )
    client_assertion_file: FilePath | None = Field(
        None,
        description="instead of client_secret: a file with a federated assertion (workload identity); "
        "read again at each use",
    )
    applications: Annotated[tuple[Application, ...], Field(strict=False)] = Field(
        (), description="applications whose authentications are published separately"
    )
    max_keys: Annotated[int, Field(gt=0)] = Field(
        50,
        description="the most providers, flows or methods that become series; the smallest of more are folded into one",
    )
    prices: Prices | None = Field(None, description="the price lists for the estimate of the month's bill")
    monthly_active_users: Annotated[int, Field(ge=0)] | None = Field(
        None,
        description="the month's active users, which no report states; required with a price per_monthly_active_user",
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

    def findings(self, now: datetime) -> Iterator[Finding]:
        found = list(super().findings(now))
        yield from found
        if not self.given("certificate") or any(finding.key.startswith("certificate") for finding in found):
            return
        key = "certificate_file" if self.certificate_file else "certificate"
        try:
            ends = Certificate(self.secret("certificate"), self.secret("certificate_passphrase")).expires()
        except Rejected as error:
            yield Finding(key, str(error))
        else:
            if ends <= now:
                yield Finding(key, f"expired on {ends:%Y-%m-%d}")

    def reads(self, report: str) -> bool:
        needs = self.prices if report == BILL else self.applications if report in PER_APPLICATION else True
        return super().reads(report) and bool(needs)

    def given(self, secret: str) -> bool:
        """Whether the secret, or a file that holds it, is configured."""
        values = dict(self)
        return values.get(secret) is not None or values[f"{secret}_file"] is not None

    @model_validator(mode="after")
    def _one_identity(self) -> "Settings":
        methods = [method for method in ("client_secret", "certificate", "client_assertion") if self.given(method)]
        if not methods:
            raise invalid("one of client_secret, certificate and client_assertion_file is required")
        if len(methods) > 1:
            raise invalid(f"{' and '.join(methods)} exclude each other")
        if self.given("certificate_passphrase") and not self.given("certificate"):
            raise invalid("certificate_passphrase without a certificate")
        return self

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
