"""An answer that would take published figures away is not believed at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from typing import ClassVar

import pytest

from exporter.errors import Emptied, Malformed, NotModified, Reason, Transient
from exporter.model import collection as model
from exporter.model.collection import Run
from exporter.model.families import Family, Labels, Lasts
from exporter.runtime.archive import Archive
from exporter.runtime.job import Job
from exporter.runtime.runner import Runner
from exporter.runtime.store import SnapshotStore
from exporter.runtime.telemetry import Telemetry

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WHO = Labels.from_attributes(who="who")
MONTHLY = Family("monthly", "Of a month.", WHO, attrgetter("cost"))
DAILY = Family("daily", "Of a day.", WHO, attrgetter("cost"), lasts=Lasts.DAY)
ALWAYS = Family("always", "Of 30 days.", WHO, attrgetter("cost"), lasts=Lasts.ALWAYS)


@dataclass(frozen=True)
class Row:
    who: str
    cost: Decimal


@dataclass
class Report(model.Collector):
    """Brings what a test lays down for each run."""

    name: ClassVar[str] = "report"
    fresh_every: ClassVar[timedelta] = timedelta(hours=1)
    answers: list[dict[str, int] | Exception] = field(default_factory=list)
    families: tuple[Family, ...] = (MONTHLY,)
    shaped: Mapping[str, object] = field(default_factory=dict)

    @property
    def shape(self) -> Mapping[str, object]:
        return self.shaped

    def collect(self, now: datetime, run: Run) -> Iterator[Row]:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        yield from (Row(who, Decimal(cost)) for who, cost in answer.items())


class Bench:
    """Runs a report at instants that a test chooses; the reason of each failure."""

    def __init__(self, directory: Path, *families: Family) -> None:
        self.now = NOW
        self.report = Report(families=families or (MONTHLY,))
        self.job = Job("api", "a", self.report, timedelta(hours=1))
        self.store = SnapshotStore()
        self.runner = Runner(self.store, Archive(directory), Telemetry(), lambda: self.now)

    def run(self, *answers: dict[str, int] | Exception, after: timedelta = timedelta(hours=1)) -> list[str | None]:
        found = []
        for answer in answers:
            self.report.answers = [answer]
            failure = self.runner.run(self.job)
            found.append(failure and str(failure.reason))
            self.now += after
        return found

    @property
    def published(self) -> dict[str, int]:
        collection = self.store.collection(self.job)
        assert collection is not None
        return {key[0]: int(value) for key, value in collection.samples["monthly"].items()}


def test_an_emptied_answer_is_believed_the_second_time(tmp_path: Path) -> None:
    """The first time it is a failure with a reason of its own, and the last good values stay."""
    bench = Bench(tmp_path)
    assert [None, "emptied"] == bench.run({"x": 1, "y": 2}, {})
    assert {"x": 1, "y": 2} == bench.published
    assert [None] == bench.run({})
    assert {} == bench.published


def test_another_answer_in_between_starts_the_doubt_again(tmp_path: Path) -> None:
    """An outage does not: it says nothing."""
    bench = Bench(tmp_path)
    outage = Transient("out of order", Reason.SERVER_ERROR)
    assert [None, "emptied", None, "emptied", "server_error", None] == bench.run({"x": 1}, {}, {"x": 2}, {}, outage, {})


@pytest.mark.parametrize("answer", [{"y": 2, "z": 3}, {"x": 80, "z": 3}, {"x": 45, "y": 2}])
def test_a_part_of_a_family_counts_as_much_as_all_of_it(tmp_path: Path, answer: dict[str, int]) -> None:
    """Series are gone, and with them, or beside them, more than a tenth of the amount."""
    bench = Bench(tmp_path)
    assert [None, "emptied", None] == bench.run({"x": 90, "y": 2, "z": 3}, answer, answer)


def test_another_loss_is_not_the_same_answer(tmp_path: Path) -> None:
    """A source that loses something else each time is never believed."""
    bench = Bench(tmp_path)
    rows = {"a": 10, "b": 10, "c": 10}
    assert [None, "emptied", "emptied"] == bench.run(rows, {"a": 10}, {"b": 10})
    assert rows == bench.published


@pytest.mark.parametrize(
    "answer", [{"x": 1, "y": 1}, {"z": 90, "y": 2}, {"x": 90}, {"x": 0, "y": 0}], ids=["less", "renamed", "few", "zero"]
)
def test_what_takes_no_figure_away_is_believed(tmp_path: Path, answer: dict[str, int]) -> None:
    """Amounts that fall, names that change, and small series that go."""
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
def test_a_new_period_empties_what_is_of_a_period(
    tmp_path: Path, family: Family, until: datetime, reason: str | None
) -> None:
    """A month, or a day, that has begun anew is not suspicious."""
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


def test_an_unchanged_source_starts_the_doubt_again(tmp_path: Path) -> None:
    """The published collection is confirmed, so that the next emptied answer is new."""
    bench = Bench(tmp_path)
    assert [None, "emptied", None, "emptied"] == bench.run({"x": 1}, {}, NotModified(), {})


@dataclass
class Dropping(Report):
    """Drops as many records as its answer says, and brings the rest."""

    def collect(self, now: datetime, run: Run) -> Iterator[Row]:
        rows = list(super().collect(now, run))
        run.drop("outside the period", 2)
        yield from rows


def test_dropped_records_are_counted_and_all_dropped_is_a_failure(tmp_path: Path) -> None:
    """Never a silent loss."""
    bench = Bench(tmp_path)
    bench.report = Dropping(families=(MONTHLY,))
    bench.job = Job("api", "a", bench.report, timedelta(hours=1))
    assert [None, "malformed"] == bench.run({"x": 1}, {})
    collection = bench.store.collection(bench.job)
    assert collection is not None
    assert (2, ("outside the period",)) == (collection.dropped, collection.warnings)


def test_failures_by_what_follows() -> None:
    """An emptied answer is tried again as a refusal is: at the latest in an hour."""
    assert Reason.EMPTIED == Emptied("x").reason
    assert not isinstance(Emptied("x"), Transient | Malformed)


def test_what_a_credential_warns_of_is_reported_with_the_collection(tmp_path: Path) -> None:
    """On the status page and in the log, while its requests still succeed."""
    bench = Bench(tmp_path)
    bench.job = Job("api", "a", bench.report, timedelta(hours=1), warnings=lambda: ["without MFA"])
    assert [None] == bench.run({"x": 1})
    collection = bench.store.collection(bench.job)
    assert collection is not None
    assert ("without MFA",) == collection.warnings
