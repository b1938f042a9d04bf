"""Detects collections that would remove published figures before their period has ended."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from exporter.model.collection import Collection
from exporter.model.families import Family, LabelValues, Lasts, Number, Samples

NEGLIGIBLE, NOTHING = Decimal("0.1"), Decimal(-1)
"""Shares of a family's amount that may vanish at once: a tenth, or nothing at all."""
Vanished = frozenset[tuple[str, LabelValues]]
"""Families and label values of published series that a new collection lacks."""


def vanished(
    published: Collection,
    samples: Mapping[str, Samples],
    families: Iterable[Family],
    *,
    period: str,
    now: datetime,
    tolerated: Decimal = NEGLIGIBLE,
) -> Vanished:
    """The missing series of families that would lose all of their series, or more than the tolerated share.

    Figures of a billing period are expected until the next period, figures of a day until the next day. A renamed
    series takes its amount along.
    """
    same_period = published.period == period
    same_day = same_period and published.collected.date() == now.date()
    lasting = {Lasts.RUN: False, Lasts.DAY: same_day, Lasts.PERIOD: same_period, Lasts.ALWAYS: True}
    found: set[tuple[str, LabelValues]] = set()
    for family in families:
        before, after = published.samples.get(family.name, {}), samples.get(family.name, {})
        if list(before) == list(after) or before.keys() <= after.keys():  # each quicker than what follows
            continue
        gone = before.keys() - after.keys()
        if lasting[family.lasts] and (not after or _lost(before, after) > tolerated):
            found |= {(family.name, key) for key in gone}
    return frozenset(found)


def _lost(before: Samples, after: Samples) -> Decimal:
    size = _size(before.values())
    return (size - _size(after.values())) / size if size else Decimal(0)


def _size(values: Iterable[Number]) -> Decimal:
    return sum((abs(Decimal(value)) for value in values), Decimal(0))
