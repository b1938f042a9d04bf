"""The paths of the exporter: `/metrics`, `/`, `/-/healthy`, `/-/ready`, `/-/reload`."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence

from prometheus_client import CollectorRegistry, exposition
from prometheus_client.openmetrics import exposition as openmetrics
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from exporter.runtime.store import Snapshot
from exporter.web.negotiation import accepts_gzip, prefers_openmetrics
from exporter.web.status.page import StatusPage

TEXT, OPENMETRICS = exposition.CONTENT_TYPE_PLAIN_0_0_4, openmetrics.CONTENT_TYPE_LATEST
SLICE = 1 << 18
"""Bytes written to a connection at once, so that a slow client needs no copy of the page."""


def application(
    snapshot: Callable[[], Snapshot],
    registry: Callable[[], CollectorRegistry],
    *,
    status: StatusPage,
    not_ready: Callable[[], Sequence[str]],
    reload: Callable[[], Sequence[str]] | None = None,
    metrics_path: str = "/metrics",
) -> Starlette:
    """The web application; `not_ready` returns why the exporter is not ready.

    `reload`, if given, is run by POST to `/-/reload` and returns the errors of the new configuration.
    """

    async def metrics(request: Request) -> Response:
        if prefers_openmetrics(_field(request, "accept")):
            content_type, own = OPENMETRICS, openmetrics.generate_latest(registry())  # type: ignore[no-untyped-call]
        else:
            content_type, own = TEXT, exposition.generate_latest(registry())
        headers = {"Content-Type": content_type, "Vary": "Accept, Accept-Encoding"}
        page = snapshot().page
        if accepts_gzip(_field(request, "accept-encoding")):
            parts = page.gzip(own)
            headers["Content-Encoding"] = "gzip"
        else:
            parts = page.plain(own)
        headers["Content-Length"] = str(sum(map(len, parts)))
        return StreamingResponse(_slices(parts), headers=headers)

    async def overview(request: Request) -> Response:
        html = await run_in_threadpool(status.render, request.query_params)
        return HTMLResponse(html, headers=status.headers)

    async def healthy(request: Request) -> Response:
        return PlainTextResponse("healthy\n")

    async def ready(request: Request) -> Response:
        if missing := not_ready():
            return PlainTextResponse("".join(f"not ready: {reason}\n" for reason in missing), status_code=503)
        return PlainTextResponse("ready\n")

    pages = {metrics_path: metrics, "/": overview, "/-/healthy": healthy, "/-/ready": ready}
    routes = [Route(path, page, methods=["GET"]) for path, page in pages.items()]
    if reload:
        routes.append(Route("/-/reload", _reloading(reload), methods=["POST"]))
    return Starlette(routes=routes)


def _reloading(reload: Callable[[], Sequence[str]]) -> Callable[[Request], Awaitable[Response]]:
    async def reloaded(request: Request) -> Response:
        errors = await run_in_threadpool(reload)
        return PlainTextResponse("".join(f"{error}\n" for error in errors), status_code=500 if errors else 200)

    return reloaded


def _field(request: Request, name: str) -> str:
    """The combined value of a list field that may occur several times (RFC 9110, section 5.3)."""
    return ",".join(request.headers.getlist(name))


async def _slices(parts: Iterable[bytes]) -> AsyncIterator[memoryview]:
    for part in parts:
        for start in range(0, len(part), SLICE):
            yield memoryview(part)[start : start + SLICE]
