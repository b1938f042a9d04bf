"""What a scrape is answered from."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import attrgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import Malformed
from exporter.model import collection as model
from exporter.model.collection import Collection, Run
from exporter.model.families import Family, Labels
from exporter.runtime.job import Job
from exporter.runtime.store import SnapshotStore

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
COST = Family("cost", "What it costs.", Labels.of(who="who"), attrgetter("cost"))
USERS = Family("users", "Who they are.", Labels.of(), attrgetter("users"))


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


def test_two_accounts_share_one_block_per_family_and_samples_are_sorted() -> None:
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


def test_a_publish_renders_only_what_it_touches() -> None:
    """The other families' blocks are the very same objects."""
    store = SnapshotStore()
    store.publish(job("a"), collection(x="1"))
    store.pack()
    before = store.current
    other = Job("api", "b", Collector("other", families=(USERS,)), timedelta(hours=1))
    store.publish(other, Collection({"users": {(): 1}}, 1, NOW, NOW))
    assert before.blocks["cost"] is store.current.blocks["cost"]
    assert before.blocks["users"] is not store.current.blocks["users"]
    store.pack()
    assert before.blocks["cost"] is store.current.blocks["cost"]


def test_a_family_without_samples_has_no_header() -> None:
    """Absent is absent, and a snapshot that somebody holds never changes."""
    store = SnapshotStore()
    only = job("a")
    store.publish(only, collection(x="1"))
    held = store.current
    store.publish(only, Collection({"cost": {}, "users": {}}, 0, NOW, NOW))
    assert (b"", True) == (store.current.body, b"cost" in held.body)


def test_two_jobs_with_the_same_series_are_told_and_the_first_stays() -> None:
    """One of them would silently win."""
    store = SnapshotStore()
    store.publish(job("a", "first"), collection(x="1"))
    before = store.current
    with pytest.raises(Malformed, match="a/first publishes the same 1 series"):
        store.publish(job("a", "second"), collection(x="2"))
    assert before is store.current


@given(st.sets(st.text(max_size=50), max_size=6), st.binary(max_size=300))
def test_the_packed_page_is_the_plain_page(names: set[str], tail: bytes) -> None:
    """Deflated blocks and the tail unpack, with their checksum, to the same bytes."""
    store = SnapshotStore()
    for account in names:
        store.publish(job(account), collection(x="1"))
        assert not store.current.packed
        store.pack()
    assert store.current.packed
    assert store.current.body + tail == gzip.decompress(store.current.gzipped(tail))
