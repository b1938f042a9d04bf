"""Request budgets."""

import threading
from datetime import timedelta

import pytest

from exporter.auth.api_key import ApiKey
from exporter.auth.secret import Secret
from exporter.errors import Transient
from exporter.transport.http import HttpClient
from exporter.transport.pace import Pace
from exporter.transport.session import Session
from exporter.transport.stop import Stop
from tests.harness import Answer, CannedService, Stopped
from tests.transport.sessions import KEY, Impatient, Observer


class Standing:
    """A monotonic clock that stands still."""

    def __call__(self) -> float:
        return 100.0


def sharing(url: str, pace: Pace, observer: Observer) -> Session:
    http = HttpClient(origin=url, observer=observer, timeout=5)
    return Session(http, ApiKey(Secret(KEY)), base_url=url, observer=observer, stopped=Impatient(), pace=pace)


def test_sessions_that_share_a_budget_take_turns(canned: CannedService) -> None:
    """Each request waits for the ones before it, whichever session sent them; also a stream and a retry."""
    canned.answer("/report", Answer(b"x"), Answer(b"x"), Answer(b"x"), Answer(status=503), Answer(b"x"))
    stopped = Stopped()
    stopped.skip_waits = True
    observer, pace = Observer(), Pace(1, stopped, Standing())
    one, other = sharing(canned.url, pace, observer), sharing(canned.url, pace, observer)
    one.get("report")
    other.get("report")
    with one.stream("report", silence_seconds=5, total_seconds=5) as chunks:
        assert b"x" == b"".join(chunks)
    other.get("report")
    assert [0, 60, 120, 180, 240] == stopped.waits
    one.at(canned.url).get("report")
    assert 5 == len(stopped.waits)


def test_threads_never_get_the_same_turn() -> None:
    """Each reserves its own before it waits."""
    stopped = Stopped()
    stopped.skip_waits = True
    pace = Pace(60, stopped, Standing())
    threads = [threading.Thread(target=pace.wait) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [float(turn) for turn in range(20)] == sorted(stopped.waits)


def test_a_run_that_waits_for_its_budget_ends_when_the_exporter_stops(canned: CannedService) -> None:
    """At once and without a request, although its turn would come in an hour."""
    canned.answer("/report", Answer(b"x"))
    stopped = Stop()
    observer, pace = Observer(), Pace(1 / 60, stopped)
    account = Session(
        HttpClient(origin=canned.url, observer=observer, timeout=5),
        ApiKey(Secret(KEY)),
        base_url=canned.url,
        observer=observer,
        stopped=stopped,
        pace=pace,
    )
    account.get("report")
    failures: list[Transient] = []

    def second() -> None:
        with pytest.raises(Transient) as raised:
            account.get("report")
        failures.append(raised.value)

    waiting = threading.Thread(target=second)
    waiting.start()
    stopped.set()
    waiting.join(30)
    assert (1, 1) == (len(failures), len(canned.received))


def test_requests_are_spread_over_a_span() -> None:
    """Where they have more time than the budget requires."""
    stopped = Stopped()
    stopped.skip_waits = True
    pace = Pace(60, stopped, Standing())
    pace.spread(10, timedelta(minutes=10))
    for _ in range(3):
        pace.wait()
    assert [0, 60, 120] == stopped.waits


def test_the_first_requests_need_not_wait() -> None:
    """A start sends some at once; then they are as far apart as the budget requires."""
    stopped = Stopped()
    stopped.skip_waits = True
    pace = Pace(60, stopped, Standing(), at_once=3)
    for _ in range(5):
        pace.wait()
    assert [0, 0, 0, 1, 2] == stopped.waits
