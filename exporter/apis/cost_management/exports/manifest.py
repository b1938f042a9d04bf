"""The manifest of one run of an export, which is written after its last part."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from exporter.apis.cost_management.downloads.download import Cost
from exporter.errors import Malformed, Reason, Rejected

NAMES = frozenset({"manifest.json", "_manifest.json"})
"""Both are documented."""
MAX_SIZE = 1 << 24
ACTUAL, AMORTIZED, FOCUS = frozenset({"actualcost", "usage"}), frozenset({"amortizedcost"}), frozenset({"focuscost"})
TYPES: dict[Cost, frozenset[str]] = {"actual": ACTUAL | FOCUS, "amortized": AMORTIZED | FOCUS}
"""Types of exports in lower case, by the costs that they have."""


class OtherCosts(Rejected):
    """The export does not have the costs that are needed."""


class Blob(msgspec.Struct, rename="camel", frozen=True):
    """One part; the name is its path in the container."""

    blob_name: str
    data_row_count: int | None = None


class ExportConfig(msgspec.Struct, rename="camel", frozen=True):
    """Which export has run."""

    export_name: str | None = None
    type: str | None = None


class RunInfo(msgspec.Struct, rename="camel", frozen=True):
    """When it has run; an instant with seven fraction digits."""

    submitted_time: str | None = None


class Manifest(msgspec.Struct, rename="camel", frozen=True):
    """The fields that are read. A run without data has no parts, and says so in one of several ways."""

    blobs: tuple[Blob, ...] | UnsetType | None = UNSET
    blob_count: int | None = None
    data_row_count: int | None = None
    export_config: ExportConfig = ExportConfig()
    run_info: RunInfo = RunInfo()

    @property
    def parts(self) -> tuple[Blob, ...]:
        """The parts; raises `Malformed` if there are more or fewer than stated, or if it is not stated."""
        if not self.blobs:
            if self.blob_count or self.data_row_count or (self.blobs is UNSET and self.states_nothing):
                raise Malformed("the manifest names no parts, but does not say that the run has no data")
            return ()
        if self.blob_count not in (None, len(self.blobs)):
            raise Malformed(f"the manifest names {len(self.blobs)} parts of {self.blob_count}")
        if len({blob.blob_name for blob in self.blobs}) < len(self.blobs):
            raise Malformed("the manifest names a part twice")
        return self.blobs

    @property
    def states_nothing(self) -> bool:
        """Whether there is no number of parts or rows."""
        return self.blob_count is None and self.data_row_count is None

    def require(self, cost: Cost) -> None:
        """Raises `OtherCosts` unless the export has these costs; without a type it is not known."""
        stated = self.export_config.type
        if stated is None or (kind := stated.lower()) in TYPES[cost]:
            return
        name = (self.export_config.export_name or "")[:100]
        if kind in ACTUAL | AMORTIZED:
            other = "amortized" if cost == "actual" else "actual"
            advice = f"set `cost: {other}`, or read an export of type {cost.capitalize()}Cost or FocusCost"
            text = f"export {name!r} has the type {stated}, but `cost` is {cost}: {advice}"
        else:
            advice = "read one of type ActualCost, AmortizedCost or FocusCost"
            text = f"export {name!r} has the type {stated[:40]}, which has no costs: {advice}"
        raise OtherCosts(text, Reason.BAD_REQUEST)


DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Manifest, strict=False)


def manifest(content: bytes) -> Manifest:
    """The manifest in a file, which may begin with a byte order mark; raises `Malformed`."""
    try:
        found: Manifest = DECODER.decode(content.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"not a manifest: {error}") from error
    return found
