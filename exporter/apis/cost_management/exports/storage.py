"""Exports in a container of Azure Storage, by the REST API of its blobs."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from email.utils import format_datetime
from urllib.parse import quote

from exporter.apis.cost_management.exports.listing import Listing, listing
from exporter.apis.cost_management.exports.refusals import explained
from exporter.apis.cost_management.exports.source import Gone, Item, Opened
from exporter.errors import Malformed, Rejected
from exporter.transport.origins import public
from exporter.transport.paging import pages
from exporter.transport.session import Session

VERSION = "2023-11-03"
CHANGED = frozenset({404, 412})
"""How storage answers for a blob that no longer is as it was listed."""
MAX_ITEMS = 1 << 18
"""Files of one period; a month has at most a few runs a day, each with a few parts."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a blob may be silent, and how long it may take in total."""

    silence_seconds: float = 300
    total_seconds: float = 6 * 3600


class Storage:
    """An export's folder `prefix` (root folder and name) in a container, whose URL is the base URL of the session."""

    def __init__(self, session: Session, prefix: str, timeouts: Timeouts | None = None) -> None:
        self._session = session
        self._prefix = prefix.strip("/") + "/"
        self._timeouts = timeouts or Timeouts()

    @property
    def place(self) -> str:
        return f"{public(self._session.base_url)}/{self._prefix}".rstrip("/")

    @property
    def at_once(self) -> int:
        return self._session.at_once

    def folders(self) -> Sequence[str]:
        found = [folder for page in self._listed(self._prefix, delimiter="/") for folder in page.folders]
        return [folder.rstrip("/").rpartition("/")[2] for folder in found]

    def items(self, folder: str) -> Sequence[Item]:
        prefix, found = f"{self._prefix}{folder}/", list[Item]()
        for page in self._listed(prefix):
            for blob in page.blobs:
                if blob.size and blob.name.startswith(prefix):
                    found.append(Item(blob.name.removeprefix(self._prefix), blob.etag, blob.modified, blob.size))
            if len(found) > MAX_ITEMS:
                raise Malformed(f"{self.place}/{folder}: more than {MAX_ITEMS} files")
        return found

    @contextmanager
    def open(self, item: Item) -> Iterator[Opened]:
        url = f"{self._session.base_url}/{quote(self._prefix + item.name)}"
        headers = self._headers() | {"If-Match": item.etag}
        with ExitStack() as stack:
            try:
                stream = self._session.stream(url, headers=headers, **asdict(self._timeouts))
                chunks = stack.enter_context(stream)
            except Rejected as refused:
                if refused.status in CHANGED:
                    raise Gone(str(refused)) from refused
                raise explained(refused, self._session.application) from refused
            yield Opened(chunks)

    def _listed(self, prefix: str, delimiter: str = "") -> Iterator[Listing]:
        """All pages of a list; a page may be short, or empty, and have a successor."""
        params = {"restype": "container", "comp": "list", "prefix": prefix}
        params |= {"delimiter": delimiter} if delimiter else {}

        def fetch(marker: tuple[str]) -> Listing:
            following = {"marker": marker[0]} if marker[0] else {}
            headers = self._headers() | {"Accept": "application/xml"}
            try:
                page = self._session.get(self._session.base_url, params=params | following, headers=headers)
            except Rejected as refused:
                raise explained(refused, self._session.application) from refused
            return listing(page)

        return pages(("",), fetch, lambda page: (page.marker,) if page.marker else None)

    def _headers(self) -> dict[str, str]:
        return {"x-ms-version": VERSION, "x-ms-date": format_datetime(self._session.clock(), usegmt=True)}
