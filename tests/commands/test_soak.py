"""Reloads while pages are scraped, whatever the API does."""

import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.balances import FAMILY, GOOD, answer, configuration
from tests.harness import Answer, CannedService
from tests.process import eventually, free_port, running

NAMES = ("a", "b", "c")
ENROLLMENTS = (0, 1)
THROTTLING, DOWN = Answer(status=429, headers={"Retry-After": "120"}), Answer(status=503)
OWN = "azure_billing_exporter_collector_success"
SCRAPE_SECONDS = 0.05


def text(url: str, storage: Path, number: int) -> str:
    """A configuration; each number gives one of its accounts another enrollment, and all another time-out."""
    accounts = {name: (number + index) % 3 // 2 for index, name in enumerate(NAMES)}
    return configuration(url, storage, accounts, more=f"timeout: {2 + number % 3}s,")


@dataclass(frozen=True)
class Use:
    """What a process uses."""

    threads: int
    descriptors: int
    megabytes: float

    @classmethod
    def by(cls, process: int) -> "Use":
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        status = dict(line.split(":", 1) for line in lines)
        descriptors = len(list(Path(f"/proc/{process}/fd").iterdir()))
        return cls(int(status["Threads"]), descriptors, int(status["VmRSS"].split()[0]) / 1024)


class Scraping(threading.Thread):
    """Reads all metrics again and again, and records which series of an account were missing or not unique."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.pages = 0
        self.holes: list[str] = []
        self.over = threading.Event()

    def run(self) -> None:
        with requests.Session() as session:
            while not self.over.wait(SCRAPE_SECONDS):
                self.holes += missing(session.get(f"{self.url}/metrics", timeout=60).text)
                self.pages += 1


def missing(page: str) -> list[str]:
    """The series that are not on a page exactly once."""
    lines = page.splitlines()
    wanted = [f'{family}{{account="{name}"' for family in (FAMILY, OWN) for name in NAMES]
    return [each for each in wanted if sum(line.startswith(each) for line in lines) != 1]


def test_reloads_leave_no_hole_and_nothing_behind(
    canned: CannedService, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """While the API works, fails and throttles: all series are on every page; threads, files and memory stay."""
    reloads = 100 if pytestconfig.getoption("--soak") else 12
    config, port = tmp_path / "config.yaml", free_port()
    url = f"http://127.0.0.1:{port}"

    def reload(number: int) -> None:
        config.write_text(text(canned.url, tmp_path / "storage", number))
        assert 200 == requests.post(f"{url}/-/reload", timeout=60).status_code

    def every_answer(given: Answer) -> None:
        for enrollment in ENROLLMENTS:
            answer(canned, enrollment, given)

    every_answer(GOOD)
    config.write_text(text(canned.url, tmp_path / "storage", 0))
    options = f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}", "--web.enable-lifecycle"
    with running(*options) as process:
        eventually(lambda: not missing(requests.get(f"{url}/metrics", timeout=60).text), "all accounts")
        scraping = Scraping(url)
        scraping.start()
        try:
            for number in range(1, 4):
                reload(number)
            before = Use.by(process.pid)
            for number in range(4, reloads + 1):
                throttling = number > reloads * 3 // 4
                every_answer(THROTTLING if throttling else (GOOD, DOWN)[number % 2])
                received = len(canned.received)
                reload(number)
                if not throttling:
                    eventually(lambda received=received: len(canned.received) > received, "a request")  # type: ignore[misc]
            after = Use.by(process.pid)
        finally:
            scraping.over.set()
            scraping.join()
        assert [] == scraping.holes
        assert scraping.pages > reloads / 2
        assert after.threads <= before.threads + 5
        assert after.descriptors <= before.descriptors + 10
        assert after.megabytes <= before.megabytes + 16
