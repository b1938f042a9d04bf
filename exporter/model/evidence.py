"""Detects collections that would remove published figures before their period has ended."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from exporter.model.collection import Collection
from exporter.model.families import Family, LabelValues, Lasts, Number, Samples

Vanished = frozenset[tuple[str, LabelValues]]
"""Families and label values of published series that a new collection lacks."""


def vanished(
    published: Collection, samples: Mapping[str, Samples], families: Iterable[Family], *, period: str, now: datetime
) -> Vanished:
    """The missing series of families that would lose all of their series, or most of their amount.

    Figures of a billing period are expected until the next period, figures of a day until the next day.
    """
    same_period = published.period == period
    same_day = same_period and published.collected.date() == now.date()
    lasting = {Lasts.DAY: same_day, Lasts.PERIOD: same_period, Lasts.ALWAYS: True}
    found: set[tuple[str, LabelValues]] = set()
    for family in families:
        before, after = published.samples.get(family.name, {}), samples.get(family.name, {})
        gone = before.keys() - after.keys()
        if gone and lasting[family.lasts] and (not after or _most(before, gone, after)):
            found |= {(family.name, key) for key in gone}
    return frozenset(found)


def _most(before: Samples, gone: Iterable[LabelValues], after: Samples) -> bool:
    """Whether the amount is lost; that of a renamed series is still there."""
    half = _size(before.values()) / 2
    return _size(before[key] for key in gone) > half and _size(after.values()) < half


def _size(values: Iterable[Number]) -> Decimal:
    return sum((abs(Decimal(value)) for value in values), Decimal(0))
