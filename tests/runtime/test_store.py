"""What a scrape is answered from."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any

import pytest

from exporter.errors import Malformed
from exporter.model import collection as model
from exporter.model.collection import Collection, Run
from exporter.model.families import Family, Labels, Samples
from exporter.runtime.job import Job
from exporter.runtime.page import Page
from exporter.runtime.store import SnapshotStore

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
COST = Family("cost", "What it costs.", Labels.from_attributes(who="who"), attrgetter("cost"))
USERS = Family("users", "Who they are.", Labels.from_attributes(), attrgetter("users"))


@dataclass
class Collector(model.Collector):
    """A report whose collections a test writes itself."""

    name: str = "report"
    fresh_every: timedelta = timedelta(hours=1)
    families: tuple[Family, ...] = (COST, USERS)
    records: list[object] = field(default_factory=list)
    rows_each: int = 1
    shaped: Mapping[str, object] = field(default_factory=dict)

    @property
    def shape(self) -> Mapping[str, object]:
        return self.shaped

    def collect(self, now: datetime, run: Run) -> list[object]:
        return self.records

    def rows(self, record: object) -> int:
        return self.rows_each


def job(account: str, name: str = "report") -> Job:
    return Job("api", account, Collector(name), timedelta(hours=1))


def collection(**costs: str) -> Collection:
    samples = {"cost": {(who,): Decimal(cost) for who, cost in costs.items()}, "users": {(): 3}}
    return Collection(samples, len(costs), NOW, NOW)


def test_two_accounts_share_a_family_and_samples_are_sorted() -> None:
    """A family that came twice would make the whole scrape unreadable."""
    store = SnapshotStore()
    store.publish(job("b"), collection(y="2", x="-1.50"))
    store.publish(job("a"), collection(z="1E+3"))
    assert (
        b"# HELP cost What it costs.\n# TYPE cost gauge\n"
        b'cost{account="a",who="z"} 1E+3\ncost{account="b",who="x"} -1.50\ncost{account="b",who="y"} 2\n'
        b"# HELP users Who they are.\n# TYPE users gauge\n"
        b'users{account="a"} 3\nusers{account="b"} 3\n'
    ) == store.current.body


def test_the_same_samples_again_keep_the_page() -> None:
    """An unchanged source costs no rendering and no compressing, but its new instant is published."""
    store, only = SnapshotStore(), job("a")
    store.publish(only, collection(x="1"))
    before = store.current
    again = replace(collection(x="1"), collected=NOW + timedelta(hours=1))
    store.publish(only, again)
    assert before.page is store.current.page
    assert again is store.collection(only)


def test_a_family_without_samples_has_no_header() -> None:
    """Absent is absent, and a snapshot that somebody holds never changes."""
    store = SnapshotStore()
    only = job("a")
    store.publish(only, collection(x="1"))
    held = store.current
    store.publish(only, Collection({"cost": {}, "users": {}}, 0, NOW, NOW))
    assert (b"", True) == (store.current.body, b"cost" in held.body)


def test_a_job_with_series_of_another_is_refused() -> None:
    """One of them would silently win."""
    store = SnapshotStore()
    store.publish(job("a", "first"), collection(x="1"))
    before = store.current
    with pytest.raises(Malformed, match="a/first publishes the same 1 series"):
        store.publish(job("a", "second"), collection(x="2"))
    assert before is store.current


def test_many_collections_make_one_page() -> None:
    """Those of a restart; one that is refused does not keep the others from the page."""
    pages: list[bytes] = []
    store = SnapshotStore(lambda body: _noted(pages, body))
    good = {job(account): collection(x="1") for account in "abc"}
    bad = job("b", "second")
    refused = store.publish_all(good | {bad: collection(x="2")})
    assert ([bad], 3, None) == (list(refused), store.current.body.count(b"cost{"), store.collection(bad))
    assert [store.current.body] == pages


def test_jobs_that_publish_while_a_page_is_made_share_the_next_one() -> None:
    """Else the first run of many accounts would compress the whole page once for each of them."""
    pages: list[bytes] = []
    rendering = [threading.Event() for _ in "bcd"]
    threads: list[threading.Thread] = []

    def make_page(body: bytes) -> Page:
        if not pages:
            for account, event in zip("bcd", rendering, strict=True):
                samples = Signalling(event, {"cost": {("x",): 1}})
                late = job(account), Collection(samples, 1, NOW, NOW)
                threads.append(threading.Thread(target=store.publish, args=late))
            for thread in threads:
                thread.start()
            assert all(event.wait(30) for event in rendering)
        return _noted(pages, body)

    store = SnapshotStore(make_page)
    store.publish(job("a"), collection(x="1"))
    for thread in threads:
        thread.join()
    assert [1, 4] == [body.count(b"cost{") for body in pages]
    assert pages[-1] == store.current.body


def test_what_a_failed_page_should_have_shown_is_on_the_next() -> None:
    """A page may be too large for the memory."""
    failures = [MemoryError()]

    def make_page(body: bytes) -> Page:
        if failures:
            raise failures.pop()
        return Page(body)

    store, first = SnapshotStore(make_page), job("a")
    with pytest.raises(MemoryError):
        store.publish(first, collection(x="1"))
    assert (b"", None) == (store.current.body, store.collection(first))
    store.publish(job("b"), collection(x="1"))
    assert 2 == store.current.body.count(b"cost{")


class Signalling(dict[str, Samples]):
    """Samples that report when they are being rendered."""

    def __init__(self, event: threading.Event, samples: Mapping[str, Samples]) -> None:
        super().__init__(samples)
        self._event = event

    def get(self, name: str, default: Any = None) -> Any:
        self._event.set()
        return super().get(name, default)


def _noted(pages: list[bytes], body: bytes) -> Page:
    pages.append(body)
    return Page(body)
