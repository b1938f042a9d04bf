"""What all accounts share of the network: connections, limits of requests in flight, and deadlines."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy

import requests

from exporter.errors import Reason, Transient
from exporter.transport.deadline import STOPPING, Deadline, Watchdog, WatchedAdapter
from exporter.transport.stop import Stop

HOSTS = 64
"""Hosts whose idle connections are left open."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most requests in flight: in all, to one host, and of one account."""

    at_once: int = 32
    per_host: int = 8
    per_account: int = 4


class Network:
    """Sends requests for any number of accounts, from any number of threads.

    A request in flight holds one place, from before it is sent until its body has been read: also a download that
    takes an hour. Who holds a place never waits for anything but the response.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.session = _session(self.limits)
        self._places = Places(self.limits)
        self._watchdog = Watchdog()

    @contextmanager
    def request(self, host: str, account: str, seconds: float, stop: Stop) -> Iterator[Deadline]:
        """Wait for a place for a request, which then may take so many seconds; `stop`, the account's, aborts it.

        Raises `Transient` where it must not be sent any more.
        """
        with (
            self._places.taken(host, account, stop),
            self._watchdog.deadline(seconds) as deadline,
            stop.interrupting(deadline.abort),
        ):
            if deadline.aborted:
                raise Transient(STOPPING, Reason.CONNECTION)
            yield deadline


class Places:
    """Places for requests in flight, in the order in which they were requested, as far as the limits allow."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._hosts: Counter[str] = Counter()
        self._accounts: Counter[str] = Counter()
        self._waiting: dict[threading.Event, tuple[str, str]] = {}

    @contextmanager
    def taken(self, host: str, account: str, stop: Stop) -> Iterator[None]:
        """Hold a place; raises `Transient` if `stop` is set before there is one."""
        turn = threading.Event()
        with self._lock:
            self._waiting[turn] = host, account
            self._grant()
        try:
            with stop.interrupting(turn.set):
                turn.wait()
            if stop.is_set():
                raise Transient(STOPPING, Reason.CONNECTION)
            yield
        finally:
            with self._lock:
                if not self._waiting.pop(turn, None):
                    self._hosts[host] -= 1
                    self._accounts[account] -= 1
                    self._hosts, self._accounts = +self._hosts, +self._accounts
                self._grant()

    def _grant(self) -> None:
        left = self._limits.at_once - self._hosts.total()
        for turn, (host, account) in list(self._waiting.items()) if left > 0 else ():
            if self._hosts[host] < self._limits.per_host and self._accounts[account] < self._limits.per_account:
                self._hosts[host] += 1
                self._accounts[account] += 1
                del self._waiting[turn]
                turn.set()
                left -= 1
                if not left:
                    return


class _Session(requests.Session):
    """Reads no redirect: `requests` would parse its address even where it is not to be followed."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


def _session(limits: Limits) -> requests.Session:
    """Connections without a state, which all accounts share; one host never has more than may be used at once."""
    session = _Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, WatchedAdapter(pool_connections=HOSTS, pool_maxsize=limits.per_host))
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["Accept-Encoding"] = "gzip"
    return session
