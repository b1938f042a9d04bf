"""A process that is killed and started again: what it serves, and how long it leaves the APIs alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.balances import FAMILY, GOOD, answer, configuration, path
from tests.harness import Answer, CannedService, Scrape, parsed, series
from tests.process import eventually, free_port, running

OWN = "azure_billing_exporter_collector_"
HOUR = 3600


@contextmanager
def started(config: Path) -> Iterator[str]:
    """The address of a process, once it has restored what is stored; it is killed at the end of the block."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running(f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}"):
        eventually(lambda: requests.get(f"{url}/metrics", timeout=60).ok, "metrics")
        yield url


def scraped(url: str) -> Scrape:
    return parsed(requests.get(f"{url}/metrics", timeout=60).text)


def own(samples: Scrape, name: str) -> dict[str, float]:
    """The values of one of the exporter's own metrics, by account."""
    return {dict(labels)["account"]: amount for labels, amount in series(samples, OWN + name).items()}


def failed(samples: Scrape) -> bool:
    """Whether the last run of the others has failed, and what is planned for all of them is stored."""
    attempts, plans = own(samples, "last_attempt_timestamp_seconds"), own(samples, "next_run_timestamp_seconds")
    planned = all(plans[account] > attempt for account, attempt in attempts.items())
    return planned and own(samples, "success") == {"a": 1, "b": 0, "c": 0}


def test_a_killed_process_continues(canned: CannedService, tmp_path: Path) -> None:
    """With all series, plans, waits and backoff, before it sends a request.

    Of three accounts the first has succeeded, the second is throttled after a success, and the third backs off.
    """
    wait = Answer(status=429, headers={"Retry-After": str(HOUR)})
    answer(canned, "a", GOOD)
    answer(canned, "b", GOOD, wait)
    answer(canned, "c", Answer(status=503))
    config = tmp_path / "config.yaml"
    accounts = {name: name for name in "abc"}
    config.write_text(configuration(canned.url, tmp_path / "storage", accounts, every={"b": "1s"}))
    with started(config) as url:
        eventually(lambda: failed(scraped(url)), "the runs")
        before = scraped(url)
    quiet = {path("a"), path("b")}
    sent = [received for received, _ in canned.received if received in quiet]
    with started(config) as url:
        after = scraped(url)
        ready = requests.get(f"{url}/-/ready", timeout=60)
    assert sent == [received for received, _ in canned.received if received in quiet]
    assert series(before, FAMILY) == series(after, FAMILY)
    assert {key for key in before if key[0].startswith(OWN)} <= after.keys()
    for name in ("success", "records", "last_success_timestamp_seconds", "data_changed_timestamp_seconds"):
        assert own(before, name) == own(after, name)
    planned, resumed = own(before, "next_run_timestamp_seconds"), own(after, "next_run_timestamp_seconds")
    assert planned["b"] == resumed["b"] >= own(after, "last_attempt_timestamp_seconds")["b"] + HOUR
    assert planned["c"] <= resumed["c"]
    assert (503, "not ready: c/balancesummary\n") == (ready.status_code, ready.text)
