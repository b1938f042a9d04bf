"""One cause that fails several reports of an account is reported once."""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from exporter.errors import Reason, Rejected
from exporter.model.collection import Run
from exporter.runtime.causes import Causes, common_text
from exporter.runtime.job import Job
from exporter.runtime.runner import Runner
from tests.runtime.collectors import HOUR, Canned
from tests.runtime.test_runner import runner

MISSING = "/run/secrets/key: No such file or directory"


@dataclass
class Failing(Canned):
    """A report that fails with this text; an empty one is a success."""

    texts: list[str] = field(default_factory=list)

    def collect(self, now: datetime, run: Run) -> list[object]:
        if text := self.texts.pop(0):
            raise Rejected(text, Reason.CREDENTIAL_UNREADABLE)
        return []


def report(name: str, *texts: str, account: str = "a") -> Job:
    return Job("api", account, type(name, (Failing,), {"name": name})(texts=list(texts)), HOUR)


def lines(caplog: pytest.LogCaptureFixture, once: Runner, *jobs: Job) -> list[tuple[str, str]]:
    """Level and collector of the failures that running these jobs logs."""
    caplog.clear()
    for job in jobs:
        once.run(job)
    return [
        (record.levelname, vars(record)["collector"])
        for record in caplog.records
        if record.message == "collection failed"
    ]


def test_the_first_report_warns_each_time(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    """The others are at debug until it succeeds or fails for another cause; accounts are separate."""
    caplog.set_level(logging.DEBUG, "exporter")
    once, _ = runner(tmp_path)
    first = report("first", f"first 202611: {MISSING}", MISSING, "another", "")
    second = report("second", *[f"second 202611: {MISSING}"] * 4)
    third = report("third", MISSING, MISSING, "another", "another")
    elsewhere = report("first", MISSING, account="b")
    assert [("WARNING", "first"), ("DEBUG", "second"), ("DEBUG", "third"), ("WARNING", "first")] == lines(
        caplog, once, first, second, third, elsewhere
    )
    assert "first" == vars(caplog.records[1])["same_cause_as"]
    assert [("DEBUG", "second"), ("WARNING", "first"), ("DEBUG", "third")] == lines(caplog, once, second, first, third)
    assert [("WARNING", "first"), ("WARNING", "second"), ("DEBUG", "third")] == lines(
        caplog, once, first, second, third
    )
    assert [("WARNING", "third"), ("WARNING", "second")] == lines(caplog, once, first, third, second)


def test_another_report_warns_when_the_first_no_longer_runs() -> None:
    """It may have been removed by a reload."""
    causes, first, second = Causes(), report("first"), report("second")
    seconds = HOUR.total_seconds()
    assert first.key == causes.reporter(first, "login", "x", 0.0) == causes.reporter(second, "login", "x", seconds)
    assert second.key == causes.reporter(second, "login", "x", 2 * seconds)
    assert second.key == causes.reporter(first, "login", "x", 2 * seconds)
    causes.forget(second.key)
    assert first.key == causes.reporter(first, "login", "x", 2 * seconds)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("first 202611: GET https://h.example:1/a: 403: no [request-id 1-2]", "GET https://h.example:1/…: 403: no"),
        ("first: GET https://h.example/a/first", "GET https://h.example/…"),
        ("GET https://h.example: refused", "GET https://h.example: refused"),
        ("firsts: x", "firsts: x"),
        ("first", "first"),
        ("", ""),
    ],
)  # fmt: skip
def test_the_common_text_has_no_path_and_no_trace(text: str, expected: str) -> None:
    """Those differ between the reports of an account."""
    assert expected == common_text(report("first"), text)


def test_numbers_do_not_make_another_cause() -> None:
    """A time to wait or a correlation id differs in each response."""
    causes, first, second = Causes(), report("first"), report("second")
    assert first.key == causes.reporter(first, "throttled", "wait 37 s, 6bc2e6a1-0000-4000-8000-00000000abcd", 0.0)
    assert first.key == causes.reporter(second, "throttled", "wait 5 s, 1bc2e6a1-0000-4000-8000-00000000ffff", 0.0)
    assert second.key == causes.reporter(second, "login", "wait 5 s, 1bc2e6a1-0000-4000-8000-00000000ffff", 0.0)
