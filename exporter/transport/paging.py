"""Pages that name their successor, with a guard against running in circles."""

from collections.abc import Callable, Hashable, Iterator
from typing import TypeVar

from exporter.errors import Malformed

Link = TypeVar("Link", bound=Hashable)
P = TypeVar("P")
MOST_PAGES = 100_000


def pages(first: Link, fetch: Callable[[Link], P], following: Callable[[P], Link | None]) -> Iterator[P]:
    """Every page from `first` on, until one names no successor; raises `Malformed` when one comes again."""
    link: Link | None = first
    visited: set[Link] = set()
    while link:
        if link in visited or len(visited) == MOST_PAGES:
            raise Malformed(f"page {len(visited) + 1} leads back to an earlier one, or there is no end")
        visited.add(link)
        page = fetch(link)
        yield page
        link = following(page)
        del page  # pages are large: none is held while the next is fetched
