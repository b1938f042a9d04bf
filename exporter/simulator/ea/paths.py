"""Where the reports of an enrollment are."""

import re
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Endpoint = Callable[[Request], Awaitable[Response]]


class ReportRoute(Route):
    """A path below an enrollment; it matches without regard to case, as this service's paths do."""

    def __init__(self, path: str, endpoint: Endpoint, methods: list[str] | None = None) -> None:
        super().__init__(f"/{{version}}/enrollments/{{enrollment}}/{path}", endpoint, methods=methods)
        self.path_regex = re.compile(self.path_regex.pattern, re.IGNORECASE)


def by_period(report: str, endpoint: Endpoint) -> list[Route]:
    """The paths of a report for the current billing period and for a named one."""
    return [ReportRoute(report, endpoint), ReportRoute(f"billingPeriods/{{period}}/{report}", endpoint)]
