"""Counts equal an independent ledger, however the log delivers its entries and whenever the exporter is killed."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.apis.b2c.records import DailyAuthentications, DailyMfaRequests
from exporter.errors import Failure
from tests.apis.graph_log import ACCESS, CALL, CODE, EXCHANGE, PORTAL, SHOP, SMS, TOKEN, LogService, LogTenant, entry
from tests.harness import NOON

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
START = datetime(2026, 11, 29, tzinfo=NOON.tzinfo)
"""The month changes while entries arrive."""
SPAN = 4
FLOWS = ("B2C_1_signin", "b2c_1_SignIn", "B2C_1A_reset")
METHODS = {SMS: "SmsMfa", CALL: "VoiceMfa"}


@dataclass(frozen=True)
class Visit:
    """What a person did: the events of one correlation id, minutes apart, each with how late the log has it."""

    start: int
    apart: float
    events: tuple[tuple[str, str, int], ...]
    flow: str
    application: str
    user: str


ANYWHERE = st.integers(0, SPAN * 24 * 60)
BEFORE_MIDNIGHT = st.builds(lambda day, minutes: day * 24 * 60 - minutes, st.integers(1, SPAN), st.integers(1, 4))
VISITS = st.lists(
    st.builds(
        Visit,
        start=st.one_of(ANYWHERE, BEFORE_MIDNIGHT),
        apart=st.sampled_from((0.0, 3.0, 5.0, 18.0)),
        events=st.lists(
            st.tuples(
                st.sampled_from((CODE, EXCHANGE, ACCESS, TOKEN, SMS, CALL, "Verify phone number")),
                st.sampled_from(("success", "success", "success", "failure")),
                st.sampled_from((0, 0, 5, 130, 24 * 60 - 1)),
            ),
            min_size=1,
            max_size=4,
        ).map(tuple),
        flow=st.sampled_from(FLOWS),
        application=st.sampled_from((SHOP, PORTAL)),
        user=st.sampled_from(("anna", "ben", "cleo")),
    ),
    max_size=12,
)


class Ledger:
    """The truth, counted from what people did and not from what a log delivers."""

    def __init__(self) -> None:
        self.sign_ins: dict[date, Counter[str]] = {}
        self.attempts: dict[date, Counter[str]] = {}
        self.users: dict[int, set[str]] = {}

    def add(self, visit: Visit, events: list[tuple[datetime, str, str]]) -> None:
        issued = [
            (at, name) for at, name, result in events if name in (CODE, EXCHANGE, ACCESS, TOKEN) and result == "success"
        ]
        names = {name for _, name in issued}
        if EXCHANGE in names or (names and CODE not in names):
            day = min(at for at, _ in issued).date()
            self.sign_ins.setdefault(day, Counter())[visit.flow.lower()] += 1
        for at, _ in issued:
            self.users.setdefault(at.month, set()).add(visit.user)
        for at, name, _ in events:
            if name in METHODS:
                self.attempts.setdefault(at.date(), Counter())[METHODS[name]] += 1


def fill(log: LogService, visits: list[Visit], chance: random.Random) -> Ledger:
    """Write the entries of all visits, some twice, in any order."""
    ledger, number = Ledger(), 0
    for place, visit in enumerate(visits):
        events = []
        for step, (name, result, late) in enumerate(visit.events):
            at = START + (visit.start + step * visit.apart) * MINUTE
            number += 1
            events.append((at, name, result))
            written = entry(
                number,
                at,
                name,
                sign_in=f"Visit-{place}",
                user=visit.user,
                flow=visit.flow,
                application=visit.application,
                result=result,
            )
            log.record(written, late=late * MINUTE)
            if chance.random() < 0.3:
                log.record(written, late=chance.randrange(late + 1) * MINUTE)
        ledger.add(visit, events)
    chance.shuffle(log.recorded)
    return ledger


def refuse_after(last: int) -> Callable[[int], tuple[int, object] | None]:
    """Refuses every request after one of them."""
    return lambda number: (400, {}) if number > last else None


def folded(days: dict[date, dict[str, int] | None]) -> dict[date, Counter[str] | None]:
    """The same with flows in lower case; days with nothing have an empty counter."""
    return {
        day: None
        if counts is None
        else Counter({key if key in METHODS.values() else key.lower(): n for key, n in counts.items()})
        for day, counts in days.items()
    }


@settings(max_examples=30, deadline=None)
@given(
    visits=VISITS,
    pauses=st.lists(st.integers(1, 40), max_size=10),
    kills=st.lists(st.integers(1, 12), max_size=6),
    page=st.integers(1, 5),
    newest_first=st.booleans(),
    seed=st.integers(0, 99),
)
def test_final_days_equal_the_ledger(
    log_server: LogService,
    visits: list[Visit],
    pauses: list[int],
    kills: list[int],
    page: int,
    newest_first: bool,
    seed: int,
) -> None:
    """In any order, twice, late, in two spellings, read again, and with kills after any request."""
    log_server.clear()
    log_server.page, log_server.newest_first, log_server.now = page, newest_first, START
    ledger = fill(log_server, visits, random.Random(seed))
    end = START + (SPAN + 4) * DAY
    with TemporaryDirectory() as directory:
        tenant = LogTenant(log_server, Path(directory) / "b2c.sqlite")
        hours, deaths = iter(pauses), iter(kills)
        while log_server.now < end:
            if survived := next(deaths, None):
                log_server.refuse = refuse_after(len(log_server.received) + survived)
            try:
                tenant.daily(DailyAuthentications)
            except Failure:
                tenant = tenant.restarted()
            log_server.refuse = lambda number: None
            log_server.now += timedelta(hours=next(hours, 9), minutes=7)
        sign_ins = folded(tenant.daily(DailyAuthentications))
        attempts = folded(tenant.daily(DailyMfaRequests))
        users = tenant.active_users()
        tenant.counts.close()
    for number in range(SPAN + 2):
        day = START.date() + number * DAY
        assert sign_ins[day] == ledger.sign_ins.get(day, Counter())
        assert attempts[day] == ledger.attempts.get(day, Counter())
    assert users == len(ledger.users.get(12, ()))
