"""Which run of an export is read: the newest one of the requested days.

Below the export's folder there is one folder for each period, `yyyyMMdd-yyyyMMdd`, mostly a calendar month. In it are
the folders of the runs, each with parts and a manifest; depending on how the export overwrites, there are all runs or
the newest alone. Exports made before there were partitions have a file for each run instead, without a manifest.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from exporter.apis.cost_management.downloads.download import Cost
from exporter.apis.cost_management.exports.manifest import MAX_SIZE, NAMES, Blob, Manifest, manifest
from exporter.apis.cost_management.exports.source import Gone, Item, Source, whole
from exporter.errors import Malformed, Reason, Rejected
from exporter.model.periods import Days, billing_month, instant

PERIOD = re.compile(r"([0-9]{8})-([0-9]{8})")
FILE = re.compile(r"[^/]+/[^/.][^/]*\.(csv|csv\.gz|parquet)", re.IGNORECASE)
"""A file of a period itself; programs that synchronize begin the names of their unfinished files with a dot."""
UNSAFE = re.compile(r"://|\\|(^|/)\.\.?(/|$)")
"""What no name of a blob of an export has: another host, or a way out of its folder."""
MAX_MANIFESTS = 1000
"""Manifests of one period that are read, the last modified ones."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file with rows, and how many the manifest says there are."""

    item: Item
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class ExportRun:
    """All files of one run, none if it had no data, and how many rows the manifest says there are."""

    parts: Sequence[Part]
    rows: int | None = None


def listed(source: Source, days: Days) -> Mapping[str, Sequence[Item]]:
    """The files of the periods with some days of one month, by folder; usually that of the month, in one request.

    Empty if the export has no period with these days (yet). Raises `Rejected` if there is no period at all.
    """
    month = billing_month(days.start)
    folder = f"{month.start:%Y%m%d}-{month.end:%Y%m%d}"
    if items := source.items(folder):
        return {folder: items}
    periods = dict(_periods(source))
    if not periods:
        text = "no folder of a period (yyyyMMdd-yyyyMMdd); check the path, which ends with the export's name"
        found = ", ".join(sorted(source.folders())[:5])
        there = f"; folders there are {found}" if found else ""
        raise Rejected(f"{source.place}: {text}, and that it has run{there}", Reason.NOT_FOUND)
    return {folder: source.items(folder) for folder in _covering(source, periods, days)}


def _periods(source: Source) -> Iterator[tuple[str, Days]]:
    for folder in source.folders():
        if found := PERIOD.fullmatch(folder):
            try:
                start, end = (datetime.strptime(text, "%Y%m%d").date() for text in found.groups())  # noqa: DTZ007
            except ValueError:
                continue
            yield folder, Days(start, end)


def _covering(source: Source, periods: Mapping[str, Days], days: Days) -> Sequence[str]:
    """The shortest period with all of the days; otherwise all periods with some of them."""

    def length(folder: str) -> int:
        return (periods[folder].end - periods[folder].start).days

    found = {folder: some for folder, some in periods.items() if some.start <= days.end and some.end >= days.start}
    if whole_ := [folder for folder, some in found.items() if days.start in some and days.end in some]:
        return [min(whole_, key=length)]
    folders = sorted(found, key=lambda folder: found[folder].start)
    for one, other in pairwise(folders):
        if found[one].end >= found[other].start:
            text = f"the periods {one} and {other} overlap, so that their sums would count days twice"
            raise Rejected(f"{source.place}: {text}; read an export with a monthly period", Reason.BAD_REQUEST)
    return folders


def newest(source: Source, folder: str, items: Sequence[Item], cost: Cost) -> ExportRun:
    """The run in a folder that was submitted last; without a manifest the file that was modified last.

    Raises `Gone` where the parts of a run are there and its manifest is not yet.
    """
    if found := sorted(_manifests(items), key=lambda item: item.modified)[-MAX_MANIFESTS:]:
        _, _, name, last = max(_readable(source, found), key=lambda run: run[:3])
        last.require(cost)
        with _naming(f"{source.place}/{name}"):
            return ExportRun(list(_parts(source, last.parts, folder, items)), last.data_row_count)
    files = [item for item in items if FILE.fullmatch(item.name)]
    if files:
        return ExportRun([Part(max(files, key=lambda item: (item.modified, item.name)))])
    if items:
        raise Gone(f"{source.place}/{folder}: the parts of a run are there, but no manifest.json")
    return ExportRun([])


def fingerprint(source: Source, found: Mapping[str, Sequence[Item]]) -> Sequence[str]:
    """What a list says about the runs: the manifests and their ETags, or those of all files if there are none."""
    lines = [source.place]
    for folder, items in found.items():
        lines += [folder, *(f"{item.name} {item.etag}" for item in _manifests(items) or items)]
    return lines


def _manifests(items: Sequence[Item]) -> Sequence[Item]:
    return [item for item in items if item.name.rpartition("/")[2] in NAMES]


def _readable(source: Source, items: Sequence[Item]) -> Iterator[tuple[datetime, datetime, str, Manifest]]:
    """When each run was submitted, and its manifest. One that can't be read is left out if it is older than another.

    Raises `Malformed` if the newest of them can't be read: which run is the newest is not known then.
    """
    for place, item in enumerate(items):
        try:
            submitted, found = _read(source, item)
        except Malformed:
            if place == len(items) - 1:
                raise
        else:
            yield submitted, item.modified, item.name, found


def _read(source: Source, item: Item) -> tuple[datetime, Manifest]:
    """A manifest, and when its run was submitted."""
    with _naming(f"{source.place}/{item.name}"):
        found = manifest(whole(source, item, MAX_SIZE))
        submitted = found.run_info.submitted_time
        return instant(submitted) if submitted else item.modified, found


def _parts(source: Source, blobs: Sequence[Blob], folder: str, items: Sequence[Item]) -> Iterator[Part]:
    """The files of the blobs. Only those below the folder of the same period are read, whatever the container and the
    root folder are called where the files are now.
    """
    by_name = {item.name: item for item in items}
    for blob in blobs:
        _, found, tail = f"/{blob.blob_name}".rpartition(f"/{folder}/")
        if not found or UNSAFE.search(blob.blob_name):
            raise Malformed(f"a part is not in the folder of its period: {blob.blob_name[:200]!r}")
        name = f"{folder}/{tail}"
        if name not in by_name:
            raise Gone(f"{source.place}/{name}: the manifest names this part, but it is not there")
        yield Part(by_name[name], blob.data_row_count)


@contextmanager
def _naming(file: str) -> Iterator[None]:
    """Adds the name of the file to what is wrong with it."""
    try:
        yield
    except Malformed as error:
        raise Malformed(f"{file}: {error}") from error
