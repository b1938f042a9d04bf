"""Metric families as data, and the fold of a stream of records into samples."""

import math
import operator
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, localcontext
from enum import Enum
from itertools import chain, groupby, islice
from typing import Any, TypeAlias

from exporter.errors import Malformed

Number: TypeAlias = Decimal | int | float
LabelValues: TypeAlias = tuple[str, ...]
Samples: TypeAlias = Mapping[LabelValues, Number]

EXACT = Context(prec=60, traps=[InvalidOperation, Inexact])
"""Exact sums of money: the APIs send up to 22 decimals, and rounding is an error."""
LEAST, MOST = Decimal(-sys.float_info.max), Decimal(sys.float_info.max)
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


def constant(record: object) -> int:
    """The value of an `_info` family, and of a family that counts records."""
    return 1


def fold(records: Iterable[Any], families: Sequence[Family]) -> dict[str, dict[LabelValues, Number]]:
    """Samples by family name, in one pass that does not hold the records; None and "" are the same label value.

    Raises `Malformed` for an amount that can't be summed exactly or exceeds a double.
    """
    samples: dict[str, dict[LabelValues, Any]] = {family.name: {} for family in families}
    plans: dict[type, dict[Labels, list[Family]]] = {}
    stream = iter(records)
    try:
        with localcontext(EXACT):
            while batch := list(islice(stream, BATCH)):
                for kind, group in groupby(batch, type):
                    if kind not in plans:
                        plans[kind] = _by_labels(family for family in families if issubclass(kind, family.source))
                    _add(list(group), plans[kind], samples)
            for name, sums in samples.items():
                require_finite(name, sums.values())
    except DecimalException as error:
        raise Malformed(f"an amount with more than {EXACT.prec} digits: {error!r}") from error
    return samples


def _by_labels(families: Iterable[Family]) -> dict[Labels, list[Family]]:
    sharing: dict[Labels, list[Family]] = {}
    for family in families:
        sharing.setdefault(family.labels, []).append(family)
    return sharing


def _add(
    records: list[Any], plan: Mapping[Labels, Iterable[Family]], samples: Mapping[str, dict[LabelValues, Any]]
) -> None:
    for labels, families in plan.items():
        keys = _as_text(list(map(labels.read, records)))
        for family in families:
            sums, merge = samples[family.name], family.merge
            for key, value in zip(keys, map(family.value, records)):  # noqa: B905 (strict costs time; both are as long)
                if value is None:
                    continue
                if key in sums:
                    sums[key] = merge(sums[key], value)
                else:
                    sums[key] = value


def _as_text(keys: list[tuple[Any, ...]]) -> list[LabelValues]:
    """The keys with every value as text; checking first is far faster than building every key again."""
    try:
        "".join(chain.from_iterable(keys))
    except TypeError:
        return [tuple(map(_text, key)) for key in keys]
    return keys


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
