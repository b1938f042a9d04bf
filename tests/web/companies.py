"""Exporters as the status page observes them: healthy, failing, starting, and large."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from exporter.build import Build
from exporter.model.collection import Collection
from exporter.model.families import Samples
from exporter.runtime.job import Job, Plan
from exporter.runtime.reload import Reload
from exporter.web.status.observed import Observed, Row
from tests.runtime.collectors import HOUR, NOW, Canned

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
EA = ("balancesummary", "billingperiods", "marketplacecharges", "pricesheet", "usagedetails")
AZURE = ("budgets", "commitments", "forecast", "usage")
CSP = ("subscriptions", "usagerecords", "usagesummary")
B2C = ("b2cAuthenticationCount", "b2cMfaRequestCount", "tenantUserCount")
REPORTS = tuple(type(f"report{number:02}", (Canned,), {"name": f"report{number:02}"})() for number in range(13))


def job(api: str, account: str, report: str, every: timedelta = 12 * HOUR) -> Job:
    """A job of a report with this name."""
    return Job(api, account, type(report, (Canned,), {"name": report})(), every)


def collected(at: datetime, series: int, *warnings: str, data: datetime | None = None) -> Collection:
    """A collection of so many series."""
    samples: dict[str, Samples] = {"cost": {(str(number),): Decimal(number) for number in range(series)}}
    return Collection(samples, series, at, at, data_timestamp=data, warnings=warnings)


def successful(api: str, account: str, reports: tuple[str, ...], now: datetime = NOW) -> Iterator[Row]:
    """Reports that have been read, each a few minutes after the one before."""
    for number, report in enumerate(reports):
        at = now - HOUR - number * 7 * MINUTE
        plan = Plan(at + 12 * HOUR, last_attempt=at)
        yield job(api, account, report), plan, collected(at, 12 + 431 * number, data=at - DAY)


def failing(row: Row, reason: str, text: str, failures: int = 1, *, data: bool = True) -> Row:
    """The row after so many failures."""
    one, _, collection = row
    plan = Plan(
        NOW + 4 * MINUTE, failures, text.format(report=one.collector.name), NOW - 2 * MINUTE, last_reason=reason
    )
    return one, plan, collection if data else None


def healthy() -> Observed:
    """Four accounts whose reports were all read."""
    rows = [
        *successful("cost_management", "contoso", AZURE),
        *successful("ea", "contoso-ea", EA),
        *successful("partner_center", "contoso-csp", CSP),
        *successful("b2c", "contoso-b2c", B2C),
    ]
    return Observed(
        rows,
        NOW,
        NOW - 9 * DAY,
        {
            ("ea", "contoso-ea"): {"api_key": NOW + 140 * DAY},
            ("partner_center", "contoso-csp"): {"refresh_token": NOW + 89 * DAY},
        },
        Reload(NOW - 3 * DAY, kept=11, changed=2, added=2),
        build=Build(revision="3eea97bd90aa17f0"),
    )


def broken() -> Observed:
    """The same company with a missing key, an unreachable host, warnings, and a failed reload."""
    rows = list(healthy().rows)
    key = "/run/secrets/ea: can't be read: No such file or directory"
    graph = "GET https://graph.windows.net/contoso.example/reports/{report}: Name or service not known"
    throttled = "GET https://api.partnercenter.microsoft.com/v1/customers/usagesummary: 429 Too Many Requests"
    found = []
    for row in rows:
        api, report = row[0].api, row[0].collector.name
        if api == "ea":
            row = failing(row, "credential_unreadable", key, 3, data=report != "pricesheet")
        elif api == "b2c":
            row = failing(row, "connection", graph)
        elif report == "usagesummary":
            row = failing(row, "throttled", throttled, 2)
        elif report == "usage":
            at = NOW - 2 * DAY
            warning = "12 rows of 2026-10-31 are outside the billing period 202611"
            row = (
                row[0],
                Plan(NOW + HOUR, last_attempt=at, running_since=NOW - 95 * MINUTE),
                collected(at, 9_210, warning),
            )
        elif report == "forecast":
            row = row[0], Plan(NOW + 2 * MINUTE), None
        found.append(row)
    expiries = {
        ("ea", "contoso-ea"): {"api_key": NOW - DAY},
        ("partner_center", "contoso-csp"): {"refresh_token": NOW + 5 * DAY},
    }
    errors = ("ea[0].enrolment: unknown key; did you mean enrollment?", "storage.path: must be text")
    return replace(
        healthy(), rows=found, expiries=expiries, last_reload=Reload(NOW - 8 * MINUTE, errors), storage_writable=False
    )


def starting() -> Observed:
    """A company whose first runs are in progress."""
    rows = [
        (one, Plan(NOW, running_since=NOW - MINUTE if one.api == "ea" else None), None) for one, _, _ in healthy().rows
    ]
    return Observed(rows, NOW, NOW - MINUTE)


def large(accounts: int = 1000) -> Observed:
    """Many accounts with 13 reports each: every eighth account cannot connect."""
    rows: list[Row] = []
    at = NOW - 2 * HOUR
    published, plan = collected(at, 20), Plan(NOW + HOUR, last_attempt=at)
    for number in range(accounts):
        api, account = ("ea", "cost_management")[number % 2], f"customer-{number:04}"
        for report in REPORTS:
            row = Job(api, account, report, 12 * HOUR), plan, published
            text = f"GET https://{account}.example/{{report}}: Connection refused"
            rows.append(failing(row, "connection", text, 4) if number % 8 == 3 else row)
    return Observed(rows, NOW, NOW - 9 * DAY)
