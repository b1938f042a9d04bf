"""Budgets of requests that several accounts share."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from exporter.apis import ea
from exporter.apis.api import Api
from exporter.apis.ea.settings import Settings
from exporter.apis.settings import AccountSettings, RequestBudget
from exporter.app import Exporter
from exporter.config import Config, Findings, findings
from tests.harness import Answer, CannedService, Stopped

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PATH = "/v2/enrollments/{}/billingperiods"


class Budgeted(Settings):
    """An enrollment whose requests have a budget: the first digit of its number is the tenant, the rest the budget."""

    least_throttled_seconds = 60.0

    @property
    def request_budget(self) -> RequestBudget | None:
        per_hour = float(self.enrollment[1:])
        return RequestBudget(f"tenant {self.enrollment[0]}", per_hour) if per_hour else None


API = replace(ea.API, settings=Budgeted)


class Accounts(Config):
    """A configuration with these accounts alone."""

    enrollments: tuple[str, ...]
    address: str = "https://consumption.azure.com"

    def paths(self) -> Iterator[tuple[str, Api, AccountSettings]]:
        for index, number in enumerate(self.enrollments):
            given = {"enrollment": number, "api_key": "k", "base_url": self.address}
            yield f"ea[{index}]", API, API.section.model_validate(given)


def config(path: Path, *enrollments: str, address: str = "https://consumption.azure.com") -> Accounts:
    return Accounts.model_validate({"storage": {"path": path}, "enrollments": enrollments, "address": address})


def test_different_numbers_for_one_tenant_are_a_warning(tmp_path: Path) -> None:
    """The smallest applies; equal numbers, and those of other tenants, are none."""
    expected = (
        "ea[1]: allows 60 requests per hour, but another account of tenant 1 allows 30; they share one budget, and the "
        "smallest applies"
    )
    assert Findings((), (expected,)) == findings(config(tmp_path, "130", "160", "1030", "260", "10"), NOW)


def test_accounts_of_one_tenant_take_turns(canned: CannedService, tmp_path: Path) -> None:
    """At the smallest rate of one of them; accounts of other tenants, or without a budget, do not wait for them."""
    numbers = ("13", "16", "2120", "30")
    for number in numbers:
        canned.answer(PATH.format(number), Answer(status=403))
    stopped = Stopped()
    stopped.skip_waits = True
    exporter = Exporter(config(tmp_path, *numbers, address=canned.url), stopped=stopped)
    for job in exporter.jobs:
        if job.collector.name == "billingperiods":
            exporter.runner.run(job)
    assert 4 == len(canned.received)
    first, second, other = stopped.waits
    assert (0.0, 0.0) == (first, other)
    assert 600 < second <= 1200
