"""The scopes of Azure Resource Manager that have costs."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from exporter.simulator.costs.book import CUSTOMER, Agreement, CostBook
from exporter.simulator.costs.rows import CostRow, Metric
from exporter.simulator.world.chance import guid

Kind = Literal["enrollment", "billing account", "billing profile", "management group", "subscription", "resource group"]
GROUP = re.compile(r"(?P<subscription>/subscriptions/[^/]+)/resourcegroups/(?P<name>[^/]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Scope:
    """A scope: `path` as the service writes it, and which rows of `book` it covers."""

    book: CostBook
    path: str
    kind: Kind
    agreement: Agreement
    covers: Callable[[CostRow], bool]

    def rows(self, metric: Metric, start: date, end: date, now: datetime | None = None) -> tuple[CostRow, ...]:
        """The rows of the scope in that view, both days included."""
        rows = self.book.rows(self.agreement, start, end, now)
        return tuple(row for row in rows if row.belongs_to(metric) and self.covers(row))


@dataclass(frozen=True)
class Scopes:
    """Every scope of the company; paths have no case."""

    book: CostBook

    def find(self, path: str) -> Scope | None:
        """The scope of `path`; None if the company has none there."""
        tenant = self.book.world.azure
        lower = path.lower().rstrip("/")
        if lower == tenant.enrollment.lower():
            return Scope(self.book, tenant.enrollment, "enrollment", "EA", _everything)
        if lower == tenant.billing_account.lower():
            return Scope(self.book, tenant.billing_account, "billing account", "MCA", _everything)
        if lower == tenant.billing_profile.lower():
            return Scope(self.book, tenant.billing_profile, "billing profile", "MCA", _everything)
        if lower == tenant.management_group.lower():
            ids = frozenset(tenant.subscription_ids.values())
            return Scope(self.book, tenant.management_group, "management group", "EA", _used_by(ids))
        if group := GROUP.fullmatch(path):
            owner = self.find(group["subscription"])
            return None if owner is None else self._group(owner, group["name"])
        return self._subscription(lower)

    def _subscription(self, lower: str) -> Scope | None:
        for agreement, ids in self._subscriptions().items():
            for one in ids:
                if lower == f"/subscriptions/{one}":
                    return Scope(self.book, lower, "subscription", agreement, _used_by(frozenset({one})))
        return None

    def _group(self, owner: Scope, name: str) -> Scope | None:
        today = self.book.world.ea.now().date()
        rows = owner.rows("ActualCost", today - timedelta(days=40), today)
        found = next((row.resource_group for row in rows if row.resource_group.lower() == name.lower()), None)

        def covers(row: CostRow) -> bool:
            return owner.covers(row) and row.resource_group.lower() == name.lower()

        path = f"{owner.path}/resourceGroups/{found}"
        return None if found is None else Scope(self.book, path, "resource group", owner.agreement, covers)

    def _subscriptions(self) -> dict[Agreement, tuple[str, ...]]:
        tenant = self.book.world.azure
        customer = tuple(guid(tenant.seed, one.name) for one, _ in CUSTOMER)
        own = tuple(path.rpartition("/")[2] for path in (tenant.pay_as_you_go, tenant.identity))
        return {"EA": tuple(tenant.subscription_ids.values()), "MCA": customer, "WebDirect": own}


def _everything(row: CostRow) -> bool:
    return True


def _used_by(ids: frozenset[str]) -> Callable[[CostRow], bool]:
    """Without purchases, which only an enrollment or a billing profile shows."""
    return lambda row: row.subscription_id in ids and row.charge_type != "Purchase"
