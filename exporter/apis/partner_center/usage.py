"""What is published of usage records: checked, with a name to show, in a known currency."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple, TypeVar

import msgspec
from msgspec import structs

from exporter.apis.partner_center.findings import Findings
from exporter.apis.partner_center.money import all_sane, currency, sane
from exporter.apis.partner_center.records import (
    CustomerMonthlyUsageRecord,
    MonthlyUsageRecord,
    SpendingBudget,
    SubscriptionMonthlyUsageRecord,
)
from exporter.errors import Malformed

NEVER = datetime.min.replace(tzinfo=UTC)


class Usage(msgspec.Struct, frozen=True, gc=False):
    """What something has cost in its billing period; without a known `currency` it has no amounts in it."""

    id: str
    name: str
    currency: str
    total_cost: Decimal | None
    usd_total_cost: Decimal | None
    modified: datetime | None


class CustomerUsage(Usage, frozen=True, gc=False):
    """A customer's; `azure_plan` is "true" or "false", and a budget in an unknown currency has no amount here."""

    azure_plan: str
    has_budget: bool
    budget: Decimal | None
    used_ratio: Decimal | None


class SubscriptionUsage(NamedTuple):
    """A subscription's, with the customer whose it is."""

    customer: CustomerUsage
    subscription: Usage


class CustomerCount(NamedTuple):
    """How many customers there are of a kind, and how many of them have no budget."""

    azure_plan: str
    customers: int
    without_budget: int


class CustomerPeriod(NamedTuple):
    """A customer's current billing period, in Unix seconds; `end` is the first instant after it."""

    id: str
    name: str
    start: int
    end: int


class AsOf(NamedTuple):
    """The instant that the amounts are known to be as of, although no record says so; no row of the report."""

    at: datetime


def customers(
    records: Iterable[CustomerMonthlyUsageRecord], named: Callable[[str], str], findings: Findings
) -> Iterator[CustomerUsage]:
    """The customers of a page; what can't be published is told to `findings`."""
    for record, common in _checked(list(records), named, findings):
        amount = record.budget.amount if record.budget else None
        known = amount if common[2] else None
        percent = record.percent_used if known else None
        yield CustomerUsage(
            *common,
            "true" if record.is_upgraded else "false",
            amount is not None,
            known,
            None if percent is None else percent.scaleb(-2),
        )


def subscriptions(
    records: Iterable[SubscriptionMonthlyUsageRecord], named: Callable[[str], str], findings: Findings
) -> Iterator[Usage]:
    """The subscriptions of a page; what can't be published is told to `findings`."""
    for _, common in _checked(list(records), named, findings):
        yield Usage(*common)


Common = tuple[str, str, str, Decimal | None, Decimal | None, datetime | None]
"""The fields of `Usage`, in its order."""
U = TypeVar("U", bound=Usage)
R = TypeVar("R", bound=MonthlyUsageRecord)


def distinct(usage: Iterable[U], findings: Findings) -> list[U]:
    """One record for each id and currency, in the order of the ids: the one that was changed last, then the later."""
    newest: dict[tuple[str, str], U] = {}
    for one in usage:
        key = one.id, one.currency
        other = newest.get(key)
        if other is not None:
            findings.warn("listed more than once, of which the newest record counts", one.id)
            if (one.modified or NEVER) < (other.modified or NEVER):
                continue
        newest[key] = one
    return sorted(newest.values(), key=lambda one: one.id)


def _checked(records: list[R], named: Callable[[str], str], findings: Findings) -> Iterator[tuple[R, Common]]:
    suspicious = not all_sane(_amounts(records))
    for place, record in enumerate(records):
        identity = record.resource_id or record.id
        if not identity:
            findings.drop("since it has no id", f"record {place}")
            continue
        if suspicious:
            if (sound := _sound(record, identity, findings)) is None:
                continue
            record = sound
        try:
            modified = record.modified
        except Malformed:
            findings.warn("lastModifiedDate is not as documented and counts as not stated", identity)
            modified = None
        code = currency(record)
        if code is None and record.total_cost is not None:
            findings.warn(
                "neither currencyCode nor currencyLocale names a currency, so the money is left out", identity
            )
        common = (
            identity,
            named(record.resource_name or record.name or ""),
            code or "",
            record.total_cost if code else None,
            record.usd_total_cost if record.usd_total_cost or _in_azure_plan(record) else None,
            modified,
        )
        yield record, common


def _in_azure_plan(record: MonthlyUsageRecord) -> bool:
    """A legacy record's zero dollars mean "not stated", not "costs nothing"."""
    if isinstance(record, CustomerMonthlyUsageRecord):
        return bool(record.is_upgraded)
    return bool(record.currency_code)


def _amounts(records: list[R]) -> Iterator[Decimal | None]:
    yield from [record.total_cost for record in records]
    yield from [record.usd_total_cost for record in records]
    owners = [record for record in records if isinstance(record, CustomerMonthlyUsageRecord)]
    yield from [record.percent_used for record in owners]
    yield from [record.budget.amount for record in owners if record.budget]


def _sound(record: R, identity: str, findings: Findings) -> R | None:
    """The record without figures that are no numbers; None where its cost or its budget is none."""
    budget: SpendingBudget | None = record.budget if isinstance(record, CustomerMonthlyUsageRecord) else None
    for name, amount in (("totalCost", record.total_cost), ("budget", budget.amount if budget else None)):
        if amount is not None and not sane(amount):
            findings.drop(f"since {name} is not an amount of money", identity)
            return None
    if record.usd_total_cost is not None and not sane(record.usd_total_cost):
        findings.warn("usdTotalCost is not an amount of money and counts as not stated", identity)
        record = structs.replace(record, usd_total_cost=None)
    if isinstance(record, CustomerMonthlyUsageRecord) and record.percent_used and not sane(record.percent_used):
        findings.warn("percentUsed is not a number and counts as not stated", identity)
        record = structs.replace(record, percent_used=None)
    return record
