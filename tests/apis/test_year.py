"""A clock that walks through a year: at every month's end each figure is the ledger's, or absent with a reason.

By default three ends of a month are walked through; `make year` walks through twelve, hour by hour.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from exporter.app import Exporter
from exporter.commands.simulate import write_config
from exporter.config import load
from exporter.model.periods import DAY, Days, billing_month
from exporter.simulator import Simulator
from tests.harness import families

RETIRED, CURRENT = ("json", "csv", "csv_async"), ("query", "cost_details")
"""Downloads of the retired API, and of Cost Management."""
COLLECTORS = {
    **dict.fromkeys(RETIRED, ("usagedetails", "usagedetails_previous_month")),
    **dict.fromkeys(CURRENT, ("usage", "usage_previous_month")),
}
DAYS_LATE = timedelta(days=2)
FEW = [timedelta(hours=hours) for hours in (-30, -1, 0.2, 1, 13, 25, 40, 60, 133)]
"""Before and after the first instant of a month."""
MANY = [timedelta(hours=hours) for hours in range(-48, 150)]
EVERY_THIRD = 3


@dataclass
class Clock:
    """One clock for the exporters and for the service."""

    now: datetime = datetime(2025, 12, 30, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Account:
    """An exporter with one way to download, which is started again now and then."""

    download: str
    config: Path
    clock: Clock
    exporter: Exporter = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.exporter = Exporter(load(self.config), clock=self.clock)
        self.exporter.restore()

    def run(self, collector: str) -> bool:
        """Whether the run succeeded."""
        (job,) = (job for job in self.exporter.jobs if job.collector.name == collector)
        return self.exporter.runner.run(job) is None

    def total(self, family: str) -> Fraction | None:
        """The exact sum of a family's samples; None where it is absent."""
        text = families(self.exporter).get(family)
        if text is None:
            return None
        lines = [line for line in text.decode().splitlines() if not line.startswith("#")]
        return sum((Fraction(line.rpartition(" ")[2]) for line in lines), Fraction(0))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def company(clock: Clock) -> Iterator[Simulator]:
    with Simulator(seed=3, clock=clock) as simulator:
        yield simulator


def account(company: Simulator, directory: Path, clock: Clock, download: str) -> Account:
    (directory / download).mkdir()
    file = write_config(company, directory / download)
    content = yaml.safe_load(file.read_text())
    usage = {"download": download, "labels": ["subscription_name", "meter_category"]}
    section = "ea" if download in RETIRED else "cost_management"
    enrollment = content[section][0] | {"usage": usage, "budgets": [{"name": "all", "amount": 1000}]}
    file.write_text(yaml.safe_dump({section: [enrollment], "storage": content["storage"]}))
    return Account(download, file, clock)


def turns(whole_year: bool) -> list[datetime]:
    """First instants of months: a year's, a leap-less February's, and one after 30 days; or all twelve."""
    months = range(1, 13) if whole_year else (1, 3, 5)
    return [datetime(2026, month, 1, tzinfo=UTC) for month in months]


@pytest.mark.no_cover  # measuring would double its minutes
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("lag_hours", [0, 26])
def test_every_figure_is_the_ledgers_or_absent_with_a_reason(
    company: Simulator, tmp_path: Path, clock: Clock, lag_hours: int, pytestconfig: pytest.Config
) -> None:
    """Three downloads, late data, a calendar that lags behind ours, and a restart now and then."""
    whole_year = bool(pytestconfig.getoption("--whole-year"))
    company.switches.ea_calendar_lag_hours = lag_hours
    company.switches.ea_stray_days = 1
    company.switches.ea_report_statuses = (3,)  # nobody waits for a report to be prepared
    accounts = [account(company, tmp_path, clock, download) for download in RETIRED]
    walk(company, accounts, turns(whole_year), MANY if whole_year else FEW)


@pytest.mark.no_cover
@pytest.mark.timeout(3600)
def test_every_figure_of_cost_management_is_the_ledgers(
    company: Simulator, tmp_path: Path, clock: Clock, pytestconfig: pytest.Config
) -> None:
    """At one end of a month, or at twelve: the same days and late data as by the retired API."""
    whole_year = bool(pytestconfig.getoption("--whole-year"))
    accounts = [account(company, tmp_path, clock, download) for download in CURRENT]
    walk(company, accounts, turns(whole_year)[0 if whole_year else -1 :], MANY if whole_year else FEW)


def walk(company: Simulator, accounts: list[Account], turns: list[datetime], steps: list[timedelta]) -> None:
    """Run all accounts around the ends of months; each has the ledger's figures, and all have the same."""
    for turn in turns:
        for place, step in enumerate(steps):
            for one in accounts:
                one.clock.now = turn + step
                if place % EVERY_THIRD == EVERY_THIRD - 1:
                    one.restart()
                for collector in COLLECTORS[one.download]:
                    assert one.run(collector), (one.download, collector, one.clock.now)
                require_the_ledgers(company, one)
            first, *others = [[one.total(family) for family in FAMILIES] for one in accounts]
            assert all(first == other for other in others), turn + step


FAMILIES = (
    "azure_cost_month_to_date",
    "azure_cost_daily",
    "azure_cost_previous_month",
    "azure_billing_budget_spent",
)


def require_the_ledgers(company: Simulator, one: Account) -> None:
    """What is published is of the month, the day and the month before that it says, and complete."""
    now = one.clock.now
    month, complete = billing_month(now.date()), (now - DAYS_LATE).date()
    lags = now < datetime.combine(month.start, datetime.min.time(), UTC) + timedelta(
        hours=company.switches.ea_calendar_lag_hours
    )
    expected: dict[str, Days] = {
        "azure_cost_month_to_date": month,
        "azure_billing_budget_spent": month,
        "azure_cost_daily": Days(complete, complete),
        "azure_cost_previous_month": billing_month(month.start - DAY),
    }
    for family, days in expected.items():
        found, books = one.total(family), Fraction(company.world.ea.ledger.cost(days.start, days.end, now))
        if found is not None and family == "azure_cost_previous_month" and now.day > SETTLED:
            books = Fraction(company.world.ea.ledger.cost(days.start, days.end, settled(days.end)))
        if found is None:
            absent = lags or not books or days.start <= complete < days.start + DAY
            assert absent, (one.download, family, now)
        else:
            assert found == books, (one.download, family, now, days)


SETTLED = 6


def settled(end: date) -> datetime:
    """From when on the month before does not change any more."""
    return datetime.combine(end + SETTLED * DAY, datetime.min.time(), UTC)
