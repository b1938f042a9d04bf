"""The paths of the exporter: `/metrics`, `/`, `/-/healthy`, `/-/ready`, `/-/reload`."""

from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from exporter.runtime.store import Snapshot


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
        encoder, content_type = choose_encoder(request.headers.get("accept", ""))
        published = snapshot()
        own = encoder(registry())
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


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether the client takes gzip (RFC 9110 12.5.3); a weight of 0 is a refusal."""
    weights = {}
    for choice in accept_encoding.lower().split(","):
        coding, _, weight = choice.partition(";")
        weights[coding.strip()] = weight.replace(" ", "").removeprefix("q=") or "1"
    return weights.get("gzip", weights.get("*", "0")).strip("0.") != ""
