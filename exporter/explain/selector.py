"""A vector selector of PromQL, and which series it matches."""

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from exporter.mixin.promql import ESCAPED, MATCHER, selectors

NAME = "__name__"
METRIC = re.compile(r"\s*([A-Za-z_:][\w:]*)?\s*(?:\{(.*)\})?\s*", re.DOTALL | re.ASCII)
EXAMPLE = """azure_cost_month_to_date{account="contoso"}"""
ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
CHARACTERS = dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True))
ONLY_PYTHON = re.compile(r"(?<!\\)(?:\\\\)*(?:\(\?(?:[=!#>(]|<[=!]|P[=>])|\\[1-9Z])")
ONLY_PROMETHEUS = re.compile(r"(?<!\\)(?:\\\\)*(?:\\[pPzQEC]|\[:\^?\w+:\])")


@dataclass(frozen=True)
class Condition:
    """One matcher; an absent label has the value "". Construction raises `ValueError` for an invalid expression."""

    label: str
    operator: str
    value: str

    def __post_init__(self) -> None:
        if "~" in self.operator:
            _ = self._pattern

    def matches(self, value: str) -> bool:
        """Whether a value of the label fulfils it; regular expressions match whole values."""
        found = bool(self._pattern.fullmatch(value)) if "~" in self.operator else self.value == value
        return found != self.operator.startswith("!")

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        if found := ONLY_PYTHON.search(self.value) or ONLY_PROMETHEUS.search(self.value):
            raise ValueError(f"{self.value!r} has {found[0]!r}, which is not supported in a regular expression here")
        ascii_only = re.ASCII if "(?i" not in self.value else 0  # \w, \d and \b are ASCII in Prometheus
        try:
            with warnings.catch_warnings(action="error"):
                return re.compile(self.value, re.DOTALL | ascii_only)
        except (re.error, FutureWarning, DeprecationWarning, OverflowError, RecursionError) as error:
            raise ValueError(f"{self.value!r} is not a valid regular expression: {error}") from error


@dataclass(frozen=True)
class Selector:
    """All conditions of a selector; its name is one of the label `__name__`."""

    conditions: tuple[Condition, ...]

    @property
    def name(self) -> str:
        """The name of the family; empty if it has none, or a pattern."""
        return next((one.value for one in self.conditions if one.label == NAME and one.operator == "="), "")

    def without(self, labels: frozenset[str]) -> "Selector":
        """The selector without the conditions of some labels."""
        return Selector(tuple(one for one in self.conditions if one.label not in labels))

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether a series with these labels, its name included, fulfils all conditions."""
        return all(one.matches(labels.get(one.label, "")) for one in self.conditions)

    def allows(self, label: str, value: str) -> bool:
        """Whether series with this value of a label can match."""
        return all(one.matches(value) for one in self.conditions if one.label == label)


def parse(text: str) -> Selector:
    """The selector in `text`; raises `ValueError`, for an expression with the selectors that it consists of."""
    found = METRIC.fullmatch(text)
    if found is None:
        raise ValueError(_expression(text))
    name, braces = found.groups()
    conditions = [Condition(NAME, "=", name)] if name else []
    conditions += _conditions(braces or "")
    if len([one for one in conditions if one.label == NAME and one.operator == "="]) > 1:
        raise ValueError("names two families; a selector has one name")
    if all(one.matches("") for one in conditions):
        raise ValueError(f"would match every series; name a family, such as {EXAMPLE}")
    return Selector(tuple(conditions))


def _conditions(braces: str) -> Iterator[Condition]:
    rest = braces
    while rest.strip():
        one = MATCHER.match(rest)
        if one is None or one["value"] == "%q":
            raise ValueError(f'expected label="value", found {rest.strip()!r}')
        yield Condition(one["label"], one["operator"], _unquoted(one["value"]))
        rest = rest[one.end() :]
        if rest and not rest.startswith(","):
            raise ValueError(f"expected a comma before {rest!r}")
        rest = rest[1:]


def _unquoted(literal: str) -> str:
    """The value of a string literal; Go defines the escapes, of which those of one byte can be parts of a character."""
    text = literal[1:-1]
    if literal[0] == "`":
        return text
    if not ESCAPED.fullmatch(text):
        raise ValueError(f"{literal} has an invalid escape; a backslash in quotes is written twice")
    try:
        return ESCAPE.sub(_character, text).encode("utf-8", "surrogateescape").decode()
    except UnicodeError:
        raise ValueError(f"{literal} is not valid UTF-8") from None


def _character(found: re.Match[str]) -> str:
    byte, octal, point, other = found.groups()
    if point:
        return chr(int(point, 16))
    if byte or octal:
        return bytes([int(byte, 16) if byte else int(octal, 8) & 0xFF]).decode("utf-8", "surrogateescape")
    return CHARACTERS.get(other, other)


def _expression(text: str) -> str:
    try:
        parts = list(dict.fromkeys(text[one.start : one.end] for one in selectors(text)))
    except IndexError:
        parts = []
    instead = f"; explain one of its selectors: {', '.join(parts)}" if parts else f", such as {EXAMPLE}"
    return f"not a selector{instead}"
