"""A limit on series that loses no amount: the largest stay, the rest becomes `__other__`."""

import operator
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal, localcontext
from typing import TypeAlias

from exporter.model.families import EXACT, Family, LabelValues, Number, Samples

OTHER = "__other__"
KEPT = frozenset({"currency", "unit"})
"""Labels that are never folded: a sum must not mix currencies or units."""
ADVANTAGE = 2
"""A series that is published already counts double, so that it stays until it falls well below the limit's border."""

Size: TypeAlias = list[Decimal]


def limited(
    samples: Mapping[str, Samples],
    families: Sequence[Family],
    most: int,
    published: Mapping[str, Samples] | None = None,
) -> tuple[dict[str, Samples], int]:
    """Samples in which no family has more than `most` label sets (its `KEPT` labels aside), and how many were folded.

    Families with the same labels keep the same label sets: those with the largest amounts, whatever their sign, in
    the first of these families, then in the second, and so on; then those that come first by name. What was
    `published` has an advantage. A family whose values can't be summed loses the series beyond the limit.
    """
    found = dict(samples)
    folded = 0
    foldable = [family for family in families if family.foldable]
    for names in dict.fromkeys(map(_own, foldable)):
        alike = [family for family in foldable if _own(family) == names]
        if sum(len(found[family.name]) for family in alike) <= most:
            continue  # however they overlap; to size them all takes longer than to fold them
        sizes = _sizes(alike, found)
        if len(sizes) <= most:
            continue
        before = {_values(family, key) for family in alike for key in (published or {}).get(family.name, ())}
        kept = largest(sizes, most - 1, before)
        folded += len(sizes) - len(kept)
        with localcontext(EXACT):
            for family in alike:
                found[family.name] = _fold(found[family.name], family, kept)
    return found, folded


def largest(sizes: Mapping[LabelValues, Size], most: int, published: Collection[LabelValues]) -> set[LabelValues]:
    """The `most` largest, then first by name; what was `published` counts double."""
    ranks = {values: [-size * (ADVANTAGE if values in published else 1) for size in sizes[values]] for values in sizes}
    return set(sorted(ranks, key=lambda values: (ranks[values], values))[:most])


def _sizes(alike: Sequence[Family], samples: Mapping[str, Samples]) -> dict[LabelValues, Size]:
    sizes: dict[LabelValues, Size] = {}
    for place, family in enumerate(alike):
        for key, value in samples[family.name].items():
            size = sizes.setdefault(_values(family, key), [Decimal(0)] * len(alike))
            size[place] += abs(Decimal(value))
    return sizes


def _own(family: Family) -> tuple[str, ...]:
    return tuple(name for name in family.labels.names if name not in KEPT)


def _values(family: Family, key: LabelValues) -> LabelValues:
    return tuple(value for name, value in zip(family.labels.names, key, strict=True) if name not in KEPT)


def _fold(samples: Samples, family: Family, kept: set[LabelValues]) -> Samples:
    folded: dict[LabelValues, Number] = {}
    for key, value in samples.items():
        if _values(family, key) not in kept:
            if family.merge is not operator.add:
                continue
            named = zip(family.labels.names, key, strict=True)
            key = tuple(value if name in KEPT else OTHER for name, value in named)
        folded[key] = family.merge(folded[key], value) if key in folded else value
    return folded
