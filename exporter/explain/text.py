"""Explanations as text for people, and as JSON."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from exporter.explain.absence import described
from exporter.explain.explanation import Explained, Series, Source
from exporter.explain.search import Found
from exporter.runtime.exposition import ESCAPES

ADDRESSES = ("API", "scope", "export")
"""What `AccountSettings.described` states of where a report is read."""


def as_text(found: Found) -> Iterator[str]:
    """Lines: the series of each report with their parts, then where they come from."""
    for source in found.sources:
        for one in source.explained:
            yield from _series_lines(one)
        width = max(map(len, _facts(source))) + 2
        for name, values in _facts(source).items():
            for first, value in enumerate(values):
                yield f"  {'' if first else name:<{width}}{value}"
        yield ""
    for missing in found.missing:
        yield f"not stored: {described(missing)}"


def as_json(found: Found) -> dict[str, Any]:
    """Values are texts with all digits; times are in RFC 3339, UTC."""
    return {
        "series": [_series_json(source, one) for source in found.sources for one in source.explained],
        "not_stored": [
            {"account": one.report.settings.account, "report": one.report.collector.name, "reason": one.problem}
            for one in found.missing
        ],
    }


def printable(text: str) -> str:
    """The text without what a terminal would interpret."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def written(one: Series) -> str:
    """The series as on the page, without its value."""
    labels = ",".join(f'{name}="{value.translate(ESCAPES)}"' for name, value in one.labels.items())
    return f"{one.name}{{{labels}}}" if labels else one.name


def _series_lines(one: Explained) -> Iterator[str]:
    yield f"{written(one.series)} {one.series.value}"
    if one.folded:
        yield "  the sum of the series that the limit left out"
    if one.whole:
        yield f"  part of {written(one.whole)} {one.whole.value}"
    for part in one.parts:
        yield f"  = {written(part)} {part.value}"
    if one.parts and one.rest:
        yield f"  = {one.rest} that these parts do not have"
    for other in one.beside:
        own = {name: value for name, value in other.labels.items() if one.series.labels.get(name) != value}
        yield f"  beside {written(Series(other.name, own, other.value))} {other.value}"


def _facts(source: Source) -> dict[str, Sequence[str]]:
    report, collection, plan = source.stored.report, source.collection, source.stored.plan
    where = [f"{name} {value}" for name, value in report.settings.described().items() if name in ADDRESSES]
    facts: dict[str, Sequence[str]] = {
        "meaning": list(dict.fromkeys(one.family.help for one in source.explained)),
        "account": [f"{report.settings.account} ({report.api.title})", *where],
        "report": [report.collector.name],
        "requests": report.endpoints,
        "billing period": [collection.period] if collection.period else [],
        "data as of": [_time(collection.data_timestamp) or "not stated by the report"],
        "read": [f"{_time(collection.collected)}, changed {_time(collection.changed)}"],
        "records": [f"{collection.records}, in {collection.series} series of the report"],
        "folded": [f"{collection.overflow} label sets, into __other__"] if collection.overflow else [],
        "dropped": [f"{collection.dropped} records, which are in no series"] if collection.dropped else [],
        "warnings": collection.warnings,
    }
    if plan and plan.last_error:
        facts["since then"] = [f"{plan.failures} failed runs, the last one: {plan.last_error}"]
    return {name: [printable(value) for value in values] for name, values in facts.items()}


def _series_json(source: Source, one: Explained) -> dict[str, Any]:
    report, collection, plan = source.stored.report, source.collection, source.stored.plan
    return {
        **_plain(one.series),
        "help": one.family.help,
        "api": report.api.name,
        "account": report.settings.account,
        "addresses": {name: value for name, value in report.settings.described().items() if name in ADDRESSES},
        "report": report.collector.name,
        "requests": report.endpoints,
        "billing_period": collection.period or None,
        "data_timestamp": _time(collection.data_timestamp),
        "collected": _time(collection.collected),
        "changed": _time(collection.changed),
        "records": collection.records,
        "series_of_report": collection.series,
        "folded": one.folded,
        "folded_label_sets": collection.overflow,
        "dropped_records": collection.dropped,
        "warnings": collection.warnings,
        "last_error": (plan.last_error if plan else "") or None,
        "failures": plan.failures if plan else 0,
        "parts": [_plain(part) for part in one.parts],
        "rest": None if one.rest is None else str(one.rest),
        "part_of": _plain(one.whole) if one.whole else None,
        "beside": [_plain(other) for other in one.beside],
    }


def _plain(one: Series) -> dict[str, Any]:
    return {"name": one.name, "labels": one.labels, "value": str(one.value)}


def _time(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else None
