"""Content negotiation: OpenMetrics or the text format, compressed or not (RFC 9110, section 12.5)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

OPENMETRICS_PARAMETERS = {"version": {"1.0.0", "0.0.1"}, "charset": {"utf-8"}}
WEIGHT = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")


@dataclass(frozen=True, slots=True)
class Choice:
    """One element of the header: a media range or content coding, its parameters, and its weight."""

    name: str
    parameters: Mapping[str, str]
    weight: float


def prefers_openmetrics(accept: str) -> bool:
    """Whether OpenMetrics 1.0.0 has a higher weight than the text format, or the same and is named."""
    found = list(choices(accept))
    named = [choice for choice in found if choice.name == "application/openmetrics-text" and _is_openmetrics(choice)]
    openmetrics = _weight(named, found, "application/*")
    text = _weight([choice for choice in found if choice.name == "text/plain"], found, "text/*")
    return openmetrics > text or (openmetrics == text > 0 and bool(named))


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether the client accepts gzip; a weight of 0 means that it does not."""
    codings = {choice.name: choice.weight for choice in choices(accept_encoding)}
    return codings.get("gzip", codings.get("*", 0)) > 0


def choices(header: str) -> Iterator[Choice]:
    """The elements in lower case; an invalid weight counts as 0."""
    for element in header.lower().split(","):
        name, *texts = (part.strip() for part in element.split(";"))
        pairs = (text.partition("=") for text in texts if text)
        parameters = {key.strip(): value.strip().strip('"') for key, _, value in pairs}
        weight = parameters.pop("q", "1")
        yield Choice(name, parameters, float(weight) if WEIGHT.fullmatch(weight) else 0.0)


def _is_openmetrics(choice: Choice) -> bool:
    """Any `escaping` is acceptable: all names are ASCII."""
    given = {name: value for name, value in choice.parameters.items() if name != "escaping"}
    return all(value in OPENMETRICS_PARAMETERS.get(name, ()) for name, value in given.items())


def _weight(named: Iterable[Choice], found: Iterable[Choice], subtypes: str) -> float:
    """The weight of the most specific range: the type itself, then `subtypes`, then `*/*`."""
    for candidates in (named, *([choice for choice in found if choice.name == name] for name in (subtypes, "*/*"))):
        if weights := [choice.weight for choice in candidates]:
            return max(weights)
    return 0.0
