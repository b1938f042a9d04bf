"""A tenant in Microsoft Graph with canned users, and a reader that counts them at instants that a test chooses."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from exporter.apis.b2c.graph.counts import DailyCounts
from exporter.apis.b2c.graph.users import GraphUsers
from exporter.model.collection import Run
from tests.harness import NOON, Answer, CannedService
from tests.transport.sessions import Observer, session

USERS, DELTA = "/v1.0/users", "/v1.0/users/delta"
TENANT = "contosob2c.onmicrosoft.com"
DATABASE = "counts.db"
UNSUPPORTED = Answer(
    {
        "error": {
            "code": "Request_UnsupportedQuery",
            "message": "Change enumeration is not supported for requested tenant.",
        }
    },
    400,
)
DENIED = Answer(
    {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges to complete the operation."}},
    403,
)
Fields = Mapping[str, Any]


def user(
    number: int, *identities: tuple[str | None, str | None], created: str | None = None, kind: str | None = "Member"
) -> Fields:
    """A user with these sign-in types and issuers, and the principal name that nearly every user has."""
    principal = ("userPrincipalName", TENANT)
    return {
        "id": f"eeee0002-0000-4000-8000-{number:012d}",
        "creationType": created,
        "userType": kind,
        "identities": [
            {"signInType": sign_in, "issuer": issuer, "issuerAssignedId": f"person{number}@mail.example"}
            for sign_in, issuer in (*identities, principal)
        ],
    }


def local(number: int) -> Fields:
    """A user with a local account."""
    return user(number, ("emailAddress", TENANT), created="LocalAccount")


def social(number: int, issuer: str = "facebook.com") -> Fields:
    """A user of one provider."""
    return user(number, ("federated", issuer))


class GraphTenant:
    """Reads canned users; `restarted` is the same after a restart of the exporter."""

    def __init__(self, canned: CannedService, directory: Path, now: datetime = NOON, **options: Any) -> None:
        self.now = now
        self.canned = canned
        self.directory = directory
        self.options = options
        self.counts = DailyCounts(directory / DATABASE)
        self.run = Run(now)
        self.reader = GraphUsers(self._session(), self.counts, tenant=TENANT, **{"delta": False, **options})

    def _session(self) -> Any:
        found = session(self.canned.url, Observer())
        found.clock = lambda: self.now
        return found

    def restarted(self) -> "GraphTenant":
        """The same database, read by another process."""
        self.counts.close()
        return GraphTenant(self.canned, self.directory, self.now, **self.options)

    def link(self, path: str, token: str) -> str:
        """A link to another page."""
        return f"{self.canned.url}{path}/{token}?$skiptoken=made-up"

    def pages(self, path: str, *pages: list[Fields], delta: str = "") -> None:
        """The answers of consecutive pages: `path`, then `path/2`, and so on; the last one names the link `delta`."""
        for number, users in enumerate(pages, start=1):
            link: Fields = {}
            if number < len(pages):
                link = {"@odata.nextLink": self.link(path, str(number + 1))}
            elif delta:
                link = {"@odata.deltaLink": self.link(path, delta)}
            self.canned.answer(path if number == 1 else f"{path}/{number}", Answer({"value": users, **link}))

    def rows(self, after: date = date(2026, 10, 1)) -> dict[date, dict[str, int]]:
        """The parts of each day."""
        self.run = Run(self.now)
        return {row.day: dict(row.parts()) for row in self.reader.rows(after, self.run)}

    def today(self) -> dict[str, int]:
        """The parts of today."""
        return self.rows()[self.now.date()]

    def advance(self, span: timedelta) -> None:
        self.now += span

    @property
    def requested(self) -> list[str]:
        """The paths of all requests, without their queries."""
        return [path.partition("?")[0] for path, _ in self.canned.received]
