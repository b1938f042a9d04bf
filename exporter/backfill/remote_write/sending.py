"""Sends billing periods by remote write; a period that was accepted is not sent again."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from exporter.backfill.output import by_period
from exporter.backfill.parts import Parts
from exporter.backfill.reading import Outcome
from exporter.backfill.remote_write.samples import Timeline
from exporter.errors import ConfigError, Rejected
from exporter.model.periods import Days
from exporter.storage import replace
from exporter.transport.http import HttpClient, Unobserved
from exporter.transport.session import Session
from exporter.transport.stop import Stop

BATCH = 2_000
"""Series per request, as Prometheus itself sends."""
HEADERS = {
    "Content-Encoding": "snappy",
    "Content-Type": "application/x-protobuf",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
}
TIMEOUT_SECONDS = 60.0
TOO_OLD = (
    "start Prometheus with storage.tsdb.out_of_order_time_window in its configuration, longer than the past that is "
    "sent; Mimir has out_of_order_time_window too"
)


class NoCredentials:
    """Credentials are among the headers."""

    renewable = False
    hint = ""
    application = ""

    def __call__(self, request: Any) -> Any:
        return request


class Receiver:
    """A server that accepts remote write."""

    def __init__(self, url: str, headers: Mapping[str, str], stopped: Stop) -> None:
        self.url = url
        self._headers = {**HEADERS, **headers}
        self._compress = _snappy()
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        http = HttpClient(origin=origin, observer=Unobserved(), timeout=TIMEOUT_SECONDS, stopped=stopped)
        self._session = Session(http, NoCredentials(), base_url=origin, observer=Unobserved(), stopped=stopped)

    def send(self, samples: Iterable[bytes]) -> int:
        """Send samples in requests of `BATCH`; returns how many. Raises a `Failure`."""
        sent, stream = 0, iter(samples)
        while batch := list(islice(stream, BATCH)):
            content = self._compress(b"".join(batch))
            try:
                self._session.get(self.url, method="POST", content=content, headers=self._headers, no_content=True)
            except Rejected as refused:
                text = refused.body[:300].decode(errors="replace").strip()
                hint = f"; {TOO_OLD}" if "out of" in text or "too old" in text else ""
                stated = "" if text in str(refused) else f": {text}"
                raise refused.with_text(f"{refused}{stated}{hint}") from refused
            sent += len(batch)
        return sent


class Sent:
    """Which billing periods a receiver has accepted, in a file; addresses are stored as hashes."""

    def __init__(self, directory: Path, url: str) -> None:
        self._path = directory / "sent.json"
        self._receiver = hashlib.sha256(url.encode()).hexdigest()
        self._periods: dict[str, dict[str, str]] = {}
        with suppress(OSError, msgspec.DecodeError):
            self._periods = msgspec.json.decode(self._path.read_bytes(), type=dict[str, dict[str, str]])

    def has(self, period: Days, content: str) -> bool:
        """Whether exactly this content of the period was accepted."""
        return self._periods.get(self._receiver, {}).get(str(period)) == content

    def add(self, period: Days, content: str) -> None:
        """The receiver has accepted the content of a period."""
        self._periods.setdefault(self._receiver, {})[str(period)] = content
        replace(self._path, msgspec.json.encode(self._periods))


def send_all(
    receiver: Receiver, timeline: Timeline, parts: Parts, outcomes: Sequence[Outcome], days: Days
) -> Iterator[tuple[Days, int | None]]:
    """Send the billing periods of which everything was read; the number of samples of each, None if it was sent before.

    Periods after one that is not whole are not sent: samples must arrive in the order of time.
    """
    sent, news = Sent(parts.directory, receiver.url), False
    for period, found in by_period(outcomes).items():
        if not all(outcome.header for outcome in found):
            return
        by_day = timeline.by_day([parts.path(outcome.unit) for outcome in found], days)
        content = _content(found, timeline, Days(max(period.start, days.start), min(period.end, days.end)))
        if sent.has(period, content):
            timeline.skip(by_day)
            yield period, None
            continue
        number, news = receiver.send(timeline.samples(by_day)), True
        sent.add(period, content)
        yield period, number
    if news:
        receiver.send(timeline.end())


def _content(found: Sequence[Outcome], timeline: Timeline, days: Days) -> str:
    """A hash of what determines the samples of a period."""
    read = [(each.unit.job.fingerprint, each.header.read.isoformat() if each.header else "") for each in found]
    instants = timeline.instants.of(days.start)
    return hashlib.sha256(repr([read, str(days), timeline.target, instants]).encode()).hexdigest()


def _snappy() -> Callable[[bytes], bytes]:
    try:
        from cramjam import snappy
    except ModuleNotFoundError:
        text = "remote write needs a package: pip install 'azure-billing-exporter[remote-write]'"
        raise ConfigError([f"--remote-write.url: {text}"]) from None
    return lambda content: bytes(snappy.compress_raw(content))
