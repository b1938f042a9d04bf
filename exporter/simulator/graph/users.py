"""``/users``: the user objects of a directory, page by page."""

from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.graph.access import Access
from exporter.simulator.graph.page_tokens import read_token, write_token
from exporter.simulator.graph.person_fields import FIELDS, USUAL, person_fields
from exporter.simulator.graph.rows import rows_answer
from exporter.simulator.server.answers import origin

ROLE = "User.Read.All"
PAGE, LARGEST_PAGE = 100, 999


@dataclass(frozen=True)
class Users:
    """The users of the caller's tenant at the time of each request; the order says nothing."""

    access: Access

    def routes(self) -> list[Route]:
        """The list, and the count that these tenants do not have."""
        return [Route("/v1.0/users", self.page), Route("/v1.0/users/$count", self.count)]

    async def page(self, request: Request) -> Response:
        """A page of users with a next link, which repeats the query and adds ``$skiptoken``."""
        tenant = self.access.admit_object(request, ROLE)
        self._refuse_advanced(request)
        self.access.options(request, "$select", "$top", "$skiptoken")
        names = selected(self.access, request)
        top, start = self.access.top(request, PAGE, LARGEST_PAGE), self._start(request)
        now = self.access.now
        found = list(islice(tenant.directory.persons(now, start), top + 1))
        link = None
        if len(found) > top:
            query = {name: request.query_params[name] for name in ("$select", "$top") if name in request.query_params}
            query["$skiptoken"] = write_token(["users", found[top][0]])
            parts = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
            link = f"{origin(request)}/v1.0/users?{parts}"
        rows = [person_fields(tenant.directory, person, names, now) for _, person in found[:top]]
        shown = f"users({','.join(names)})" if "$select" in request.query_params else "users"
        return rows_answer(f"v1.0/$metadata#{shown}", rows, next_link=link)

    async def count(self, request: Request) -> Response:
        """A tenant without advanced queries refuses to count."""
        self.access.admit_object(request, ROLE)
        raise self.access.bad_request("$count is not currently supported.")

    def _refuse_advanced(self, request: Request) -> None:
        """The operators of a filter that customer directories do not have."""
        words = request.query_params.get("$filter", "").replace("(", " ").split()
        for word in words:
            if word in ("ne", "not", "endsWith"):
                raise self.access.bad_request(f"{word} is not currently supported.")

    def _start(self, request: Request) -> int:
        if "$skiptoken" not in request.query_params:
            return 0
        match read_token(request.query_params["$skiptoken"]):
            case ["users", int(start)]:
                return start
        raise self.access.bad_request("The specified value of $skiptoken is invalid.")


def selected(access: Access, request: Request) -> tuple[str, ...]:
    """The properties that ``$select`` names, in the order of the service."""
    if "$select" not in request.query_params:
        return USUAL
    names = [name.strip().lower() for name in request.query_params["$select"].split(",")]
    known = {name.lower(): name for name in FIELDS}
    for name in names:
        if name not in known:
            text = f"Could not find a property named '{name}' on type 'microsoft.graph.user'."
            raise access.bad_request(text, "BadRequest")
    return tuple(name for name in FIELDS if name.lower() in {*names, "id"})
