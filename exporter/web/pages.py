"""The paths of the exporter: `/metrics`, `/`, `/-/healthy`, `/-/ready`, `/-/reload`."""

import re
from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, exposition
from prometheus_client.openmetrics import exposition as openmetrics
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from exporter.runtime.store import Snapshot

TEXT, OPENMETRICS = exposition.CONTENT_TYPE_PLAIN_0_0_4, openmetrics.CONTENT_TYPE_LATEST
OPENMETRICS_RANGE = re.compile(
    r"application/openmetrics-text(;version=(1\.0\.0|0\.0\.1))?(;escaping=[\w-]+)?(;charset=utf-8)?"
)
WEIGHT = re.compile(r"[01](\.[0-9]{0,3})?")


def application(
    snapshot: Callable[[], Snapshot],
    registry: Callable[[], CollectorRegistry],
    *,
    index: Callable[[], str],
    not_ready: Callable[[], Sequence[str]],
    reload: Callable[[], Sequence[str]] | None = None,
    metrics_path: str = "/metrics",
) -> Starlette:
    """GET and HEAD of four pages; `not_ready` names what is still missing.

    With `reload`, which gives the mistakes of the new configuration, POST to `/-/reload` too.
    """

    async def metrics(request: Request) -> Response:
        if takes_openmetrics(request.headers.get("accept", "")):
            content_type, own = OPENMETRICS, openmetrics.generate_latest(registry())  # type: ignore[no-untyped-call]
        else:
            content_type, own = TEXT, exposition.generate_latest(registry())
        published = snapshot()
        headers = {"Content-Type": content_type, "Vary": "Accept, Accept-Encoding"}
        if published.packed and accepts_gzip(request.headers.get("accept-encoding", "")):
            return Response(published.gzipped(own), headers=headers | {"Content-Encoding": "gzip"})
        return Response(published.body + own, headers=headers)

    async def overview(request: Request) -> Response:
        return HTMLResponse(
            index(), headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
        )

    async def healthy(request: Request) -> Response:
        return PlainTextResponse("healthy\n")

    async def ready(request: Request) -> Response:
        if missing := not_ready():
            return PlainTextResponse("".join(f"not ready: {what}\n" for what in missing), status_code=503)
        return PlainTextResponse("ready\n")

    async def reloaded(request: Request) -> Response:
        mistakes = await run_in_threadpool(reload) if reload else []
        return PlainTextResponse("".join(f"{mistake}\n" for mistake in mistakes), status_code=500 if mistakes else 200)

    pages = {metrics_path: metrics, "/": overview, "/-/healthy": healthy, "/-/ready": ready}
    routes = [Route(path, page, methods=["GET"]) for path, page in pages.items()]
    return Starlette(routes=routes + [Route("/-/reload", reloaded, methods=["POST"])] * bool(reload))


def takes_openmetrics(accept: str) -> bool:
    """Whether the client would rather have OpenMetrics 1.0.0 than Prometheus' text (RFC 9110 12.5.1)."""
    ranges = weights(accept)
    wanted = [ranges[name] for name in ranges if OPENMETRICS_RANGE.fullmatch(name)]
    plain = [ranges[name] for name in ranges if name.startswith("text/plain")] or [0.0]
    return bool(wanted) and max(wanted) > 0 and max(wanted) >= max(plain)


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether the client takes gzip (RFC 9110 12.5.3); a weight of 0 is a refusal."""
    codings = weights(accept_encoding)
    return codings.get("gzip", codings.get("*", 0)) > 0


def weights(header: str) -> dict[str, float]:
    """Each choice of a header with its weight (RFC 9110 12.4.2); one that nobody can read is a refusal."""
    found = {}
    for choice in "".join(header.lower().split()).split(","):
        name, _, weight = choice.partition(";q=")
        found[name] = float(weight) if WEIGHT.fullmatch(weight) else float(not weight)
    return found
