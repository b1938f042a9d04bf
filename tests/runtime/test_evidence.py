"""A collection that would remove published figures must be confirmed by the next run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from typing import ClassVar

import pytest

from exporter.errors import Emptied, Malformed, NotModified, Reason, Transient
from exporter.model.collection import Collector, Run
from exporter.model.families import Family, Labels, Lasts
from exporter.runtime.archive import Archive
from exporter.runtime.runner import Runner
from exporter.runtime.store import SnapshotStore
from exporter.runtime.telemetry import Telemetry
from tests.runtime.collectors import HOUR, NOW, job

WHO = Labels.from_attributes(who="who")
MONTHLY = Family("monthly", "Of a month.", WHO, attrgetter("cost"))
DAILY = Family("daily", "Of a day.", WHO, attrgetter("cost"), lasts=Lasts.DAY)
ALWAYS = Family("always", "Of 30 days.", WHO, attrgetter("cost"), lasts=Lasts.ALWAYS)


@dataclass(frozen=True)
class Row:
    who: str
    cost: Decimal


@dataclass
class Report(Collector):
    """A report with a canned answer per run: costs by label, or an exception."""

    name: ClassVar[str] = "report"
    fresh_every: ClassVar[timedelta] = HOUR
    shape: ClassVar[Mapping[str, object]] = {}
    answers: list[dict[str, int] | Exception] = field(default_factory=list)
    families: tuple[Family, ...] = (MONTHLY,)

    def collect(self, now: datetime, run: Run) -> Iterator[Row]:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        yield from (Row(who, Decimal(cost)) for who, cost in answer.items())


class Bench:
    """Runs a report at times that a test chooses."""

    def __init__(self, directory: Path, *families: Family) -> None:
        self.now = NOW
        self.report = Report(families=families or (MONTHLY,))
        self.job = job("a", self.report)
        self.store = SnapshotStore()
        self.runner = Runner(self.store, Archive(directory), Telemetry(), lambda: self.now)

    def run(self, *answers: dict[str, int] | Exception, after: timedelta = HOUR) -> list[str | None]:
        """The reason of each run's failure, None for a success."""
        found: list[str | None] = []
        for answer in answers:
            self.report.answers = [answer]
            failure = self.runner.run(self.job)
            found.append(failure.reason if failure else None)
            self.now += after
        return found

    @property
    def published(self) -> dict[str, int]:
        collection = self.store.collection(self.job)
        assert collection is not None
        return {key[0]: int(value) for key, value in collection.samples["monthly"].items()}


def test_an_emptied_answer_is_published_the_second_time(tmp_path: Path) -> None:
    """The first time it is a failure with its own reason, and the published values stay."""
    bench = Bench(tmp_path)
    assert [None, "emptied"] == bench.run({"x": 1, "y": 2}, {})
    assert {"x": 1, "y": 2} == bench.published
    assert [None] == bench.run({})
    assert {} == bench.published


def test_another_answer_in_between_requires_a_new_confirmation(tmp_path: Path) -> None:
    """An outage in between does not."""
    bench = Bench(tmp_path)
    outage = Transient("out of order", Reason.SERVER_ERROR)
    assert [None, "emptied", None, "emptied", "server_error", None] == bench.run({"x": 1}, {}, {"x": 2}, {}, outage, {})


@pytest.mark.parametrize("answer", [{"y": 2, "z": 3}, {"x": 80, "z": 3}, {"x": 45, "y": 2}])
def test_a_part_of_a_family_counts_as_much_as_all_of_it(tmp_path: Path, answer: dict[str, int]) -> None:
    """Series are gone, and with them, or beside them, more than a tenth of the amount."""
    bench = Bench(tmp_path)
    assert [None, "emptied", None] == bench.run({"x": 90, "y": 2, "z": 3}, answer, answer)


def test_another_loss_is_not_the_same_answer(tmp_path: Path) -> None:
    """It does not confirm the first one."""
    bench = Bench(tmp_path)
    rows = {"a": 10, "b": 10, "c": 10}
    assert [None, "emptied", "emptied"] == bench.run(rows, {"a": 10}, {"b": 10})
    assert rows == bench.published


@pytest.mark.parametrize(
    "answer", [{"x": 1, "y": 1}, {"z": 90, "y": 2}, {"x": 90}, {"x": 0, "y": 0}], ids=["less", "renamed", "few", "zero"]
)
def test_an_answer_that_removes_no_figure_is_published_at_once(tmp_path: Path, answer: dict[str, int]) -> None:
    """Smaller amounts, changed names, and missing small series."""
    assert [None, None] == Bench(tmp_path).run({"x": 90, "y": 2}, answer)


@pytest.mark.parametrize(
    ("family", "until", "reason"),
    [
        (MONTHLY, NOW + timedelta(days=1), "emptied"),
        (MONTHLY, datetime(2026, 12, 1, tzinfo=UTC), None),
        (DAILY, NOW + timedelta(hours=1), "emptied"),
        (DAILY, NOW + timedelta(days=1), None),
        (ALWAYS, datetime(2026, 12, 1, tzinfo=UTC), "emptied"),
    ],
)
def test_a_new_period_may_be_empty(tmp_path: Path, family: Family, until: datetime, reason: str | None) -> None:
    """Figures of a month or a day reset when the next one begins."""
    bench = Bench(tmp_path, family)
    bench.run({"x": 1})
    bench.now = until
    assert [reason] == bench.run({})


def test_the_archive_is_evidence_too(tmp_path: Path) -> None:
    """After a restart the first answer may be the emptied one."""
    Bench(tmp_path).run({"x": 1})
    bench = Bench(tmp_path)
    bench.runner.restore([bench.job])
    assert ["emptied"] == bench.run({})


def test_an_unchanged_source_requires_a_new_confirmation(tmp_path: Path) -> None:
    """It confirms the published collection."""
    bench = Bench(tmp_path)
    assert [None, "emptied", None, "emptied"] == bench.run({"x": 1}, {}, NotModified(), {})


@dataclass
class Dropping(Report):
    """Drops two records, and returns those of its answer."""

    def collect(self, now: datetime, run: Run) -> Iterator[Row]:
        rows = list(super().collect(now, run))
        run.drop("outside the period", 2)
        yield from rows


def test_dropped_records_are_counted_and_a_run_that_drops_all_fails(tmp_path: Path) -> None:
    """No record is lost silently."""
    bench = Bench(tmp_path)
    bench.report = Dropping(families=(MONTHLY,))
    bench.job = job("a", bench.report)
    assert [None, "malformed"] == bench.run({"x": 1}, {})
    collection = bench.store.collection(bench.job)
    assert collection is not None
    assert (2, ("outside the period",)) == (collection.dropped, collection.warnings)


def test_an_emptied_answer_is_retried_like_a_refusal() -> None:
    """After an hour at the latest."""
    assert Reason.EMPTIED == Emptied("x").reason
    assert not isinstance(Emptied("x"), Transient | Malformed)


def test_warnings_of_a_credential_are_reported_with_the_collection(tmp_path: Path) -> None:
    """On the status page and in the log, although requests still succeed."""
    bench = Bench(tmp_path)
    bench.job = replace(bench.job, warnings=lambda: ["without MFA"])
    assert [None] == bench.run({"x": 1})
    collection = bench.store.collection(bench.job)
    assert collection is not None
    assert ("without MFA",) == collection.warnings
