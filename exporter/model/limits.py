"""A limit on series that costs no cent: the largest stay, the rest becomes `__other__`."""

from collections.abc import Mapping, Sequence
from decimal import localcontext
from typing import Any

from exporter.model.families import EXACT, Family, LabelValues, Number, Samples

OTHER = "__other__"
KEPT = frozenset({"currency", "unit"})
"""Labels that are never folded: a sum must not mix currencies or units."""


def limited(samples: Mapping[str, Samples], families: Sequence[Family], most: int) -> tuple[dict[str, Samples], int]:
    """Samples in which no family has more than `most` label sets (its `KEPT` labels aside), and how many were folded.

    Families with the same labels keep the same label sets: those with the largest amounts, whatever their sign,
    in the first of these families; then those that come first by name.
    """
    found = dict(samples)
    folded = 0
    foldable = [family for family in families if family.foldable]
    for names in dict.fromkeys(map(_own, foldable)):
        alike = [family for family in foldable if _own(family) == names]
        sizes: dict[LabelValues, Any] = {}
        for family in reversed(alike):
            sizes |= dict.fromkeys((_values(family, key) for key in found[family.name]), 0)
        for key, value in found[alike[0].name].items():
            sizes[_values(alike[0], key)] += abs(value)
        if len(sizes) <= most:
            continue
        kept = set(sorted(sizes, key=lambda key: (-sizes[key], key))[: most - 1])
        folded += len(sizes) - len(kept)
        with localcontext(EXACT):
            for family in alike:
                found[family.name] = _fold(found[family.name], family, kept)
    return found, folded


def _own(family: Family) -> tuple[str, ...]:
    return tuple(name for name in family.labels.names if name not in KEPT)


def _values(family: Family, key: LabelValues) -> LabelValues:
    return tuple(value for name, value in zip(family.labels.names, key, strict=True) if name not in KEPT)


def _fold(samples: Samples, family: Family, kept: set[LabelValues]) -> Samples:
    folded: dict[LabelValues, Number] = {}
    for key, value in samples.items():
        if _values(family, key) not in kept:
            named = zip(family.labels.names, key, strict=True)
            key = tuple(value if name in KEPT else OTHER for name, value in named)
        folded[key] = family.merge(folded[key], value) if key in folded else value
    return folded
