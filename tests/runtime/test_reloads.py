"""Reloads while pages are scraped, whatever the API does."""

import gc
import threading
from pathlib import Path

import pytest

from exporter.app import Exporter
from exporter.commands.reloads import STOPPING, Reloads
from exporter.config import loads
from tests.harness import Answer, CannedService, families
from tests.process import eventually

NAMES = ("a", "b", "c")
UP = Answer({"currencyCode": "EUR", "totalUsage": 1})
THROTTLING, DOWN = Answer(status=429, headers={"Retry-After": "120"}), Answer(status=503)
OFF = ("usagedetails", "usagedetails_previous_month", "billingperiods", "marketplacecharges", "pricesheet")


def text(url: str, storage: Path, number: int) -> str:
    """A configuration; each number gives one of its accounts another enrollment, and another time-out."""
    reports = ", ".join(f"{name}: {{enabled: false}}" for name in OFF)
    accounts = "".join(
        f'\n- {{name: {name}, enrollment: "{(number + index) % 3 // 2}", api_key: k, base_url: "{url}", '
        f"timeout: {2 + number % 3}s, reports: {{{reports}}}}}"
        for index, name in enumerate(NAMES)
    )
    return f"ea:{accounts}\nstorage: {{path: {storage}}}\n"


def test_reloads_leave_no_hole_and_nothing_behind(
    canned: CannedService, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """While the API works, throttles and fails: all families of all accounts are on every page."""
    reloads = 100 if pytestconfig.getoption("--soak") else 12
    paths = [f"/v3/enrollments/{number}/balancesummary" for number in (0, 1)]
    for path in paths:
        canned.answer(path, UP)
    exporter = Exporter(loads(text(canned.url, tmp_path, 0), "test"))
    exporter.start()
    over = threading.Event()
    holes: list[str] = []

    def scrape() -> None:
        while not over.wait(0.05):
            found = families(exporter).get("azure_ea_total_usage", b"")
            holes.extend(name for name in NAMES if found.count(f'account="{name}"'.encode()) != 1)

    try:
        eventually(lambda: not exporter.missing(), "all accounts")
        gc.collect()
        threads, descriptors = threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))
        scraping = threading.Thread(target=scrape)
        scraping.start()
        for number in range(1, reloads + 1):
            throttling = number > reloads * 3 // 4
            for path in paths:
                canned.answer(path, THROTTLING if throttling else (UP, DOWN)[number % 2])
            before = len(canned.received)
            done = exporter.configure(loads(text(canned.url, tmp_path, number), "test"))
            assert (3, 0) == (done.kept + done.changed, done.removed)
            if not throttling:
                eventually(lambda before=before: len(canned.received) > before, "a request")  # type: ignore[misc]
        for path in paths:
            canned.answer(path, UP)
        over.set()
        scraping.join()
        assert [] == holes
        eventually(lambda: exporter.scheduler.working == 0, "the end of all runs")
        gc.collect()
        eventually(lambda: threading.active_count() <= threads + 3, "the end of their threads")
        assert len(list(Path("/proc/self/fd").iterdir())) <= descriptors + 20
    finally:
        over.set()
        exporter.stop()


class Held:
    """A reload that ends when it is told to."""

    def __init__(self) -> None:
        self.number = 0
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self) -> list[str]:
        self.number += 1
        self.begun.set()
        assert self.go_on.wait(30)
        return [f"errors of {self.number}"]


def test_reloads_that_are_requested_during_one_are_one() -> None:
    """It begins after them, so that it sees what they are about; each requester gets the errors of its own."""
    held = Held()
    reloads = Reloads(held)
    first = reloads.request()
    assert held.begun.wait(30)
    others = [reloads.request() for _ in range(10)]
    held.go_on.set()
    assert ["errors of 1"] == first.result(30)
    assert [["errors of 2"]] * 10 == [other.result(30) for other in others]
    assert 2 == held.number


def test_nobody_waits_for_a_reload_when_the_exporter_stops() -> None:
    """Neither for the one in progress nor for the next one."""
    held = Held()
    reloads = Reloads(held)
    waiting = [reloads.request()]
    assert held.begun.wait(30)
    waiting += [reloads.request(), reloads.request()]
    reloads.stop()
    waiting.append(reloads.request())
    assert [STOPPING] * 4 == [each.result(0) for each in waiting]
    held.go_on.set()
    assert 1 == held.number
