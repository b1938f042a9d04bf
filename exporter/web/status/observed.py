"""What the status page is made from: the state of an exporter at one instant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from exporter.build import Build
from exporter.model.collection import Collection
from exporter.runtime.job import Job, Plan
from exporter.runtime.reload import Reload

Row: TypeAlias = tuple[Job, Plan, Collection | None]
Account: TypeAlias = tuple[str, str]
"""The names of an API and of one of its accounts."""


@dataclass(frozen=True, slots=True)
class Observed:
    """Every job with its plan and published collection, and the state of the process.

    `expiries` has when the credentials of an account expire, by their names. `last_reload` is None before the first.
    While it is `restoring`, stored collections are not published yet.
    """

    rows: Sequence[Row]
    now: datetime
    started: datetime
    expiries: Mapping[Account, Mapping[str, datetime]] = field(default_factory=dict)
    last_reload: Reload | None = None
    storage_writable: bool = True
    restoring: bool = False
    build: Build = field(default_factory=Build)


@dataclass(frozen=True, slots=True)
class Selection:
    """What the query of the page selects: one account or all, a page of the list, and whether it refreshes itself."""

    account: Account | None = None
    page: int = 1
    refreshing: bool = True

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Selection":
        """Unknown parameters and invalid values are ignored."""
        account = (query["api"], query["account"]) if {"api", "account"} <= query.keys() else None
        number = query.get("page", "")
        page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
        return cls(account, max(1, page), query.get("refresh") != "off")

    def query(self, **changes: str) -> dict[str, str]:
        """The parameters of this selection, with `changes`; an empty value removes one."""
        api, account = self.account or ("", "")
        page = str(self.page) if self.page > 1 else ""
        parameters = {"api": api, "account": account, "page": page, "refresh": "" if self.refreshing else "off"}
        return {name: value for name, value in (parameters | changes).items() if value}
