"""What is fuzzed: bytes from outside, put in the place of one answer or file of a working exporter.

After any bytes a run has failed with a documented reason and changed nothing that is published, or it has succeeded.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from exporter.app import Exporter
from exporter.config import load, loads
from exporter.errors import ConfigError
from exporter.runtime.job import Job
from exporter.simulator import Simulator
from exporter.simulator.server.faults import Status
from exporter.transport.stop import Stop
from tests.harness import NOON, Answer, CannedService

Target = Callable[[bytes], None]
ROOT = "/v3/enrollments/100"
CSV = b"Date,Cost,ConsumedQuantity,SubscriptionName\r\n2026-11-02,1.5,1,Shop\r\n"
PAGE = {"data": [{"date": "2026-11-02", "cost": 1.5, "consumedQuantity": 1, "subscriptionName": "Shop"}]}
CUSTOMERS = {
    "totalCount": 1,
    "items": [
        {
            "resourceId": "0d5b1c5e-0000-4000-8000-000000000001",
            "resourceName": "Shop",
            "totalCost": 1.5,
            "currencyCode": "EUR",
            "isUpgraded": True,
            "lastModifiedDate": "2026-11-20T01:00:00+00:00",
        }
    ],
}
USERS = {"value": [{"TimeStamp": "2026-11-19T00:00:00Z", "TotalUserCount": 3, "LocalUserCount": 3}]}


class NoRetries(Stop):
    """Ends a run where it would wait, before another attempt."""

    def wait(self, timeout: float | None = None) -> bool:
        return bool(timeout)


@dataclass
class Bed:
    """An exporter whose accounts read canned answers, all of which have been published once."""

    canned: CannedService
    simulator: Simulator
    directory: Path
    exporter: Exporter = field(init=False)

    def __post_init__(self) -> None:
        world, login = self.simulator.world, f'authority: "{self.simulator.url}", ca_file: "{self.simulator.ca_file}"'
        self.users = f"/{world.b2c.tenant}/reports/tenantUserCount"
        self.canned.answer(f"{ROOT}/balancesummary", Answer({"currencyCode": "EUR", "totalUsage": 1}))
        self.canned.answer(f"{ROOT}/usagedetails", Answer(PAGE))
        self.canned.answer(f"{ROOT}/usagedetails/download", Answer(CSV))
        self.canned.answer(self.users, Answer(USERS))
        self.canned.answer("/v1/customers/usagerecords", Answer(CUSTOMERS))
        file = self.directory / "config.yaml"
        file.write_text(f"""
ea:
  - {{name: json, enrollment: "100", api_key: hush-hush, base_url: "{self.canned.url}"}}
  - {{name: csv, enrollment: "100", api_key: hush-hush, base_url: "{self.canned.url}", usage: {{download: csv}}}}
b2c:
  - {{tenant: {world.b2c.tenant}, client_id: {world.b2c.client_id}, client_secret: "{world.b2c.client_secret}",
     base_url: "{self.canned.url}", {login}}}
partner_center:
  - {{name: csp, tenant: {world.partner_center.tenant}, client_id: {world.partner_center.client_id},
     client_secret: "{world.partner_center.client_secret}", refresh_token: "{world.partner_center.refresh_token}",
     base_url: "{self.canned.url}", {login}}}
storage: {{path: "{self.directory / "storage"}"}}
""")
        self.exporter = self.fresh()
        for account, collector in (("json", USAGE), ("csv", USAGE), (world.b2c.tenant, B2C), ("csp", CSP)):
            assert self.exporter.runner.run(self.job(account, collector)) is None, (account, collector)

    def fresh(self) -> Exporter:
        """Another exporter of the same configuration, in which each request has one attempt."""
        return Exporter(load(self.directory / "config.yaml"), clock=lambda: NOON, stopped=NoRetries())

    def job(self, account: str, collector: str) -> Job:
        (job,) = (job for job in self.exporter.jobs if job.labels == (account, collector))
        return job

    def run(self, account: str, collector: str) -> None:
        """Run once with what was laid down, and see to it that nothing bad was published."""
        job = self.job(account, collector)
        before = self.exporter.store.collection(job)
        assert before is not None
        failure = self.exporter.runner.run(job)
        if failure:
            assert failure.reason != "internal", failure
            assert before is self.exporter.store.collection(job)
        else:
            self.exporter.store.publish(job, before)

    def answer(self, path: str, body: bytes, account: str, collector: str) -> None:
        """One answer with this body, and then the good one again."""
        good = self.canned.answers[path]
        self.canned.answer(path, Answer(body))
        try:
            self.run(account, collector)
        finally:
            self.canned.answers[path] = good


USAGE, B2C, CSP = "usagedetails", "tenantUserCount", "usagerecords"


def targets(bed: Bed) -> dict[str, Target]:
    """Every target by its name."""

    def token(body: bytes) -> None:
        bed.simulator.faults.script("oauth2/v2.0/token", Status(200, body))
        try:
            fresh = bed.fresh()
            (job,) = (job for job in fresh.jobs if job.collector.name == CSP)
            failure = fresh.runner.run(job)
            assert failure is None or failure.reason != "internal", failure
        finally:
            bed.simulator.faults.clear()

    def archive(body: bytes) -> None:
        (file,) = (bed.directory / "storage" / "collections").glob("ea.json.usagedetails.json")
        good = file.read_bytes()
        try:
            file.write_bytes(body)
            bed.fresh()
        finally:
            file.write_bytes(good)

    def configuration(body: bytes) -> None:
        with suppress(ConfigError):
            loads(body.decode("utf-8", "replace"), "config.yaml")

    tenant = bed.simulator.world.b2c.tenant
    return {
        "json": lambda body: bed.answer(f"{ROOT}/usagedetails", body, "json", USAGE),
        "csv": lambda body: bed.answer(f"{ROOT}/usagedetails/download", body, "csv", USAGE),
        "users": lambda body: bed.answer(bed.users, body, tenant, B2C),
        "customers": lambda body: bed.answer("/v1/customers/usagerecords", body, "csp", CSP),
        "token": token,
        "archive": archive,
        "configuration": configuration,
    }


@contextmanager
def bed(directory: Path) -> Iterator[Bed]:
    """The exporter and its services, until the end of the context."""
    with ExitStack() as stack:
        canned = stack.enter_context(CannedService())
        simulator = stack.enter_context(Simulator(seed=1, clock=lambda: NOON))
        yield Bed(canned, simulator, directory)
