"""Metric families as data, and the fold of a stream of records into samples."""

import math
import operator
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, localcontext
from enum import Enum
from itertools import chain, compress, groupby, islice
from types import MappingProxyType, NoneType
from typing import Any, TypeAlias

from exporter.errors import Malformed

Number: TypeAlias = Decimal | int | float
LabelValues: TypeAlias = tuple[str, ...]
Samples: TypeAlias = Mapping[LabelValues, Number]

EXACT = Context(prec=60, traps=[InvalidOperation, Inexact])
"""Exact sums of money: the APIs send up to 22 decimals, and rounding is an error."""
LEAST, MOST = Decimal(-sys.float_info.max), Decimal(sys.float_info.max)
EMPTY: Mapping[str, Samples] = MappingProxyType({})
TEXT = frozenset({str})
BATCH = 250
"""Records or samples per batch; a batch fits into the processor's cache."""


class Lasts(Enum):
    """How long published series of a family are expected to stay: `RUN` for what an API may lack at any time."""

    RUN = "run"
    DAY = "day"
    PERIOD = "period"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Labels:
    """The label names of a family, and how to read their values from a record.

    Families should share one `Labels` object: its values are then read once per record.
    """

    names: tuple[str, ...]
    read: Callable[[Any], tuple[Any, ...]]

    @classmethod
    def from_attributes(cls, **attributes: str) -> "Labels":
        """`label="attribute"` pairs; a value may be text, a boolean, or None, which is an empty label."""
        names, paths = tuple(attributes), tuple(attributes.values())
        if not paths:
            return cls((), lambda record: ())
        getter = operator.attrgetter(*paths)
        return cls(names, getter if len(paths) > 1 else lambda record: (getter(record),))


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: how its value is read from a record, and how values with the same labels are merged.

    `value` returns None for what a record does not state: absent is not zero. Money is `Decimal`.
    Only records of the type `source` are read.
    """

    name: str
    help: str
    labels: Labels
    value: Callable[[Any], Number | None]
    merge: Callable[[Any, Any], Any] = operator.add
    source: type = object
    foldable: bool = True
    """Whether the limit on series applies: sums are folded into `__other__`, other values are left out."""
    lasts: Lasts = Lasts.PERIOD
    part_of: str = ""
    """The family of the same report that its series break down: one with fewer labels, whose value they sum to."""


def constant(record: object) -> int:
    """The value of an `_info` family, and of a family that counts records."""
    return 1


def fold(
    records: Iterable[Any], families: Sequence[Family], published: Mapping[str, Samples] = EMPTY
) -> dict[str, dict[LabelValues, Number]]:
    """Samples by family name, in one pass that does not hold the records; None and "" are the same label value.

    Labels that are `published` in the same order are the published objects, which are quick to compare.
    Raises `Malformed` for an amount that can't be summed exactly or exceeds a double.
    """
    sums = {family.name: _Sums(family, published.get(family.name, {})) for family in families}
    plans: dict[type, dict[Labels, list[_Sums]]] = {}
    stream = iter(records)
    try:
        with localcontext(EXACT):
            while batch := list(islice(stream, BATCH)):
                for kind, group in groupby(batch, type):
                    if kind not in plans:
                        plans[kind] = _by_labels(sums[f.name] for f in families if issubclass(kind, f.source))
                    _add(list(group), plans[kind])
            for name, found in sums.items():
                require_finite(name, found.samples.values())
    except DecimalException as error:
        raise Malformed(f"an amount with more than {EXACT.prec} digits: {error!r}") from error
    return {name: found.samples for name, found in sums.items()}


class _Sums:
    """The samples of a family so far, added by builtins as long as no labels occur twice."""

    def __init__(self, family: Family, published: Samples) -> None:
        self.family = family
        self.samples: dict[LabelValues, Any] = {}
        self._expected = list(published)
        self._distinct = True

    def add(self, keys: Sequence[LabelValues], values: Sequence[Any]) -> None:
        """Add values to those of the same labels."""
        if NoneType in set(map(type, values)):
            stated = [value is not None for value in values]
            keys, values = list(compress(keys, stated)), list(compress(values, stated))
        if not (self._distinct and self._added(keys, values)):
            self._merge(keys, values)

    def _added(self, keys: Sequence[LabelValues], values: Sequence[Any]) -> bool:
        samples = self.samples
        expected = self._expected[len(samples) : len(samples) + len(keys)]
        if keys == expected:
            samples.update(zip(expected, values, strict=True))
            return True
        self._expected = []
        new = dict(zip(keys, values, strict=True))
        self._distinct = len(new) == len(keys) and new.keys().isdisjoint(samples.keys())
        if self._distinct:
            samples.update(new)
        return self._distinct

    def _merge(self, keys: Sequence[LabelValues], values: Sequence[Any]) -> None:
        samples, merge = self.samples, self.family.merge
        for key, value in zip(keys, values, strict=True):
            samples[key] = merge(samples[key], value) if key in samples else value


def _by_labels(families: Iterable[_Sums]) -> dict[Labels, list[_Sums]]:
    sharing: dict[Labels, list[_Sums]] = {}
    for sums in families:
        sharing.setdefault(sums.family.labels, []).append(sums)
    return sharing


def _add(records: list[Any], plan: Mapping[Labels, Iterable[_Sums]]) -> None:
    for labels, families in plan.items():
        keys = _as_text(list(map(labels.read, records)))
        for sums in families:
            sums.add(keys, list(map(sums.family.value, records)))


def _as_text(keys: list[tuple[Any, ...]]) -> list[LabelValues]:
    """The keys with every value as text; checking first is far faster than building every key again."""
    if set(map(type, chain.from_iterable(keys))) <= TEXT:
        return keys
    return [tuple(map(_text, key)) for key in keys]


def require_finite(name: str, values: Collection[Number]) -> None:
    """Raises `Malformed` for a value that is not a finite number within the range of a double."""
    try:
        if not values or LEAST <= min(values) <= max(values) <= MOST:
            return
    except InvalidOperation:  # a NaN can't be compared
        pass
    for value in values:
        if (isinstance(value, Decimal) and value.is_nan()) or not math.isfinite(value):
            raise Malformed(f"{name} would be {value}")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else str(value).lower()
