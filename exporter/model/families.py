"""Metrics as data, and the fold that turns a stream of records into samples."""

import math
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, localcontext
from typing import Any, TypeAlias

from exporter.errors import Malformed

Number: TypeAlias = Decimal | int | float
LabelValues: TypeAlias = tuple[str, ...]
Samples: TypeAlias = Mapping[LabelValues, Number]

EXACT = Context(prec=60, traps=[InvalidOperation, Inexact])
"""Sums of money in which a lost digit is an error: Microsoft sends up to 22 decimals."""


@dataclass(frozen=True, slots=True)
class Labels:
    """The label names of a family, and how to read their values off a record.

    Families that share one `Labels` share its work: the values are read once per record.
    """

    names: tuple[str, ...]
    read: Callable[[Any], tuple[Any, ...]]

    @classmethod
    def of(cls, **attributes: str) -> "Labels":
        """`label="attribute"` pairs; a value may be text, a boolean, or None, which is an empty label."""
        names, paths = tuple(attributes), tuple(attributes.values())
        if not paths:
            return cls((), lambda record: ())
        getter = operator.attrgetter(*paths)
        return cls(names, getter if len(paths) > 1 else lambda record: (getter(record),))


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: where its value comes from, and how records with the same labels come together.

    `value` gives None for what a record does not state: absent is not zero. Money is `Decimal`.
    Of a report that yields several kinds of records, `record` is the kind that this family reads.
    """

    name: str
    help: str
    labels: Labels
    value: Callable[[Any], Number | None]
    merge: Callable[[Any, Any], Any] = operator.add
    record: type | None = None


def constant(record: object) -> int:
    """The value of an `_info` family, and of a family that counts records."""
    return 1


def fold(records: Iterable[Any], families: Iterable[Family]) -> dict[str, dict[LabelValues, Number]]:
    """Samples by family name, in one pass over records that nobody keeps.

    Raises `Malformed` for an amount that can't be summed without loss or is beyond a double.
    """
    samples: dict[str, dict[tuple[Any, ...], Any]] = {family.name: {} for family in families}
    plans: dict[type, list[Any]] = {}
    try:
        with localcontext(EXACT):
            for record in records:
                if (plan := plans.get(type(record))) is None:
                    plan = plans[type(record)] = _plan(type(record), families, samples)
                for read, measures in plan:
                    key = read(record)
                    for value_of, merge, sums in measures:
                        value = value_of(record)
                        if value is not None:
                            sums[key] = merge(sums[key], value) if key in sums else value
            return {f.name: _as_text(samples[f.name], f) for f in families}
    except DecimalException as error:
        raise Malformed(f"an amount with more than {EXACT.prec} digits: {error!r}") from error


def _plan(record: type, families: Iterable[Family], samples: dict[str, Any]) -> list[Any]:
    """What to do with a record of this kind: each set of labels once, with all that is measured by it."""
    plan: dict[Labels, list[Any]] = {}
    for family in families:
        if family.record in (None, record):
            plan.setdefault(family.labels, []).append((family.value, family.merge, samples[family.name]))
    return [(labels.read, measures) for labels, measures in plan.items()]


def _as_text(sums: Mapping[tuple[Any, ...], Number], family: Family) -> dict[LabelValues, Number]:
    """The same sums with text for keys: None and "" are one empty label."""
    merged: dict[LabelValues, Number] = {}
    for key, value in sums.items():
        if not math.isfinite(value):
            raise Malformed(f"{family.name} would be {value}")
        text = tuple(map(_text, key))
        merged[text] = family.merge(merged[text], value) if text in merged else value
    return merged


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else str(value).lower()
