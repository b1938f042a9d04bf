"""Whether a new answer may be believed that would take published figures away."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from exporter.model.collection import Collection
from exporter.model.families import Family, LabelValues, Lasts, Number, Samples

NEGLIGIBLE = Decimal("0.1")
Vanished = frozenset[tuple[str, LabelValues]]
"""Families and label values of series that were published, and that the answer no longer has."""


def vanished(
    published: Collection, samples: Mapping[str, Samples], families: Iterable[Family], *, period: str, now: datetime
) -> Vanished:
    """The series that a family would lose, where more than a tenth of what it amounts to would go with them.

    Only what should have lasted counts: figures of a billing period until the next one, of a day until the next one.
    A series that is renamed takes its amount along.
    """
    same_period = published.period == period
    same_day = same_period and published.collected.date() == now.date()
    lasting = {Lasts.DAY: same_day, Lasts.PERIOD: same_period, Lasts.ALWAYS: True}
    found: set[tuple[str, LabelValues]] = set()
    for family in families:
        before, after = published.samples.get(family.name, {}), samples.get(family.name, {})
        gone = before.keys() - after.keys()
        if gone and lasting[family.lasts] and (not after or _lost(before, after) > NEGLIGIBLE):
            found |= {(family.name, key) for key in gone}
    return frozenset(found)


def _lost(before: Samples, after: Samples) -> Decimal:
    size = _size(before.values())
    return (size - _size(after.values())) / size if size else Decimal(0)


def _size(values: Iterable[Number]) -> Decimal:
    return sum((abs(Decimal(value)) for value in values), Decimal(0))
