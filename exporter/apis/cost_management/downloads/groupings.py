"""What a query groups by, in the names that the agreement has."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from exporter.apis.cost_management.columns import COLUMNS
from exporter.apis.cost_management.scope import Kind, Scope
from exporter.apis.costs.columns import tag_label
from exporter.apis.costs.selection import Selection
from exporter.errors import Rejected
from exporter.transport.error_bodies import code_and_message

DOCUMENTED = 2
"""How many groupings are documented; more have been seen to work."""
INVALID = re.compile(r"invalid dataset grouping: '([^']*)'(?:; valid values: (.*))?", re.IGNORECASE | re.DOTALL)
VALUE = re.compile(r"'([^']+)'")


@dataclass(frozen=True, slots=True)
class Groupings:
    """The dimensions of the selected columns, by column, and the keys of tags."""

    dimensions: Mapping[str, str]
    tag_keys: tuple[str, ...]

    @classmethod
    def from_selection(cls, selection: Selection, scope: Scope, known: Mapping[str, str]) -> "Groupings":
        """A grouping for each column that queries have; `known` has the names that the service has accepted."""
        columns = [column for column in selection.columns if column in COLUMNS and COLUMNS[column].dimensions]
        if scope.kind is Kind.MANAGEMENT_GROUP and "subscription_name" in columns:
            columns.append("subscription_id")  # seen: refused by name alone
        return cls({c: known.get(c, COLUMNS[c].dimensions[0]) for c in columns}, selection.tag_keys)

    @property
    def requested(self) -> list[dict[str, str]]:
        """As a query has them; columns with the same dimension share one."""
        dimensions = [{"type": "Dimension", "name": name} for name in dict.fromkeys(self.dimensions.values())]
        return dimensions + [{"type": "TagKey", "name": key} for key in self.tag_keys]

    def renamed(self, refused: Rejected) -> "Groupings":
        """The same columns in the names that the refusal lists as valid.

        Raises the refusal, with what to do, if it is not about a name, or lists no other name for it.
        """
        found = INVALID.search(code_and_message(refused.body)[1]) if refused.status == 400 else None
        if not found:
            raise self._explained(refused) from refused
        name, valid = found[1].lower(), {valid.lower(): valid for valid in VALUE.findall(found[2] or "")}
        renamed = {c: _spelled(COLUMNS[c].dimensions, valid) or before for c, before in self.dimensions.items()}
        stuck = [c for c, before in self.dimensions.items() if before.lower() == name and renamed[c] == before]
        stuck += [tag_label(key) for key in self.tag_keys if key.lower() == name]
        if stuck:
            raise _unavailable(refused, stuck, valid) from refused
        if renamed == self.dimensions:
            raise self._explained(refused) from refused
        return Groupings(renamed, self.tag_keys)

    def _explained(self, refused: Rejected) -> Rejected:
        number, labels = len(self.requested), [*self.dimensions, *map(tag_label, self.tag_keys)]
        if refused.status != 400 or number <= DOCUMENTED:
            return refused
        text = f"{number} groupings were requested, for {', '.join(labels)}, and only {DOCUMENTED} are documented"
        return refused.with_text(f"{refused} ({text}: remove labels or tags, or use another download)")


def _unavailable(refused: Rejected, labels: Iterable[str], valid: Mapping[str, str]) -> Rejected:
    available = ", ".join(name for name, column in COLUMNS.items() if _spelled(column.dimensions, valid))
    text = f"query: the scope has no column for {', '.join(labels)}: remove it, or use another download"
    return refused.with_text(f"{text}; available are {available}" if available else f"{text} ({refused})")


def _spelled(dimensions: Iterable[str], valid: Mapping[str, str]) -> str | None:
    return next((valid[name.lower()] for name in dimensions if name.lower() in valid), None)
