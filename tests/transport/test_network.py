"""Requests in flight: how many there are, and how they end when the exporter stops."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
import requests

from exporter.errors import Transient
from exporter.transport.deadline import Watchdog, WatchedAdapter
from exporter.transport.http import HttpClient, Unobserved
from exporter.transport.network import Limits, Network, Places
from exporter.transport.stop import Stop
from tests.harness import Answer, CannedService
from tests.wire import Wire

SECONDS = 10
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"


class Held:
    """Threads that hold a place, or wait for one, until they are released."""

    def __init__(self, limits: Limits) -> None:
        self.stop = Stop()
        self.got: list[str] = []
        self.failed: list[str] = []
        self._places = Places(limits)
        self._changed = threading.Condition()
        self._releases: dict[str, threading.Event] = {}
        self._threads: list[threading.Thread] = []

    def begin(self, name: str, host: str, account: str) -> None:
        self._releases[name] = threading.Event()
        thread = threading.Thread(target=self._hold, args=(name, host, account))
        self._threads.append(thread)
        thread.start()

    def release(self, name: str) -> None:
        self._releases[name].set()

    def await_got(self, *names: str) -> None:
        """Wait until exactly these hold a place, or have held one."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.got) >= len(names), SECONDS), self.got
        assert sorted(names) == sorted(self.got)

    def end(self) -> None:
        for release in self._releases.values():
            release.set()
        for thread in self._threads:
            thread.join(SECONDS)

    def _hold(self, name: str, host: str, account: str) -> None:
        try:
            with self._places.taken(host, account, self.stop):
                with self._changed:
                    self.got.append(name)
                    self._changed.notify_all()
                self._releases[name].wait(SECONDS)
        except Transient:
            self.failed.append(name)


@contextmanager
def held(limits: Limits) -> Iterator[Held]:
    threads = Held(limits)
    try:
        yield threads
    finally:
        threads.end()


@pytest.mark.parametrize(
    ("limits", "third"),
    [
        (Limits(2, 9, 9), ("other", "other")),
        (Limits(9, 2, 9), ("host", "other")),
        (Limits(9, 9, 2), ("other", "account")),
    ],
    ids=["in all", "of a host", "of an account"],
)
def test_a_request_waits_until_another_one_has_ended(limits: Limits, third: tuple[str, str]) -> None:
    """Whichever limit it is; who came first is first."""
    with held(limits) as threads:
        threads.begin("1", "host", "account")
        threads.await_got("1")
        threads.begin("2", "host", "account")
        threads.await_got("1", "2")
        threads.begin("3", *third)
        threads.release("2")
        threads.await_got("1", "2", "3")


def test_a_host_that_is_busy_delays_no_other() -> None:
    """Nor does an account."""
    with held(Limits(4, 1, 4)) as threads:
        threads.begin("1", "busy", "a")
        threads.await_got("1")
        threads.begin("2", "busy", "a")
        threads.begin("3", "idle", "a")
        threads.await_got("1", "3")
        threads.release("1")
        threads.await_got("1", "2", "3")


def test_who_waits_for_a_place_does_not_delay_the_stop() -> None:
    """The wait ends with a failure."""
    with held(Limits(1, 1, 1)) as threads:
        threads.begin("1", "host", "account")
        threads.await_got("1")
        threads.begin("2", "host", "account")
        threads.stop.set()
    assert (["1"], ["2"]) == (threads.got, threads.failed)


def test_a_request_in_flight_ends_when_the_exporter_stops() -> None:
    """Whatever its timeout is; its place is free again, and no other request is sent."""
    stop = Stop()

    def script(send: Callable[[bytes], None], over: threading.Event) -> None:
        send(OK[:-1])
        stop.set()
        over.wait(SECONDS)

    with Wire(script) as wire:
        network = Network(Limits(1, 1, 1))
        http = HttpClient(origin=wire.url, observer=Unobserved(), timeout=600, network=network, stopped=stop)
        for _ in range(2):
            with pytest.raises(Transient, match="the exporter is stopping"):
                http.request("GET", wire.url)
        assert 1 == len(wire.received)


def test_a_token_is_requested_before_there_is_a_place(canned: CannedService) -> None:
    """Otherwise requests that wait for a token would hold all places, and the token's own request would wait."""
    canned.answer("/token", Answer(b"secret"))
    canned.answer("/report", Answer(b"rows"))
    network = Network(Limits(1, 1, 1))
    http = HttpClient(origin=canned.url, observer=Unobserved(), timeout=5, network=network)

    class Login(requests.auth.AuthBase):
        def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
            token = http.get(f"{canned.url}/token").content.decode()
            request.headers["Authorization"] = f"Bearer {token}"
            return request

    assert b"rows" == http.request("GET", f"{canned.url}/report", auth=Login()).content


def test_accounts_share_connections(canned: CannedService) -> None:
    """Otherwise a thousand accounts would leave a thousand connections open."""
    canned.answer("/report", Answer(b"rows"))
    network = Network()
    for account in "ab":
        http = HttpClient(origin=canned.url, observer=Unobserved(), timeout=5, network=network, account=account)
        http.request("GET", f"{canned.url}/report")
    adapter = network.session.get_adapter(canned.url)
    assert isinstance(adapter, WatchedAdapter)
    pools = adapter.poolmanager.pools
    assert [(2, 1)] == [(pools[key].num_requests, pools[key].num_connections) for key in pools.keys()]  # noqa: SIM118 (no mapping)


def test_one_thread_enforces_all_deadlines() -> None:
    """And not one for each request."""
    watchdog = Watchdog()
    before = threading.active_count()
    with ExitStack() as stack:
        deadlines = [stack.enter_context(watchdog.deadline(seconds)) for seconds in (600, 0.05, 0.01, 0.05)]
        assert 1 >= threading.active_count() - before
        while not all(deadline.expired for deadline in deadlines[1:]):
            threading.Event().wait(0.01)
    assert not deadlines[0].expired
