"""A page of the list of a container's blobs (List Blobs of the Blob service's REST API)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

from exporter.errors import Malformed
from exporter.transport.response import Response

MAX_SIZE = 1 << 25
"""Bytes of a page, which has at most 5,000 names of at most 1,024 characters."""
DECLARATIONS = ("<!DOCTYPE", "<!ENTITY")


@dataclass(frozen=True, slots=True)
class Blob:
    """A file; its ETag is quoted, as conditions need it."""

    name: str
    etag: str
    modified: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The blobs, the folders up to the delimiter, and the marker of the next page; empty on the last one."""

    blobs: Sequence[Blob]
    folders: Sequence[str]
    marker: str


def listing(page: Response) -> Listing:
    """The page, which may begin with a byte order mark; raises `Malformed`. Directories are no blobs."""
    try:
        text = page.content.decode("utf-8-sig")
        if len(text) > MAX_SIZE or any(declaration in text for declaration in DECLARATIONS):
            raise Malformed(page.described("list of blobs: larger than documented, or with a declaration of its own"))
        root = ElementTree.fromstring(text)  # noqa: S314 (without declarations there is nothing to expand)
        if root.tag != "EnumerationResults" or (entries := root.find("Blobs")) is None:
            raise Malformed(page.described("list of blobs: it is none"))
        files = [entry for entry in entries.iter("Blob") if _text(entry, "Properties/ResourceType") != "directory"]
        folders = [_text(entry, "Name") for entry in entries.iter("BlobPrefix")]
        return Listing([_blob(entry) for entry in files], folders, _text(root, "NextMarker"))
    except (ElementTree.ParseError, UnicodeDecodeError, ValueError) as error:
        raise Malformed(page.described(f"list of blobs: {error}")) from error


def _blob(entry: ElementTree.Element) -> Blob:
    etag = _text(entry, "Properties/Etag").strip('"')
    return Blob(
        _text(entry, "Name"),
        f'"{etag}"',
        parsedate_to_datetime(_text(entry, "Properties/Last-Modified")),
        int(_text(entry, "Properties/Content-Length")),
    )


def _text(entry: ElementTree.Element, path: str) -> str:
    return entry.findtext(path) or ""
