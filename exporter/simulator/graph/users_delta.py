"""``/users/delta``: all users, then what has changed since the last time."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.graph.access import Access
from exporter.simulator.graph.errors import STATE_LOST, graph_refused
from exporter.simulator.graph.page_tokens import read_instant, read_token, write_token
from exporter.simulator.graph.person_fields import person_fields
from exporter.simulator.graph.rows import rows_answer
from exporter.simulator.graph.users import LARGEST_PAGE, PAGE, ROLE, selected
from exporter.simulator.server.answers import origin
from exporter.simulator.world import B2cTenant
from exporter.simulator.world.directory import Change, Directory

KEPT_DAYS = 30
"""How long the state behind a delta link is kept."""


@dataclass(frozen=True)
class Round:
    """A round of pages: the users at `until`, or what has changed from `since` until then."""

    names: tuple[str, ...]
    top: int
    since: datetime | None
    until: datetime
    start: int = 0

    def token(self, start: int) -> str:
        """The ``$skiptoken`` of the page that begins at `start`."""
        since = self.since.isoformat() if self.since else ""
        return write_token(["delta", *self._query(), since, self.until.isoformat(), start])

    def delta_token(self) -> str:
        """The ``$deltatoken`` of what happens from now on."""
        return write_token(["since", *self._query(), self.until.isoformat()])

    def _query(self) -> list[object]:
        return [",".join(self.names), self.top]


@dataclass(frozen=True)
class UsersDelta:
    """Changes of the directory; a B2C tenant refuses them unless a switch allows them."""

    access: Access

    def routes(self) -> list[Route]:
        """One path; the first request has ``$select`` and ``$top``, the following ones a token alone."""
        return [Route("/v1.0/users/delta", self.page)]

    async def page(self, request: Request) -> Response:
        """A page with a next link, or the last one of a round with a delta link."""
        tenant = self.access.admit_object(request, ROLE)
        if isinstance(tenant, B2cTenant) and not self.access.switches.graph_delta:
            text = "Change enumeration is not supported for requested tenant."
            raise self.access.bad_request(text, "Request_UnsupportedQuery")
        self.access.options(request, "$select", "$top", "$skiptoken", "$deltatoken")
        this = self._round(request)
        rows, following = _rows(tenant.directory, this)
        address, shown = f"{origin(request)}/v1.0/users/delta", f"v1.0/$metadata#users({','.join(this.names)})"
        if following is not None:
            return rows_answer(shown, rows, next_link=f"{address}?$skiptoken={this.token(following)}")
        return rows_answer(shown, rows, delta_link=f"{address}?$deltatoken={this.delta_token()}")

    def _round(self, request: Request) -> Round:
        query, now = request.query_params, self.access.now
        if "$skiptoken" in query:
            match read_token(query["$skiptoken"]):
                case ["delta", str(names), int(top), str(since), str(until), int(start)]:
                    earlier = read_instant(since) if since else None
                    return Round(tuple(names.split(",")), top, earlier, read_instant(until), start)
            raise self.access.bad_request("The specified value of $skiptoken is invalid.")
        if "$deltatoken" in query:
            match read_token(query["$deltatoken"]):
                case ["since", str(names), int(top), str(written)]:
                    started = read_instant(written)
                    if self.access.switches.graph_delta_lost or (now - started).days >= KEPT_DAYS:
                        raise graph_refused(410, "syncStateNotFound", STATE_LOST, now)
                    return Round(tuple(names.split(",")), top, started, now)
            raise self.access.bad_request("The specified value of $deltatoken is invalid.")
        return Round(selected(self.access, request), self.access.top(request, PAGE, LARGEST_PAGE), None, now)


def _rows(directory: Directory, this: Round) -> tuple[list[dict[str, object]], int | None]:
    """The rows of the page, and where the next one begins."""
    if this.since is None:
        found = list(islice(directory.persons(this.until, this.start), this.top + 1))
        following = found[this.top][0] if len(found) > this.top else None
        people = [person for _, person in found[: this.top]]
        return [person_fields(directory, person, this.names, this.until) for person in people], following
    changes = list(directory.changes(this.since, this.until))
    shown = changes[this.start : this.start + this.top]
    end = this.start + len(shown)
    return [_changed(directory, change, this.names, this.until) for change in shown], end if end < len(
        changes
    ) else None


def _changed(directory: Directory, change: Change, names: tuple[str, ...], now: datetime) -> dict[str, object]:
    """A user as far as it has changed; one that is gone can be restored ("changed") or not ("deleted")."""
    if change.person is None:
        return {"id": change.id, "@removed": {"reason": "deleted" if int(change.id[-1], 16) % 3 else "changed"}}
    if change.created:
        return person_fields(directory, change.person, names, now)
    changed = {"identities"} if change.linked else {"displayName"}
    return person_fields(directory, change.person, ["id", *(name for name in names if name in changed)], now)
