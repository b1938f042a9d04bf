"""Pages of the audit log, decoded."""

import json

import msgspec

from exporter.apis.b2c.graph.entries import UNREADABLE, Decoded, Entry, Page, Raw, Unread
from exporter.apis.b2c.graph.salvage import is_object, salvaged
from exporter.errors import Malformed
from exporter.transport.response import Response

WHAT = "audit log"
BOM = b"\xef\xbb\xbf"


class PageDecoder:
    """Decodes pages; entries that can't be read do not hide the others."""

    def __init__(self) -> None:
        self._pages = msgspec.json.Decoder(Page)
        self._raw = msgspec.json.Decoder(Raw)
        self._entries = msgspec.json.Decoder(Entry)

    def decode(self, response: Response) -> Decoded:
        """The page; raises `Malformed` for anything else, and for one none of whose values is an entry."""
        content = response.content.removeprefix(BOM)
        try:
            return Decoded(self._pages.decode(content))
        except UNREADABLE:
            page = self._raw_page(response, content)
        objects = [value for value in page.value if is_object(value)]
        if page.value and not objects:
            raise Malformed(
                response.described(f"{WHAT}: a page has {len(page.value)} values, none of which is an entry")
            )
        readable, unread = [], []
        for value in objects:
            match self._entry(value):
                case Entry() as entry:
                    readable.append(entry)
                case Unread() as found:
                    unread.append(found)
        return Decoded(Page(readable, page.next_link), unread, len(page.value) - len(objects))

    def _entry(self, value: msgspec.Raw) -> Entry | Unread | None:
        try:
            return self._entries.decode(value)
        except UNREADABLE:
            return salvaged(value)

    def _raw_page(self, response: Response, content: bytes) -> Raw:
        """The page with entries that are not decoded; a failure never quotes it, because entries are about users."""
        try:
            return self._raw.decode(content)
        except UNREADABLE as error:
            problem = error
        try:
            return self._raw.decode(tolerated(content))
        except (*UNREADABLE, ValueError):
            stated = response.soft_error or str(problem)
            raise Malformed(response.described(f"{WHAT}: {stated}")) from problem


def tolerated(content: bytes) -> bytes:
    """The same JSON without halves of surrogate pairs, which browsers can put into their names; raises `ValueError`."""
    return json.dumps(json.loads(content.decode(errors="replace")), ensure_ascii=False).encode(errors="replace")
