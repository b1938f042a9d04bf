"""Pages that name the next one, with a guard against loops."""

import time
from collections.abc import Callable, Hashable, Iterator
from typing import TypeVar

from exporter.errors import Malformed, Reason, Transient

Link = TypeVar("Link", bound=Hashable)
P = TypeVar("P")
MAX_PAGES, MAX_SECONDS = 100_000, 6 * 3600.0


def pages(
    first: Link,
    fetch: Callable[[Link], P],
    following: Callable[[P], Link | None],
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[P]:
    """Every page from `first` to the one that names no next page.

    Raises `Malformed` for a link that was followed before, and `Transient` when there is no end within 6 hours.
    """
    link: Link | None = first
    deadline = clock() + MAX_SECONDS
    visited: set[Link] = set()
    while link:
        if link in visited or len(visited) == MAX_PAGES:
            raise Malformed(f"page {len(visited) + 1} leads back to an earlier one, or there is no end")
        if clock() > deadline:
            raise Transient(f"no last page within {MAX_SECONDS:g} s", Reason.TIMEOUT)
        visited.add(link)
        page = fetch(link)
        yield page
        link = following(page)
        del page  # pages are large: none is held while the next is fetched
