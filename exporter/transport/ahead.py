"""Reads an iterator ahead in a thread: while one page is processed, the next is being received."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from exporter.transport.parallel import as_they_come

T = TypeVar("T")
AHEAD = 2
"""Items that are read, or being read, before the consumer needs them."""


def ahead(items: Iterable[T]) -> Iterator[T]:
    """The same items, read ahead; what the iterator raises is raised here, after the items before it."""
    return as_they_come((items,), at_once=1, ahead=AHEAD)
