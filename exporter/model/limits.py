"""Limits the series of a family without losing amounts: the largest stay, the rest is folded into `__other__`."""

import operator
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal, localcontext
from typing import TypeAlias

from exporter.model.families import EXACT, Family, LabelValues, Number, Samples

OTHER = "__other__"
UNFOLDED = frozenset({"currency", "unit"})
"""Labels that are never folded: a sum must not mix currencies or units."""
PUBLISHED_WEIGHT = 2
"""How much more a published series counts, so that it stays until it falls well below the smallest one."""

Size: TypeAlias = list[Decimal]


def limited(
    samples: Mapping[str, Samples],
    families: Sequence[Family],
    most: int,
    published: Mapping[str, Samples] | None = None,
) -> tuple[dict[str, Samples], int]:
    """Samples with at most `most` label sets per family (ignoring `UNFOLDED` labels), and how many were folded.

    Families with the same labels retain the same label sets: those with the largest absolute amounts in the first of
    these families, then in the second, and so on, then by name; `published` ones count double. A family whose values
    can't be summed loses the series beyond the limit.
    """
    found = dict(samples)
    folded = 0
    with localcontext(EXACT):
        for alike, retained, number in retained_label_sets(samples, families, most, published):
            folded += number
            for family in alike:
                found[family.name] = _fold(found[family.name], family, retained)
    return found, folded


def retained_label_sets(
    samples: Mapping[str, Samples],
    families: Sequence[Family],
    most: int,
    published: Mapping[str, Samples] | None = None,
) -> Iterator[tuple[Sequence[Family], set[LabelValues], int]]:
    """The families that exceed the limit, in groups with the same labels: the label sets that stay, how many do not."""
    foldable = [family for family in families if family.foldable]
    for names in dict.fromkeys(map(_foldable_names, foldable)):
        alike = [family for family in foldable if _foldable_names(family) == names]
        if sum(len(samples[family.name]) for family in alike) <= most:
            continue  # even if none overlap; measuring them takes longer than folding
        sizes = _sizes(alike, samples)
        if len(sizes) <= most:
            continue
        before = {_foldable_values(family, key) for family in alike for key in (published or {}).get(family.name, ())}
        retained = largest(sizes, most - 1, before)
        yield alike, retained, len(sizes) - len(retained)


def folded_key(family: Family, key: LabelValues, retained: Collection[LabelValues]) -> LabelValues | None:
    """The series that a value counts in; None for one that is left out since it can't be summed."""
    if _foldable_values(family, key) in retained:
        return key
    if family.merge is not operator.add:
        return None
    named = zip(family.labels.names, key, strict=True)
    return tuple(value if name in UNFOLDED else OTHER for name, value in named)


def largest(sizes: Mapping[LabelValues, Size], most: int, published: Collection[LabelValues]) -> set[LabelValues]:
    """The `most` label sets with the largest amounts, then by name; `published` ones count double."""
    ranks = {
        values: [-size * (PUBLISHED_WEIGHT if values in published else 1) for size in sizes[values]] for values in sizes
    }
    return set(sorted(ranks, key=lambda values: (ranks[values], values))[:most])


def _sizes(alike: Sequence[Family], samples: Mapping[str, Samples]) -> dict[LabelValues, Size]:
    sizes: dict[LabelValues, Size] = {}
    for place, family in enumerate(alike):
        for key, value in samples[family.name].items():
            size = sizes.setdefault(_foldable_values(family, key), [Decimal(0)] * len(alike))
            size[place] += abs(Decimal(value))
    return sizes


def _foldable_names(family: Family) -> tuple[str, ...]:
    return tuple(name for name in family.labels.names if name not in UNFOLDED)


def _foldable_values(family: Family, key: LabelValues) -> LabelValues:
    return tuple(value for name, value in zip(family.labels.names, key, strict=True) if name not in UNFOLDED)


def _fold(samples: Samples, family: Family, retained: set[LabelValues]) -> Samples:
    folded: dict[LabelValues, Number] = {}
    for key, value in samples.items():
        if (place := folded_key(family, key, retained)) is not None:
            folded[place] = family.merge(folded[place], value) if place in folded else value
    return folded
