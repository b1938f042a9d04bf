"""The files of a run: its parts, and the manifest that names them."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from exporter.simulator.costs.agreements import ea_csv, mca_csv
from exporter.simulator.costs.focus import Version, columns, focus_csv, lines
from exporter.simulator.costs.rows import CostRow, Metric
from exporter.simulator.costs.scopes import Scopes
from exporter.simulator.storage.exports import ROOT, Export, Run
from exporter.simulator.storage.parquet import parquet_bytes
from exporter.simulator.switches import Switches
from exporter.simulator.world import World

EA_COLUMNS = {"2021-10-01": 53, "2023-12-01-preview": 55, "2024-08-01": 57}


@dataclass(frozen=True)
class Content:
    """A part: its bytes and how many rows it has."""

    data: bytes
    rows: int


@dataclass(frozen=True)
class Writer:
    """What a run writes; `switches` decide on parts and byte order marks."""

    world: World
    scopes: Scopes
    switches: Switches

    def files(self, run: Run, *, empty: bool = False) -> dict[str, bytes]:
        """The files of `run` by their names in the container; those of an `empty` run are its manifest alone."""
        rows = () if empty else self._rows(run)
        size = self.switches.storage_rows_per_part
        if not run.export.partitioned:
            return {f"{run.folder}{run.export.name}_{run.run_id}.csv": self._content(rows, run.export)}
        pieces = [rows[place : place + size] for place in range(0, len(rows), size)]
        # A single part is numbered 0 or 1: readers have to take names from the manifest.
        first = 1 if run.export.compression == "gzip" else 0
        parts = {
            f"{run.folder}part_{number}_0001{run.export.suffix}": Content(self._content(piece, run.export), len(piece))
            for number, piece in enumerate(pieces, first)
        }
        manifest = f"{run.folder}{self.switches.storage_manifest_name}"
        return {name: part.data for name, part in parts.items()} | {manifest: self._manifest(run, parts)}

    def _rows(self, run: Run) -> Sequence[CostRow]:
        scope = self.scopes.find(self._scope(run.export))
        assert scope is not None
        if run.export.type != "FocusCost":
            return scope.rows(run.export.type, run.start, run.end, run.submitted)
        rows = scope.book.rows(scope.agreement, run.start, run.end, run.submitted)
        return [row for row in rows if scope.covers(row)]

    def _content(self, rows: Sequence[CostRow], export: Export) -> bytes:
        bom = self.switches.storage_bom
        if export.type == "FocusCost":
            version = cast(Version, export.version)
            if export.compression == "Snappy":
                return parquet_bytes(columns(version), lines(rows, version, self.world))
            text = focus_csv(rows, version, self.world, bom=bom)
        else:
            metric: Metric = export.type
            if export.scope == "enrollment":
                text = ea_csv(rows, metric, self.world, columns=EA_COLUMNS[export.version], bom=bom)
            else:
                text = mca_csv(rows, metric, self.world, bom=bom)
        return gzip.compress(text, mtime=0) if export.compression == "gzip" else text

    def _scope(self, export: Export) -> str:
        tenant = self.world.azure
        return tenant.enrollment if export.scope == "enrollment" else tenant.billing_profile

    def _manifest(self, run: Run, parts: dict[str, Content]) -> bytes:
        export, tenant = run.export, self.world.azure
        group = f"/subscriptions/{tenant.subscription_ids['Headquarters']}/resourceGroups/rg-core"
        manifest = {
            "manifestVersion": "2024-04-01",
            "byteCount": sum(len(part.data) for part in parts.values()),
            "blobCount": len(parts) or None,
            "dataRowCount": sum(part.rows for part in parts.values()),
            "exportConfig": {
                "exportName": export.name,
                "resourceId": f"{self._scope(export)}/providers/Microsoft.CostManagement/exports/{export.name}",
                "dataVersion": export.version,
                "apiVersion": "2025-03-01",
                "type": export.type,
                "timeFrame": "MonthToDate",
                "granularity": "Daily",
            },
            "deliveryConfig": {
                "partitionData": True,
                "dataOverwriteBehavior": "OverwritePreviousReport" if export.overwrites else "CreateNewReport",
                "fileFormat": "Parquet" if export.compression == "Snappy" else "Csv",
                "compressionMode": export.compression,
                # Not a URI in the documented sample, either.
                "containerUri": f"{group}/providers/Microsoft.Storage/storageAccounts/{tenant.storage_account}",
                "rootFolderPath": ROOT,
            },
            "runInfo": {
                "executionType": "OnDemand" if run.on_demand else "Scheduled",
                "submittedTime": f"{run.submitted:%Y-%m-%dT%H:%M:%S}.1234567Z",
                "runId": run.run_id,
                # Without a zone, with Z and with an offset: all three occur.
                "startDate": f"{run.start}T00:00:00",
                "endDate": f"{run.end}T00:00:00{'Z' if export.overwrites else '+00:00'}",
            },
            "blobs": [
                {"blobName": name, "byteCount": len(part.data), "dataRowCount": part.rows}
                for name, part in parts.items()
            ],
        }
        return json.dumps(manifest, indent=2).encode()
