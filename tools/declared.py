"""What the collectors declare, with the options that the example configuration sets: the defaults."""

from collections.abc import Iterator

from exporter.apis.api import Api
from exporter.config import loads
from exporter.contract import declared
from exporter.example import file as example
from exporter.model.collection import Collector
from exporter.model.families import Family


def collectors() -> Iterator[tuple[Api, Collector]]:
    """Every collector with its API, also those of reports that are read only with an option."""
    for found in declared(loads(example.text(), example.FILE_NAME)):
        yield found.api, found.collector


def families() -> dict[tuple[Api, ...], list[Family]]:
    """Every family by the APIs that publish it, those of one API first."""
    found: dict[str, Family] = {}
    publishers: dict[str, dict[Api, None]] = {}
    for api, collector in collectors():
        for family in collector.families:
            found[family.name] = family
            publishers.setdefault(family.name, {})[api] = None
    grouped: dict[tuple[Api, ...], list[Family]] = {}
    for name, apis in sorted(publishers.items(), key=lambda item: len(item[1])):
        grouped.setdefault(tuple(apis), []).append(found[name])
    return grouped
