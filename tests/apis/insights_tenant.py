"""An External ID tenant with canned user insights."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from exporter.simulator import Simulator
from tests.apis.b2c_tenant import Tenant
from tests.harness import Answer, CannedService

DAY = timedelta(days=1)
SHOP, CLUB = "44444444-aaaa-4bbb-8ccc-00000000000a", "44444444-aaaa-4bbb-8ccc-00000000000b"
ACTIVE = "monthlyActiveUsers"
DAILY, MONTHLY = "/beta/reports/userInsights/daily", "/beta/reports/userInsights/monthly"
SETTINGS = 'source: user_insights, resource: "https://graph.windows.net",'
Row = Mapping[str, Any]


def insights(simulator: Simulator, canned: CannedService, directory: Path) -> Tenant:
    """A tenant with one configured application; its requests are not spaced out."""
    found = Tenant(simulator, canned, directory, f"{SETTINGS} applications: [{{id: {SHOP}, name: Shop}}],")
    found.stopped.skip_waits = True
    return found


def days(first: date, last: date) -> list[date]:
    return [first + number * DAY for number in range((last - first).days + 1)]


def row(day: date, **fields: Any) -> Row:
    """A row; every id is the same, as ids mean nothing."""
    return {"id": "ffff0002-0000-4000-8000-000000000001", "factDate": day.isoformat(), **fields}


def logins(day: date, number: int, **fields: Any) -> Row:
    return row(
        day, **{"appid": SHOP, "attemptsCount": number + 7, "successCount": number, "authFlow": "SignIn", **fields}
    )


def attempts(day: date, number: int, **fields: Any) -> Row:
    return row(day, **{"appId": SHOP, "attemptsCount": number, "successCount": 0, "mfaMethod": "PhoneAppOTP", **fields})


def answer(tenant: Tenant, report: str, *pages: Iterable[Row], every: str = DAILY) -> None:
    """The pages of a report; each names the next one."""
    path = f"{every}/{report}"
    for number, rows in enumerate(pages, start=1):
        link = {"@odata.nextLink": f"{tenant.canned.url}{path}/{number + 1}"} if number < len(pages) else {}
        body = {"@odata.context": "…", "value": list(rows), **link}
        tenant.canned.answer(path if number == 1 else f"{path}/{number}", Answer(body))
