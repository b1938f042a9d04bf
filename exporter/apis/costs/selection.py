"""The columns and tags that are read from each usage row."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from msgspec import UNSET

from exporter.apis.costs.columns import BOOLEAN, tag_label
from exporter.apis.costs.tags import selector

Row: TypeAlias = tuple[str | None, tuple[Any, ...], Decimal | None, Decimal | None]
"""One row in a stream: its day as text, the values of the selection, quantity and cost; the day or an amount is None
where the row does not state it."""
PartialSum: TypeAlias = tuple[str | None, tuple[Any, ...], Decimal | None, Decimal | None, int, int]
"""Rows with the same day and values that a reader has summed itself: as `Row`, then the number of rows, and how many
of them state no cost."""


class PartialSums(tuple[PartialSum, ...]):
    """A batch of rows that its reader has summed."""

    __slots__ = ()


Batches: TypeAlias = Iterable[Iterable[Row] | PartialSums]


@dataclass(frozen=True, slots=True)
class Selection:
    """Columns by their label, and keys of tags.

    The values of a row are those of its columns, then one `TagValues` if there are tag keys. A column that the row
    does not have is `UNSET`.
    """

    columns: tuple[str, ...]
    tag_keys: tuple[str, ...] = ()

    @classmethod
    def from_names(cls, columns: Iterable[str], tag_keys: Iterable[str], names: Iterable[str] = ()) -> "Selection":
        """The columns and tags by themselves, then others by `names` (`tag_<key>` for a tag)."""
        selected, keys = [*columns], {tag_label(key): key for key in tag_keys}
        for name in names:
            if name.startswith("tag_"):
                keys.setdefault(tag_label(name[4:]), name[4:])
            else:
                selected.append(name)
        return cls(tuple(dict.fromkeys(selected)), tuple(keys.values()))

    def reader(
        self, getter: Callable[..., Callable[[Any], Any]], names: Sequence[Any], tags: Any
    ) -> Callable[[Any], tuple[Any, ...]]:
        """Reads the values from a row; `getter` finds the columns by `names`, and the text of the tags by `tags`."""
        read, read_tags = getter(*names), getter(tags)
        columns = read if len(names) > 1 else lambda row: (read(row),)
        if not self.tag_keys:
            return columns
        select = selector(self.tag_keys)
        return lambda row: (*columns(row), select(read_tags(row)))

    def named(self, values: Sequence[Any]) -> dict[str, str]:
        """The values of a row as text by label; the same for JSON and CSV."""
        named = dict(zip(self.columns, map(_text, values), strict=False))
        named |= {name: named[name].lower() for name in named.keys() & BOOLEAN}
        if self.tag_keys:
            named |= zip(map(tag_label, self.tag_keys), values[-1] or [""] * len(self.tag_keys), strict=True)
        return named

    def missing(self, rows: Iterable[Sequence[Any]]) -> frozenset[str]:
        """Labels of columns and tags that none of the rows has."""
        absent = [all(value is UNSET for value in values) for values in zip(*rows, strict=True)]
        found = {name for name, nowhere in zip(self.columns, absent, strict=False) if nowhere}
        if self.tag_keys and absent and absent[-1]:
            found |= set(map(tag_label, self.tag_keys))
        return frozenset(found)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None or value is UNSET else str(value)
