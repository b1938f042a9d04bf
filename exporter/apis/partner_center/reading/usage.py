"""Usage to publish, from records as they were decoded: identified, with the name to show and a known currency."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter
from typing import TypeVar

from exporter.apis.partner_center.reading.findings import Findings
from exporter.apis.partner_center.reading.money import currency
from exporter.apis.partner_center.records import (
    CustomerMonthlyUsageRecord,
    CustomerUsage,
    MonthlyUsageRecord,
    SubscriptionMonthlyUsageRecord,
    Usage,
)
from exporter.errors import Malformed

NEVER = datetime.min.replace(tzinfo=UTC)
R = TypeVar("R", bound=MonthlyUsageRecord)
U = TypeVar("U", bound=Usage)
Common = tuple[str, str, str, Decimal | None, Decimal | None, datetime | None]
"""The fields of `Usage`, in its order."""


def customers(
    records: Iterable[CustomerMonthlyUsageRecord], label: Callable[[str], str], findings: Findings
) -> Iterator[CustomerUsage]:
    """The customers of a page; what can't be published is reported to `findings`."""
    for record, common in _identified(records, label, findings):
        amount = record.budget.amount if record.budget else None
        known = amount if common[2] else None
        percent = record.percent_used if known else None
        yield CustomerUsage(
            *common,
            "true" if record.in_azure_plan else "false",
            amount is not None,
            known,
            None if percent is None else percent.scaleb(-2),
        )


def subscriptions(
    records: Iterable[SubscriptionMonthlyUsageRecord], label: Callable[[str], str], findings: Findings
) -> Iterator[Usage]:
    """The subscriptions of a page; what can't be published is reported to `findings`."""
    return (Usage(*common) for _, common in _identified(records, label, findings))


def distinct(usage: Iterable[U], findings: Findings) -> list[U]:
    """One record for each id and currency, in the order of the ids: the one changed last, then the later one."""
    newest: dict[tuple[str, str], U] = {}
    for one in usage:
        key = one.id, one.currency
        other = newest.get(key)
        if other is not None:
            findings.warn("listed more than once, of which the newest record counts", one.id)
            if (one.modified or NEVER) < (other.modified or NEVER):
                continue
        newest[key] = one
    return sorted(newest.values(), key=attrgetter("id"))


def _identified(records: Iterable[R], label: Callable[[str], str], findings: Findings) -> Iterator[tuple[R, Common]]:
    for place, record in enumerate(records):
        identity = record.resource_id or record.id
        if not identity:
            findings.drop("since it has no id", f"record {place}")
            continue
        try:
            modified = record.modified
        except Malformed:
            findings.warn("lastModifiedDate is not as documented and counts as not stated", identity)
            modified = None
        code = currency(record.currency_code, record.currency_locale)
        if code is None and record.total_cost is not None:
            findings.warn(
                "neither currencyCode nor currencyLocale names a currency, so the money is left out", identity
            )
        yield (
            record,
            (
                identity,
                label(record.resource_name or record.name or ""),
                code or "",
                record.total_cost if code else None,
                # A legacy record's zero dollars mean "not stated", not "costs nothing".
                record.usd_total_cost if record.usd_total_cost or record.in_azure_plan else None,
                modified,
            ),
        )
