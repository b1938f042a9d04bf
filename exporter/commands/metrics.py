"""`metrics`: the contract, which is every family with its labels and where it comes from."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap

import msgspec

from exporter.config import load
from exporter.contract import declared, defaults
from exporter.runtime.table import PREFIX
from exporter.runtime.telemetry import Telemetry

WIDTH = 100
"""Characters of a line of the table, unless a name is longer."""


@dataclass
class Contract:
    """A family as users see it; `sources` are APIs with their reports, none for the exporter's own."""

    name: str
    type: str
    labels: Sequence[str]
    help: str
    sources: dict[str, list[str]]


def metrics(arguments: argparse.Namespace) -> int:
    """Print all families: with the labels of a configuration, or with the defaults of all APIs."""
    families = contract(Path(arguments.config_file) if arguments.config_file else None)
    match arguments.format:
        case "json":
            print(msgspec.json.format(msgspec.json.encode({"families": families})).decode())
        case "markdown":
            print("\n".join(_markdown(families)))
        case _:
            print("\n".join(_table(families)))
    return 0


def contract(config_file: Path | None) -> list[Contract]:
    """Families of the reports of a configuration that are read, or of all APIs; then the exporter's own."""
    found: dict[str, Contract] = {}
    for one in declared(load(config_file) if config_file else defaults()):
        if config_file and not one.every:
            continue
        for family in one.collector.families:
            labels = dict.fromkeys(("account", *family.labels.names))
            known = found.setdefault(family.name, Contract(family.name, "gauge", (), family.help, {}))
            known.labels = list(dict.fromkeys(known.labels) | labels)
            reports = known.sources.setdefault(one.api.title, [])
            reports += [one.collector.name] * (one.collector.name not in reports)
    return [*found.values(), *_own()]


def _own() -> list[Contract]:
    telemetry = Telemetry()
    found = [Contract(one.sample_name, one.kind, one.names, one.text, {}) for one in telemetry.tables]
    for one in telemetry.registry.collect():
        if one.name.startswith(PREFIX):
            name = f"{one.name}{'_total' * (one.type == 'counter')}"
            found.append(Contract(name, one.type, telemetry.apis.labels.get(one.name, ()), one.documentation, {}))
    return sorted(found, key=lambda family: family.name)


def _sources(one: Contract) -> str:
    named = (f"{api} ({', '.join(reports)})" for api, reports in one.sources.items())
    return "; ".join(named) or "the exporter itself"


def _table(families: Sequence[Contract]) -> Iterator[str]:
    for one in families:
        yield f"{one.name}{{{','.join(one.labels)}}} {one.type}"
        for text in (one.help, f"From {_sources(one)}."):
            yield from wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
        yield ""


def _markdown(families: Sequence[Contract]) -> Iterator[str]:
    yield "| Family | Type | Labels | Source | Meaning |\n|---|---|---|---|---|"
    for one in families:
        labels = ", ".join(f"`{name}`" for name in one.labels)
        yield f"| `{one.name}` | {one.type} | {labels} | {_sources(one)} | {one.help.replace('|', '/')} |"
