"""What a published figure consists of, and where it comes from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import cached_property

from exporter.explain.selector import NAME, Selector
from exporter.explain.stored import Stored
from exporter.model.collection import Collection
from exporter.model.families import EXACT, Family, Number
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
    collection = found.collection
    if collection is None:
        return None
    families = {family.name: family for family in found.report.collector.families}
    all_series = _Published(collection, found.report.settings.account, families)
    matching = [
        Explained(
            one,
            family,
            *all_series.parts(one),
            whole=all_series.whole(one, family),
            beside=all_series.beside(one, family),
        )
        for name, family in families.items()
        if selector.allows(NAME, name)
        for one in all_series.series(family)
        if selector.matches({NAME: name, **one.labels})
    ]
    return Source(found, collection, matching) if matching else None


@dataclass(frozen=True)
class _Published:
    collection: Collection
    account: str
    families: Mapping[str, Family]

    def series(self, family: Family) -> Iterator[Series]:
        """The series of a family, sorted by label values."""
        for key, value in sorted(self.collection.samples.get(family.name, {}).items()):
            labels = {"account": self.account, **dict(zip(family.labels.names, key, strict=True))}
            yield Series(family.name, labels, value)

    def parts(self, one: Series) -> tuple[Sequence[Series], Decimal | None]:
        """The series of the family that is declared to break it down, and what they lack of its value."""
        if not (found := self._parts.get(_key(one, one.labels), ())):
            return (), None
        with localcontext(EXACT):
            return found, Decimal(one.value) - sum(Decimal(part.value) for part in found)

    def whole(self, one: Series, family: Family) -> Series | None:
        """The series that it is declared to be a part of."""
        if family.part_of not in self.families:
            return None
        names = ("account", *self.families[family.part_of].labels.names)
        return self._wholes.get((family.part_of, *(one.labels[name] for name in names)))

    def beside(self, one: Series, family: Family) -> Sequence[Series]:
        """The series of other families with the same labels, but for those that are never folded."""
        found = self._alike.get(_foldable(one), ()) if _foldable(one) else ()
        return [other for other in found if other.name != one.name and _same_unit(other, one)]

    @cached_property
    def _all(self) -> Sequence[Series]:
        return [one for family in self.families.values() for one in self.series(family)]

    @cached_property
    def _wholes(self) -> Mapping[tuple[str, ...], Series]:
        return {_key(one, one.labels): one for one in self._all}

    @cached_property
    def _parts(self) -> Mapping[tuple[str, ...], Sequence[Series]]:
        found: dict[tuple[str, ...], list[Series]] = {}
        for one in self._all:
            if whole := self.families.get(self.families[one.name].part_of):
                names = ("account", *whole.labels.names)
                found.setdefault((whole.name, *(one.labels[name] for name in names)), []).append(one)
        return found

    @cached_property
    def _alike(self) -> Mapping[frozenset[tuple[str, str]], Sequence[Series]]:
        found: dict[frozenset[tuple[str, str]], list[Series]] = {}
        for one in self._all:
            found.setdefault(_foldable(one), []).append(one)
        return found


def _key(one: Series, names: Iterable[str]) -> tuple[str, ...]:
    return one.name, *(one.labels[name] for name in names)


def _foldable(one: Series) -> frozenset[tuple[str, str]]:
    """The labels that tell series apart, but for those that are never folded; empty if there are none."""
    labels = one.labels.items()
    return frozenset((name, value) for name, value in labels if name != "account" and name not in UNFOLDED)


def _same_unit(one: Series, other: Series) -> bool:
    """Whether they do not differ in a currency or unit that both have."""
    return all(one.labels[name] == other.labels[name] for name in UNFOLDED & one.labels.keys() & other.labels.keys())
