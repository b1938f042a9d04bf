"""The limit on series, for the days of a billing period."""

from collections.abc import Sequence
from decimal import localcontext

from exporter.model.families import EXACT, Family, LabelValues, Number
from exporter.model.history import DayValues, Past
from exporter.model.limits import folded_key, retained_label_sets


def fold_past(past: Past, families: Sequence[Family], most: int | None) -> int:
    """Fold the series beyond the limit into `__other__`; returns how many label sets were folded.

    The same series stay on all days of the period: those that are the largest at its end.
    """
    if not most or sum(map(len, past.values.values())) <= most:
        return 0
    at_end = {family.name: past.at_end(family.name) for family in families}
    folded = 0
    with localcontext(EXACT):
        for alike, retained, number in retained_label_sets(at_end, families, most):
            folded += number
            for family in alike:
                past.values[family.name] = _folded(past.values.get(family.name, {}), family, retained)
    return folded


def _folded(
    series: dict[LabelValues, DayValues], family: Family, retained: set[LabelValues]
) -> dict[LabelValues, DayValues]:
    found: dict[LabelValues, DayValues] = {}
    for key, values in series.items():
        place = folded_key(family, key, retained)
        if place is None:
            continue
        if place not in found:
            found[place] = list(values)
            continue
        before = found[place]
        found[place] = [_merged(family, one, other) for one, other in zip(before, values, strict=True)]
    return found


def _merged(family: Family, one: Number | None, other: Number | None) -> Number | None:
    if one is None or other is None:
        return other if one is None else one
    merged: Number = family.merge(one, other)
    return merged
