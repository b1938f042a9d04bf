"""A B2C tenant with canned reports, by default those of Azure AD Graph, read at instants that a test chooses."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from exporter.app import Exporter
from exporter.config import load
from exporter.errors import Failure
from exporter.model.collection import Collection
from exporter.simulator import Simulator
from tests.harness import NOON, Answer, CannedService, Scrape, Stopped, scrape, series

USERS, LOGINS, MFA, BILL = "tenantUserCount", "b2cAuthenticationCountSummary", "b2cMfaRequestCountSummary", "bill"
LOGIN, SECOND = "b2cAuthenticationCount", "b2cMfaRequestCount"
Row = dict[str, object]


class Tenant:
    """Signs in at the simulator and reads canned answers; `now` may be moved."""

    def __init__(self, simulator: Simulator, canned: CannedService, directory: Path, more: str = "") -> None:
        world = simulator.world.b2c
        more = more if "source:" in more else f"source: azure_ad_graph, {more}"
        file = directory / "config.yaml"
        file.write_text(
            f"""
b2c:
  - {{tenant: t.example, name: b2c, client_id: {world.client_id}, client_secret: "{world.client_secret}", {more}
     base_url: "{canned.url}", authority: "{simulator.url}/{world.tenant}", ca_file: "{simulator.ca_file}"}}
storage: {{path: "{directory / "storage"}"}}
"""
        )
        self.now = NOON
        self.canned = canned
        self.stopped = Stopped()
        self.exporter = Exporter(load(file), clock=lambda: self.now, stopped=self.stopped)
        self.exporter.restore()

    def answer(self, report: str, *answers: list[Row] | Answer) -> None:
        """The answers of a report, in turn; a list becomes an envelope."""
        wrapped = [found if isinstance(found, Answer) else Answer({"value": found}) for found in answers]
        self.canned.answer(f"/t.example/reports/{report}", *wrapped)

    def run(self, report: str) -> Failure | None:
        """One run of a report; the failure, None for a success."""
        (job,) = [job for job in self.exporter.jobs if job.collector.name == report]
        return self.exporter.runner.run(job)

    def failure(self, report: str) -> Failure:
        """The failure of one run of a report."""
        found = self.run(report)
        assert found is not None
        return found

    def read(self, report: str, rows: list[Row], *, at: datetime = NOON) -> Scrape:
        """What is published once the report has answered these rows."""
        self.now = at
        self.answer(report, rows)
        assert self.run(report) is None
        return self.scrape()

    def collection(self, report: str) -> Collection:
        """What is published of a report."""
        (found,) = [
            found
            for job in self.exporter.jobs
            if job.collector.name == report and (found := self.exporter.store.collection(job))
        ]
        return found

    def warnings(self, report: str) -> str:
        """The warnings of the last good run."""
        return "\n".join(self.collection(report).warnings)

    def scrape(self) -> Scrape:
        """All samples that a scrape would see."""
        return scrape(self.exporter)


def by(samples: Scrape, name: str, label: str) -> dict[str, float]:
    """The samples of a family by one label."""
    return {dict(labels)[label]: found for labels, found in series(samples, name).items()}


def users(day: str, total: int | None, local: int | None = None, other: int | None = None, **providers: int) -> Row:
    return {
        "TimeStamp": day,
        "TotalUserCount": total,
        "LocalUserCount": local,
        "OtherUserCount": other,
        "AlternateIdUserBreakDown": providers,
    }


def logins(day: date | str, total: int | None, parts: Mapping[str, int | None] | None = None) -> Row:
    stated = {"a": total} if parts is None and total else parts
    return {"Date": str(day), "AuthenticationCount": total, "AuthFlowTypeBreakDown": stated}


def mfa(day: date | str, total: int | None, parts: Mapping[str, int | None] | None = None) -> Row:
    stated = {"SmsMfa": total} if parts is None and total else parts
    return {"Date": str(day), "MfaCount": total, "MfaTypeBreakDown": stated}


def span(last: date, days: int) -> list[date]:
    """So many days up to the last one, oldest first."""
    return [last - timedelta(days=n) for n in reversed(range(days))]
