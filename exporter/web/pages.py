"""The paths of the exporter: `/metrics`, `/`, `/-/healthy`, `/-/ready`, `/-/reload`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from exporter.runtime.own import OwnMetrics
from exporter.runtime.store import Snapshot
from exporter.web.scrape import Scrape
from exporter.web.status.page import StatusPage


def application(
    snapshot: Callable[[], Snapshot],
    own: OwnMetrics,
    *,
    status: StatusPage,
    not_ready: Callable[[], Sequence[str]],
    restoring: Callable[[], bool] = lambda: False,
    reload: Callable[[], Sequence[str]] | None = None,
    metrics_path: str = "/metrics",
) -> Starlette:
    """The web application; `not_ready` returns why the exporter is not ready.

    While it is `restoring` stored collections there are no metrics: a scrape of the rest would look complete.

    `reload`, if given, is run by POST to `/-/reload` and returns the errors of the new configuration.
    """

    async def overview(request: Request) -> Response:
        html = await run_in_threadpool(status.render, request.query_params)
        return HTMLResponse(html, headers=status.headers)

    async def healthy(request: Request) -> Response:
        return PlainTextResponse("healthy\n")

    async def ready(request: Request) -> Response:
        if missing := not_ready():
            return PlainTextResponse("".join(f"not ready: {reason}\n" for reason in missing), status_code=503)
        return PlainTextResponse("ready\n")

    pages: Mapping[str, Callable[..., Any]] = {
        metrics_path: Scrape(snapshot, own, restoring),
        "/": overview,
        "/-/healthy": healthy,
        "/-/ready": ready,
    }
    routes = [Route(path, page, methods=["GET"]) for path, page in pages.items()]
    if reload:
        routes.append(Route("/-/reload", _reloading(reload), methods=["POST"]))
    served = Starlette(routes=routes)
    served.router.redirect_slashes = False  # the redirect would name the host that the client sent
    return served


def _reloading(reload: Callable[[], Sequence[str]]) -> Callable[[Request], Awaitable[Response]]:
    async def reloaded(request: Request) -> Response:
        errors = await run_in_threadpool(reload)
        return PlainTextResponse("".join(f"{error}\n" for error in errors), status_code=500 if errors else 200)

    return reloaded
