"""Where a file of costs has what is selected, whatever the agreement and version of its columns."""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET

from exporter.apis.cost_management.columns import COLUMNS, CURRENCY
from exporter.apis.cost_management.downloads.download import MARKETPLACE, Cost
from exporter.apis.costs.records import THIRD_PARTIES
from exporter.apis.costs.selection import Selection
from exporter.errors import Malformed

DAYS = ("date", "usagedatetime", "chargeperiodstart")
QUANTITIES = ("quantity", "usagequantity", "consumedquantity")
COSTS = ("costinbillingcurrency", "pretaxcost", "cost", "billedcost")
"""What is billed, or the amortized cost in a file that is amortized itself."""
BILLED, EFFECTIVE = "billedcost", "effectivecost"
"""FOCUS has both in one file."""
FILES = {label: column.files for label, column in COLUMNS.items()}
FILES |= {"currency": CURRENCY.files}
FILES |= dict(zip(MARKETPLACE, (FILES["publisher_name"], FILES["product"], FILES["plan_name"]), strict=True))
NO_SECTION = frozenset({"-2", "unassigned"})
"""The id and the name that FOCUS files have where there is no invoice section."""
SUBSCRIPTION = "/subscriptions/"


def _sub_account(text: str) -> str:
    return text[len(SUBSCRIPTION) :] if text.lower().startswith(SUBSCRIPTION) else text


def _section(text: str) -> str:
    return "" if text.lower() in NO_SECTION else text


CLEANING = {"subaccountid": _sub_account, "xinvoicesectionid": _section, "xinvoicesectionname": _section}
"""Columns of FOCUS whose values are spelled otherwise than in the other files."""


@dataclass(frozen=True, slots=True)
class _Value:
    """How the value of a selected column is read from the texts of a row; `place` is None if the file lacks it."""

    place: int | None
    clean: Callable[[str], str] | None
    third_parties_only: bool


class Layout:
    """The names of a file's columns with the day, the cost, the quantity and the tags, and those of the selection.

    `names` are those of the file, in lower case without separators; raises `Malformed` if it can't be one of costs.
    """

    def __init__(self, names: Container[str], selection: Selection, cost: Cost) -> None:
        costs = COSTS if cost == "actual" or BILLED not in names else ()
        self.day = _required(names, DAYS)
        self.cost = _required(names, (*([EFFECTIVE] if cost == "amortized" else []), *costs))
        self.quantity = _first(names, QUANTITIES)
        self.tags = "tags" if "tags" in names else None
        publisher = _first(names, FILES["publisher_type"])
        found = [_first(names, FILES[column]) for column in selection.columns]
        self.fields = tuple(dict.fromkeys(name for name in (publisher, *found) if name))
        """The columns that `values` takes the texts of."""
        self._publisher = self.fields.index(publisher) if publisher else None
        self._values = [
            _Value(self.fields.index(name) if name else None, CLEANING.get(name or ""), column in MARKETPLACE)
            for name, column in zip(found, selection.columns, strict=True)
        ]

    def values(self, texts: Sequence[str]) -> tuple[Any, ...]:
        """The values of the selected columns, without blanks around, by the texts of `fields`."""
        trimmed = [text.strip() for text in texts]
        third_party = self._publisher is not None and trimmed[self._publisher].lower() in THIRD_PARTIES
        return tuple(_read(value, trimmed, third_party) for value in self._values)


def _read(value: _Value, texts: Sequence[str], third_party: bool) -> Any:
    if value.place is None:
        return UNSET
    if value.third_parties_only and not third_party:
        return ""
    text = texts[value.place]
    return value.clean(text) if value.clean else text


def _first(names: Container[str], synonyms: Iterable[str]) -> str | None:
    return next((name for name in synonyms if name in names), None)


def _required(names: Container[str], synonyms: Sequence[str]) -> str:
    if name := _first(names, synonyms):
        return name
    raise Malformed(f"the file has no column {' or '.join(synonyms)}, so it is no file of costs")
