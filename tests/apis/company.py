"""Accounts that read the simulated company's costs, and what they publish."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml
from prometheus_client.parser import text_string_to_metric_families

from exporter.commands.simulate import write_config
from exporter.simulator import Simulator
from exporter.simulator.costs.rows import CostRow, Metric
from exporter.simulator.costs.scopes import Scopes
from tests.harness import NOON, Clock, ExporterHarness, families

Figures = dict[frozenset[tuple[str, str]], Fraction]
"""The exact amounts of one family by labels."""
ACCOUNT = "contoso"


@dataclass
class Company:
    """The simulated company and a directory for configurations; a new exporter has a storage of its own."""

    simulator: Simulator
    directory: Path
    clock: Clock
    built: int = 0

    def config(self, **sections: Any) -> Path:
        """A configuration with these accounts and other sections alone."""
        file = write_config(self.simulator, self.directory)
        self.built += 1
        storage = {"path": str(self.directory / f"storage-{self.built}")}
        file.write_text(yaml.safe_dump({**sections, "storage": storage}))
        return file

    def harness(self, *accounts: dict[str, Any]) -> ExporterHarness:
        """An exporter of these accounts of Cost Management, whose waits take no time."""
        return ExporterHarness(self.config(cost_management=list(accounts)), self.clock).without_waiting()

    def retired(self, at_once: int = 4, **keys: Any) -> ExporterHarness:
        """An exporter of the enrollment by the retired API, with so many requests at once."""
        ea = self.simulator.world.ea
        account = {"name": ACCOUNT, "enrollment": ea.enrollment, "api_key": ea.api_key, **self.where(), **keys}
        file = self.config(ea=[account], requests={"at_once_per_account": at_once})
        return ExporterHarness(file, self.clock).without_waiting()

    def where(self) -> dict[str, str]:
        return {"base_url": self.simulator.url, "ca_file": str(self.simulator.ca_file)}

    def identity(self) -> dict[str, Any]:
        """The company's program, with its secret."""
        azure = self.simulator.world.azure
        return {"tenant": azure.tenant, "client_id": azure.client_id, "client_secret": azure.client_secret,
                "authority": self.simulator.url}  # fmt: skip

    def account(self, **keys: Any) -> dict[str, Any]:
        """The enrollment's account, or that of another scope among `keys`."""
        scope = {} if "scope" in keys else {"enrollment": self.simulator.world.ea.enrollment}
        return {"name": ACCOUNT, **scope, "identity": self.identity(), **self.where(), **keys}

    def exported(self, name: str, **usage: Any) -> dict[str, Any]:
        """The enrollment's account that reads one of its exports."""
        return self.account(usage={**usage, "download": "export", "export": {"url": self.export_url(name)}})

    def export_url(self, name: str) -> str:
        return f"{self.simulator.blob_url}/{self.simulator.world.azure.container}/costs/{name}"

    def synchronized(self, name: str) -> Path:
        """A directory with the newest run of each of the export's months."""
        store = self.simulator.exports
        newest = {run.start: run for run in store.runs(store.export(name))}
        for run in newest.values():
            for path, content in store.files(run).items():
                (self.directory / path).parent.mkdir(parents=True, exist_ok=True)
                (self.directory / path).write_bytes(content)
        return self.directory / store.export(name).folder

    def books(self, path: str, cost: str = "actual", known: datetime = NOON) -> list[CostRow]:
        """The simulated rows of a scope in the current month that were known at an instant."""
        metric: Metric = "ActualCost" if cost == "actual" else "AmortizedCost"
        return self.rows(path, known.date().replace(day=1), known.date(), known, metric)

    def rows(
        self, path: str, start: date, end: date, known: datetime | None = None, metric: Metric = "ActualCost"
    ) -> list[CostRow]:
        """Those of some days, both included, by default as known now."""
        scope = Scopes(self.simulator.costs).find(path)
        assert scope is not None
        return list(scope.rows(metric, start, end, known))

    def sent(self, part: str) -> int:
        """How many requests with `part` in their path Azure Resource Manager has received."""
        return sum(part.lower() in one.path.lower() for one in self.simulator.received)


def figures(harness: ExporterHarness, family: str, without: Iterable[str] = ("account",)) -> Figures:
    """The exact samples of a family; those that differ by labels `without` alone are summed."""
    text = families(harness.exporter).get(family, b"").decode()
    exact = (line.rpartition(" ")[2] for line in text.splitlines() if not line.startswith("#"))
    found: Figures = {}
    for metric in text_string_to_metric_families(text):
        for sample, amount in zip(metric.samples, exact, strict=True):
            key = frozenset((name, value) for name, value in sample.labels.items() if name not in set(without))
            found[key] = found.get(key, Fraction(0)) + Fraction(amount)
    return found


def total(harness: ExporterHarness, family: str) -> Fraction | None:
    """The exact sum of a family's samples; None where it is absent."""
    found = figures(harness, family)
    return sum(found.values(), Fraction(0)) if found else None


def summed(rows: Iterable[CostRow], amount: Callable[[CostRow], Decimal], *names: str) -> Figures:
    """Rows of the simulated books, by labels that are named as their attributes."""
    found: Figures = {}
    for row in rows:
        key = frozenset((name, str(getattr(row, name))) for name in names)
        found[key] = found.get(key, Fraction(0)) + Fraction(amount(row))
    return found
