"""The ``$filter`` of reports: comparisons, ``startswith``, ``and``, ``or`` and parentheses."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

R = TypeVar("R")
TOKEN = re.compile(r"\s*(\(|\)|,|'(?:[^']|'')*'|[^\s(),']+)")
INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}:\d{2})(\.\d{1,7})?Z)?")
MOST_TOKENS = 400


class InvalidFilterError(Exception):
    """A filter that the service does not support; the text is the clause."""


@dataclass(frozen=True)
class Filter(Generic[R]):
    """Which rows match; their instants are not before `first` and not after `last`, if there are such bounds."""

    matches: Callable[[R], bool]
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True)
class Fields(Generic[R]):
    """The fields of a row that a filter can name, and how the service compares them."""

    texts: Mapping[str, Callable[[R], str]]
    instant_name: str
    instant: Callable[[R], datetime]
    case_sensitive: bool = False

    def parse(self, text: str) -> Filter[R]:
        """The filter that `text` means, or `InvalidFilterError`."""
        return _Parser(self, _tokens(text)).whole()


class _Parser(Generic[R]):
    def __init__(self, fields: Fields[R], tokens: list[str]) -> None:
        self._fields = fields
        self._tokens = tokens

    def whole(self) -> Filter[R]:
        found = self._either()
        if self._tokens:
            raise InvalidFilterError(self._tokens[0])
        return found

    def _either(self) -> Filter[R]:
        found = self._both()
        while self._take_if("or"):
            found = _either(found, self._both())
        return found

    def _both(self) -> Filter[R]:
        found = self._one()
        while self._take_if("and"):
            found = _both(found, self._one())
        return found

    def _one(self) -> Filter[R]:
        if self._take_if("("):
            found = self._either()
            self._expect(")")
            return found
        name = self._take()
        if name == "startswith":
            self._expect("(")
            name = self._take()
            self._expect(",")
            wanted = self._literal(name)
            self._expect(")")
            return self._text(name, lambda value: value.startswith(wanted))
        operator, value = self._take(), self._take()
        if name == self._fields.instant_name:
            return self._instant(operator, value)
        if operator != "eq":
            raise InvalidFilterError(f"{name} {operator}")
        self._tokens.insert(0, value)
        wanted = self._literal(name)
        return self._text(name, lambda value: value == wanted)

    def _text(self, name: str, matches: Callable[[str], bool]) -> Filter[R]:
        read, fold = self._fields.texts[name], not self._fields.case_sensitive
        return Filter(lambda row: matches(read(row).lower() if fold else read(row)))

    def _literal(self, name: str) -> str:
        """The text after the name of a text field, folded if the case does not count."""
        literal = self._take()
        if name not in self._fields.texts or literal[0] != "'":
            raise InvalidFilterError(f"{name} {literal}")
        text = literal[1:-1].replace("''", "'")
        return text if self._fields.case_sensitive else text.lower()

    def _instant(self, operator: str, text: str) -> Filter[R]:
        """``lt`` and ``ne`` are not supported; ``gt`` is, as B2C's own page has it."""
        match, read = INSTANT.fullmatch(text), self._fields.instant
        if match is None:
            raise InvalidFilterError(text)
        try:
            # Python's instants have six digits of a fraction, the service's seven.
            at = datetime.fromisoformat(f"{match[1]}T{match[2] or '00:00:00'}{(match[3] or '.0')[:7]}").replace(
                tzinfo=UTC
            )
        except ValueError:
            raise InvalidFilterError(text) from None
        match operator:
            case "eq":
                return Filter(lambda row: read(row) == at, at, at)
            case "ge":
                return Filter(lambda row: read(row) >= at, at)
            case "gt":
                return Filter(lambda row: read(row) > at, at)
            case "le":
                return Filter(lambda row: read(row) <= at, None, at)
        raise InvalidFilterError(operator)

    def _take(self) -> str:
        if not self._tokens:
            raise InvalidFilterError("the end of the filter")
        return self._tokens.pop(0)

    def _take_if(self, token: str) -> bool:
        if self._tokens and self._tokens[0] == token:
            self._tokens.pop(0)
            return True
        return False

    def _expect(self, token: str) -> None:
        if not self._take_if(token):
            raise InvalidFilterError(self._take())


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    place = 0
    while place < len(text.rstrip()):
        match = TOKEN.match(text, place)
        if match is None or len(found) == MOST_TOKENS:
            raise InvalidFilterError(text[place : place + 20])
        found.append(match[1])
        place = match.end()
    return found


def _both(one: Filter[R], other: Filter[R]) -> Filter[R]:
    firsts = [at for at in (one.first, other.first) if at is not None]
    lasts = [at for at in (one.last, other.last) if at is not None]
    return Filter(
        lambda row: one.matches(row) and other.matches(row),
        max(firsts) if firsts else None,
        min(lasts) if lasts else None,
    )


def _either(one: Filter[R], other: Filter[R]) -> Filter[R]:
    first = min(one.first, other.first) if one.first and other.first else None
    last = max(one.last, other.last) if one.last and other.last else None
    return Filter(lambda row: one.matches(row) or other.matches(row), first, last)
