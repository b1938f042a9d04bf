"""What a published figure consists of, and where it comes from."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal, localcontext

from exporter.explain.selector import NAME, Selector
from exporter.explain.stored import Stored
from exporter.model.collection import Collection
from exporter.model.families import EXACT, Family, LabelValues, Number, Samples
from exporter.model.limits import OTHER, UNFOLDED


@dataclass(frozen=True, slots=True)
class Series:
    """A published series and its exact value."""

    name: str
    labels: Mapping[str, str]
    value: Number


@dataclass(frozen=True, slots=True)
class Explained:
    """A series with what belongs to it in the same report.

    `parts` are the series of a family that breaks it down, and `rest` is what they lack of its value; `whole` is the
    series that it is a part of. `beside` are those of other families with the same labels, currency and unit apart.
    """

    series: Series
    family: Family
    parts: Sequence[Series] = ()
    rest: Decimal | None = None
    whole: Series | None = None
    beside: Sequence[Series] = ()

    @property
    def folded(self) -> bool:
        """Whether it is the sum of what the limit on series left out."""
        return OTHER in self.series.labels.values()


@dataclass(frozen=True, slots=True)
class Source:
    """A report with those of its series that are explained."""

    stored: Stored
    collection: Collection
    explained: Sequence[Explained]


def explained(found: Stored, selector: Selector) -> Source | None:
    """The series of a report that a selector matches; None for none."""
    if found.collection is None:
        return None
    published = _Published(found.collection.samples, found.report.settings.account, found.report.collector.families)
    matching = [one for family in published.families.values() for one in published.explained(family, selector)]
    return Source(found, found.collection, matching) if matching else None


class _Published:
    """The samples of a report; a report may have 100,000, so that labels are named for those only that are printed."""

    def __init__(self, samples: Mapping[str, Samples], account: str, families: Sequence[Family]) -> None:
        self.families = {family.name: family for family in families}
        self._samples = samples
        self._account = account

    def explained(self, family: Family, selector: Selector) -> Iterator[Explained]:
        """The series of a family that the selector matches, sorted by label values."""
        keys = sorted(filter(self._matcher(family, selector), self._samples.get(family.name, ())))
        if not keys:
            return
        parts, beside = self._parts(family, set(keys)), self._beside(family, keys)
        for key in keys:
            one, found = self._series(family, key), parts.get(key, [])
            yield Explained(
                one,
                family,
                found,
                _rest(one, found) if found else None,
                self._whole(family, one),
                [other for other in beside.get(_at(_foldable(family), key), ()) if _same_unit(other, one)],
            )

    def _matcher(self, family: Family, selector: Selector) -> Callable[[LabelValues], bool]:
        """Whether the selector matches label values of a family; what is the same for all of them is tested once."""
        names, of_family = family.labels.names, {NAME: family.name, "account": self._account}
        fixed = [one for one in selector.conditions if one.label not in names]
        if not all(one.matches(of_family.get(one.label, "")) for one in fixed):
            return lambda key: False
        others = [(names.index(one.label), one) for one in selector.conditions if one.label in names]
        return lambda key: all(one.matches(key[place]) for place, one in others)

    def _parts(self, whole: Family, wanted: Set[LabelValues]) -> Mapping[LabelValues, Sequence[Series]]:
        """The series of the family that breaks another one down, by the label values of the whole."""
        found: dict[LabelValues, list[Series]] = {}
        for family in self.families.values():
            if family.part_of == whole.name:
                places = [family.labels.names.index(name) for name in whole.labels.names]
                for key in sorted(self._samples.get(family.name, ())):
                    if (values := _at(places, key)) in wanted:
                        found.setdefault(values, []).append(self._series(family, key))
        return found

    def _whole(self, family: Family, one: Series) -> Series | None:
        """The series that it is declared to be a part of."""
        whole = self.families.get(family.part_of)
        key = tuple(one.labels[name] for name in whole.labels.names) if whole else ()
        return self._series(whole, key) if whole and key in self._samples.get(whole.name, {}) else None

    def _beside(self, family: Family, keys: Sequence[LabelValues]) -> Mapping[LabelValues, Sequence[Series]]:
        """The series of other families with the same labels, by their values, but for labels that are never folded."""
        places = _foldable(family)
        names = [family.labels.names[place] for place in places]
        wanted = {_at(places, key) for key in keys}
        found: dict[LabelValues, list[Series]] = {}
        for other in self.families.values():
            if other is not family and names and sorted(names) == sorted(_names(other)):
                own = [other.labels.names.index(name) for name in names]
                for key in self._samples.get(other.name, ()):
                    if (values := _at(own, key)) in wanted:
                        found.setdefault(values, []).append(self._series(other, key))
        return found

    def _series(self, family: Family, key: LabelValues) -> Series:
        labels = {"account": self._account, **dict(zip(family.labels.names, key, strict=True))}
        return Series(family.name, labels, self._samples[family.name][key])


def _names(family: Family) -> list[str]:
    return [name for name in family.labels.names if name not in UNFOLDED]


def _foldable(family: Family) -> list[int]:
    """The places of the labels that the limit on series folds."""
    return [place for place, name in enumerate(family.labels.names) if name not in UNFOLDED]


def _at(places: Sequence[int], key: LabelValues) -> LabelValues:
    return tuple(key[place] for place in places)


def _rest(whole: Series, parts: Sequence[Series]) -> Decimal:
    with localcontext(EXACT):
        return Decimal(whole.value) - sum(Decimal(part.value) for part in parts)


def _same_unit(one: Series, other: Series) -> bool:
    """Whether they do not differ in a currency or unit that both have."""
    return all(one.labels[name] == other.labels[name] for name in UNFOLDED & one.labels.keys() & other.labels.keys())
