"""The contract between an API and the rest of the exporter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import Field, create_model

from exporter.apis.settings import AccountSettings, Report, Section
from exporter.auth import Credential
from exporter.auth.entra import LoginHttp
from exporter.model.collection import Collector
from exporter.transport.session import Session

C = TypeVar("C")
S = TypeVar("S", bound=AccountSettings)


class AccountReport(Collector, Generic[C, S]):
    """One report of one account with these settings, whose reports share a client."""

    shaped_by: ClassVar[tuple[str, ...]] = ()
    """The keys of the settings on which the samples depend, such as `usage.labels`."""

    def __init__(self, client: C, settings: S) -> None:
        self.client = client
        self.settings = settings

    @property
    def shape(self) -> Mapping[str, object]:
        return self.settings.shape(*self.shaped_by)


@dataclass(frozen=True)
class Api:
    """One Microsoft API: a section of the YAML, its authentication, and its reports.

    `authenticate` takes the account's settings, HTTP for the login host and a directory for tokens;
    `client` takes the settings, the account's session and a directory for what it has to remember, which may not exist.
    """

    name: str
    title: str
    settings: type[AccountSettings]
    reports: tuple[type[AccountReport[Any, Any]], ...]
    authenticate: Callable[[Any, LoginHttp, Path], Credential]
    client: Callable[[Any, Session, Path], Any]
    endpoints: Callable[[Any], Mapping[str, tuple[str, ...]]]
    """The requests of each report of an account with these settings: methods and path templates, without secrets."""
    permissions: str
    """The section of the documentation that names what has to be granted, as `docs/b2c.md#permissions`."""
    known: Mapping[str, Mapping[str, str]] = field(default_factory=dict, compare=False)
    """From when on a family is true, by family and source, where the API has several sources."""

    @cached_property
    def section(self) -> type[AccountSettings]:
        """The settings with a key `reports` that has this API's reports."""
        known: dict[str, Any] = {
            report.name: (Report, Field(Report(), description=report.__doc__)) for report in self.reports
        }
        reports = create_model(f"{self.name}_reports", __base__=Section, **known)
        described = Field(default_factory=reports, description="each report: `enabled`, and `every`")
        return create_model(f"{self.name}_account", __base__=self.settings, reports=(reports, described))

    def intervals(self, account: AccountSettings) -> dict[str, timedelta]:
        """The interval of each enabled report of the account."""
        chosen = [report for report in self.reports if account.reads(report.name)]
        return {report.name: account.report(report.name).every or report.fresh_every for report in chosen}

    def collectors(self, account: AccountSettings, session: Session, storage: Path) -> tuple[Collector, ...]:
        """Every report of the account, also those that are disabled."""
        client = self.client(account, session, storage)
        return tuple(report(client, account) for report in self.reports)
