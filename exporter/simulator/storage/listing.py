"""A container's listing: blobs and prefixes in lexical order, page by page."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import format_datetime
from xml.sax.saxutils import escape

from exporter.simulator.storage.errors import BOM
from exporter.simulator.storage.store import Blob, Store

MAX_RESULTS = 5000
PROPERTIES = (
    "<Creation-Time>{time}</Creation-Time><Last-Modified>{time}</Last-Modified><Etag>{etag}</Etag>"
    "{directory}<Content-Length>{length}</Content-Length><Content-Type>{type}</Content-Type>"
    "<Content-Encoding></Content-Encoding><Content-Language /><Content-MD5></Content-MD5><Cache-Control />"
    "<Content-Disposition /><BlobType>BlockBlob</BlobType><AccessTier>Hot</AccessTier>"
    "<AccessTierInferred>true</AccessTierInferred><LeaseStatus>unlocked</LeaseStatus>"
    "<LeaseState>available</LeaseState><ServerEncrypted>true</ServerEncrypted>"
)
DIRECTORY = "<ResourceType>directory</ResourceType>"


@dataclass(frozen=True)
class Wanted:
    """What a listing was asked for: `marker` is the name to begin with, `stated` what the request says of it."""

    prefix: str
    delimiter: str
    most: int
    marker: str
    stated: dict[str, str]


def listing(store: Store, wanted: Wanted, service: str) -> bytes:
    """A page as XML, after a byte order mark; ``Prefix``, ``Marker``, … only if they were sent."""
    switches = store.switches
    entries = sorted(_entries(store, wanted))
    following = [entry for entry in entries if entry[0] >= wanted.marker]
    size = min(wanted.most, switches.storage_page_size or MAX_RESULTS)
    if switches.storage_empty_page and "Marker" not in wanted.stated:
        size = 0
    page, rest = following[:size], following[size:]
    marker = write_marker(rest[0][0]) if rest else ""
    stated = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in wanted.stated.items())
    container = store.world.azure.container
    xml = (
        f'<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="{service}/" '
        f'ContainerName="{container}">{stated}<Blobs>{"".join(text for _, text in page)}</Blobs>'
        f"{f'<NextMarker>{marker}</NextMarker>' if marker else '<NextMarker />'}</EnumerationResults>"
    )
    return f"{BOM}{xml}".encode()


def write_marker(name: str) -> str:
    """Opaque text for the entry to begin with."""
    encoded = base64.b64encode(name.encode()).decode()
    return f"2!{len(encoded)}!{encoded}"


def read_marker(marker: str) -> str:
    """The entry to begin with; ValueError for what is no marker."""
    version, length, encoded = marker.split("!")
    if version != "2" or int(length) != len(encoded):
        raise ValueError("not a marker")
    return base64.b64decode(encoded, validate=True).decode()


def _entries(store: Store, wanted: Wanted) -> set[tuple[str, str]]:
    """Names with their XML; runs below a prefix that is listed as one entry are not made."""
    found: set[tuple[str, str]] = set()
    prefix, delimiter, tree = wanted.prefix, wanted.delimiter, store.switches.storage_hierarchical
    for folder, run in store.folders():
        if folder.startswith(prefix) and delimiter and delimiter in folder[len(prefix) :]:
            found.add(_prefix(folder, wanted, tree=tree))
        elif folder.startswith(prefix) or prefix.startswith(folder):
            found |= {_blob(blob) for blob in store.blobs_of(run) if blob.name.startswith(prefix)}
        if tree and not delimiter:
            found |= {_directory(name, store) for name in _parents(folder) if name.startswith(prefix)}
    for blob in store.notes():
        if not blob.name.startswith(prefix):
            continue
        below = delimiter and delimiter in blob.name[len(prefix) :]
        found.add(_prefix(blob.name, wanted, tree=tree) if below else _blob(blob))
    return found


def _parents(folder: str) -> Iterator[str]:
    parts = folder.rstrip("/").split("/")
    yield from ("/".join(parts[:number]) for number in range(1, len(parts) + 1))


def _prefix(name: str, wanted: Wanted, *, tree: bool) -> tuple[str, str]:
    end = name.index(wanted.delimiter, len(wanted.prefix)) + len(wanted.delimiter)
    properties = f"<Properties>{DIRECTORY}</Properties>" if tree else ""
    return name[:end], f"<BlobPrefix><Name>{escape(name[:end])}</Name>{properties}</BlobPrefix>"


def _blob(blob: Blob, *, directory: str = "") -> tuple[str, str]:
    """Its ETag is without quotes here."""
    properties = PROPERTIES.format(
        time=format_datetime(blob.modified, usegmt=True),
        etag=blob.etag,
        length=len(blob.data),
        type=blob.content_type,
        directory=directory,
    )
    text = f"<Blob><Name>{escape(blob.name)}</Name><Properties>{properties}</Properties><OrMetadata /></Blob>"
    return blob.name, text


def _directory(name: str, store: Store) -> tuple[str, str]:
    """A directory of a hierarchical account: a blob without content."""
    made = next(store.notes()).modified
    return _blob(Blob(name, b"", made), directory=DIRECTORY)
