"""The blobs of the container as of now."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from exporter.simulator.costs.book import CostBook
from exporter.simulator.costs.scopes import Scopes
from exporter.simulator.storage.exports import EXPORTS, MANIFEST_AFTER, PARQUET, PARTS_AFTER, Export, Run, runs
from exporter.simulator.storage.files import Writer
from exporter.simulator.storage.parquet import available
from exporter.simulator.switches import Switches
from exporter.simulator.world import World

TYPES = {".csv": "text/csv", ".json": "application/json", ".txt": "text/plain"}


@dataclass(frozen=True)
class Blob:
    """A blob; `etag` is without quotes."""

    name: str
    data: bytes = field(repr=False)
    modified: datetime

    @property
    def etag(self) -> str:
        """Another one for other content or another time."""
        stated = f"{self.name} {self.modified}".encode() + self.data
        return f"0x8D{hashlib.sha256(stated).hexdigest()[:12].upper()}"

    @property
    def content_type(self) -> str:
        """By the end of the name; compressed files are bytes."""
        return TYPES.get(f".{self.name.rpartition('.')[2]}", "application/octet-stream")


@dataclass
class Store:
    """Every export's runs, made when they are read; the same for the same seed and instant."""

    world: World
    switches: Switches
    book: CostBook
    overwrites: int = 0
    """How many times the newest runs of exports that overwrite were replaced by others on demand."""
    _made: dict[tuple[object, ...], dict[str, bytes]] = field(default_factory=dict, repr=False)

    @property
    def configured(self) -> tuple[Export, ...]:
        """Every export; one writes Parquet, if the simulator can."""
        return (*EXPORTS, PARQUET) if available() else EXPORTS

    def newest(self, name: str) -> Run:
        """The newest run of the export `name` of which there are files."""
        return self.runs(self.export(name))[-1]

    def export(self, name: str) -> Export:
        """The export of that name."""
        return next(export for export in self.configured if export.name == name)

    def runs(self, export: Export) -> list[Run]:
        """The runs of which there are files, oldest first."""
        return list(runs(export, self.world.ea.now(), self.world.seed, self.overwrites))

    def overwrite(self) -> None:
        """Replace the newest run of each month, in exports that overwrite: same rows, another id."""
        self.overwrites += 1

    def folders(self) -> Iterator[tuple[str, Run]]:
        """The folder of every run."""
        for export in self.configured:
            for run in self.runs(export):
                yield run.folder, run

    def notes(self) -> Iterator[Blob]:
        """Blobs that no run has made: a text with a name to be escaped, and one for each export that appends."""
        made = self.world.ea.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        for export in self.configured:
            if not export.overwrites:
                yield Blob(f"{export.folder}readme&notes.txt", b"x", made)
                for run in self.runs(export):
                    stamp = run.folder.removesuffix(f"{run.run_id}/")
                    yield Blob(f"{stamp}_metadata", b"", run.submitted)

    def blobs_of(self, run: Run) -> list[Blob]:
        """The files of `run` that are written by now: the manifest comes last."""
        now = self.world.ea.now()
        found = []
        for name, data in self.files(run).items():
            is_part = "manifest" not in name.rpartition("/")[2]
            modified = run.submitted + (PARTS_AFTER if is_part else MANIFEST_AFTER)
            if modified <= now:
                found.append(Blob(name, data, modified))
        return found

    def blob(self, name: str) -> Blob | None:
        """The blob of that name."""
        for folder, run in self.folders():
            if name.startswith(folder):
                found = next((blob for blob in self.blobs_of(run) if blob.name == name), None)
                if found is not None:
                    return found
        return next((blob for blob in self.notes() if blob.name == name), None)

    def files(self, run: Run) -> dict[str, bytes]:
        """The files of `run`, whether they are written by now or not."""
        switches = self.switches
        empty = switches.storage_empty_run and run == self.runs(run.export)[-1]
        key = (
            run,
            empty,
            switches.storage_rows_per_part,
            switches.storage_bom,
            switches.storage_manifest_name,
            switches.cost_management_commitments,
            switches.cost_management_empty,
        )
        if key not in self._made:
            self._made[key] = Writer(self.world, Scopes(self.book), switches).files(run, empty=empty)
        return self._made[key]
