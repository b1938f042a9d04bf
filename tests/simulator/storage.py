"""The simulated storage account as a client sees it."""

import csv
import gzip
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import requests

from exporter.simulator import Simulator

from .costs import Arm

STORAGE = "https://storage.azure.com"
NOVEMBER = "20261101-20261130"


@dataclass(frozen=True)
class Account:
    """What a program sends to the storage account."""

    arm: Arm

    @property
    def sim(self) -> Simulator:
        return self.arm.sim

    def get(
        self, path: str, params: Mapping[str, str] | None = None, token: str | None = None, **headers: str
    ) -> requests.Response:
        sent = {"x-ms-version": "2023-11-03", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if token != "":
            sent["Authorization"] = f"Bearer {token or self.arm.token(STORAGE)}"
        url = f"{self.sim.blob_url}/exports{path}"
        return requests.get(url, params=params, headers=sent, verify=str(self.sim.ca_file), timeout=60)

    def page(self, **params: str) -> tuple[list[str], list[str], str]:
        """Names of blobs and of prefixes on a page, and the marker of the next one."""
        answer = self.get("", {"restype": "container", "comp": "list", **params})
        assert 200 == answer.status_code, answer.text
        assert answer.content.startswith(b"\xef\xbb\xbf<?xml")
        root = ElementTree.fromstring(answer.content)
        names = [[one.text or "" for one in root.iterfind(f"Blobs/{kind}/Name")] for kind in ("Blob", "BlobPrefix")]
        return names[0], names[1], root.findtext("NextMarker") or ""

    def read(self, name: str) -> bytes:
        answer = self.get(f"/{name}")
        assert 200 == answer.status_code, answer.text
        return answer.content

    def newest(self, export: str, period: str = NOVEMBER) -> dict[str, Any]:
        """The manifest of the newest run."""
        names, _, _ = self.page(prefix=f"costs/{export}/{period}/")
        found = [json.loads(self.read(name)) for name in names if name.endswith("manifest.json")]
        newest: dict[str, Any] = max(found, key=lambda one: one["runInfo"]["submittedTime"])
        return newest

    def rows(self, manifest: dict[str, Any]) -> list[dict[str, str]]:
        """The rows of all parts, as many as the manifest says."""
        rows = []
        for blob in manifest["blobs"]:
            content = self.read(blob["blobName"])
            assert blob["byteCount"] == len(content)
            text = (gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content).decode("utf-8-sig")
            part = list(csv.DictReader(io.StringIO(text, newline="")))
            assert blob["dataRowCount"] == len(part)
            rows += part
        assert manifest["dataRowCount"] == len(rows)
        return rows
