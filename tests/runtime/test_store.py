"""Publishing collections and making pages."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import pytest

from exporter.errors import Malformed
from exporter.model.collection import Collection
from exporter.model.families import Samples
from exporter.runtime.assembly import Assembly
from exporter.runtime.page import Page, Part
from exporter.runtime.store import SnapshotStore
from tests.runtime.collectors import HOUR, NOW, Other, collection, job

Parts: TypeAlias = Mapping[str, Sequence[Part]]


def test_two_accounts_share_a_family_and_samples_are_sorted() -> None:
    """A family that occurs twice would make the whole page invalid."""
    store = SnapshotStore()
    store.publish(job("b"), collection(y="2", x="-1.50"))
    store.publish(job("a"), collection(z="1E+3"))
    assert (
        b"# HELP cost What it costs.\n# TYPE cost gauge\n"
        b'cost{account="a",who="z"} 1E+3\ncost{account="b",who="x"} -1.50\ncost{account="b",who="y"} 2\n'
        b"# HELP users Who they are.\n# TYPE users gauge\n"
        b'users{account="a"} 3\nusers{account="b"} 3\n'
    ) == store.current.body


def test_the_same_samples_again_reuse_the_page() -> None:
    """They are not rendered and compressed again, but the new collection is published."""
    store, only = SnapshotStore(), job("a")
    store.publish(only, collection(x="1"))
    before = store.current
    again = replace(collection(x="1"), collected=NOW + HOUR)
    store.publish(only, again)
    assert before.page is store.current.page
    assert again is store.collection(only)


def test_a_family_without_samples_has_no_header() -> None:
    """And an earlier snapshot never changes."""
    store = SnapshotStore()
    only = job("a")
    store.publish(only, collection(x="1"))
    held = store.current
    store.publish(only, Collection({"cost": {}, "users": {}}, 0, NOW, NOW))
    assert (b"", True) == (store.current.body, b"cost" in held.body)


def test_duplicate_series_of_two_jobs_are_refused() -> None:
    """One of them would silently be lost."""
    store = SnapshotStore()
    store.publish(job("a"), collection(x="1"))
    before = store.current
    with pytest.raises(Malformed, match="a/report publishes the same 1 series"):
        store.publish(job("a", Other()), collection(x="2"))
    assert before is store.current


def test_many_collections_make_one_page() -> None:
    """A refused collection does not prevent the others from being published."""
    pages: list[bytes] = []
    store = SnapshotStore(lambda parts: _recorded(pages, parts))
    good = {job(account): collection(x="1") for account in "abc"}
    bad = job("b", Other())
    refused = store.publish_all(good | {bad: collection(x="2")})
    assert ([bad], 3, None) == (list(refused), store.current.body.count(b"cost{"), store.collection(bad))
    assert [store.current.body] == pages


def test_jobs_that_publish_while_a_page_is_made_share_the_next_one() -> None:
    """Otherwise the first runs of many accounts would compress the whole page once for each of them."""
    pages: list[bytes] = []
    rendering = [threading.Event() for _ in "bcd"]
    threads: list[threading.Thread] = []

    def make_page(parts: Parts) -> Page:
        if not pages:
            for account, event in zip("bcd", rendering, strict=True):
                samples = Signalling(event, {"cost": {("x",): 1}})
                late = job(account), Collection(samples, 1, NOW, NOW)
                threads.append(threading.Thread(target=store.publish, args=late))
            for thread in threads:
                thread.start()
            assert all(event.wait(30) for event in rendering)
        return _recorded(pages, parts)

    store = SnapshotStore(make_page)
    store.publish(job("a"), collection(x="1"))
    for thread in threads:
        thread.join()
    assert [1, 4] == [body.count(b"cost{") for body in pages]
    assert pages[-1] == store.current.body


def test_the_next_page_has_what_a_failed_page_lacks() -> None:
    """A page may not fit into memory."""
    failures, assembly = [MemoryError()], Assembly()

    def make_page(parts: Parts) -> Page:
        if failures:
            raise failures.pop()
        return assembly.page(parts)

    store, first = SnapshotStore(make_page), job("a")
    with pytest.raises(MemoryError):
        store.publish(first, collection(x="1"))
    assert (b"", None) == (store.current.body, store.collection(first))
    store.publish(job("b"), collection(x="1"))
    assert 2 == store.current.body.count(b"cost{")


class Signalling(dict[str, Samples]):
    """Samples that set an event when they are rendered."""

    def __init__(self, event: threading.Event, samples: Mapping[str, Samples]) -> None:
        super().__init__(samples)
        self._event = event

    def get(self, name: str, default: Any = None) -> Any:
        self._event.set()
        return super().get(name, default)


def _recorded(pages: list[bytes], parts: Parts) -> Page:
    page = Assembly().page(parts)
    pages.append(bytes(page.plain))
    return page
