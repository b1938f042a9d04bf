"""`/metrics`: sends bytes that exist before the request, as a plain ASGI application."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from exporter.runtime import page as pages
from exporter.runtime.own import EOF, Format, Own, OwnMetrics
from exporter.runtime.page import Body
from exporter.runtime.store import Snapshot
from exporter.web.negotiation import Coding, Offer, accepted_coding, accepted_offer, matches

MOST_NAMES = 100
"""The most families that `name[]` selects in one request."""


class Scrape:
    """Answers GET and HEAD; nothing on the event loop grows with the number of series."""

    def __init__(self, snapshot: Callable[[], Snapshot], own: OwnMetrics, restoring: Callable[[], bool]) -> None:
        self._snapshot = snapshot
        self._own = own
        self._restoring = restoring
        self._offer = lru_cache(accepted_offer)
        self._coding = lru_cache(accepted_coding)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._restoring():
            text = _text("restoring stored collections\n")
            await _send(send, HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "1"}, text)
            return
        offer = self._offer(_field(scope, b"accept"))
        try:
            names = _names(scope)
        except ValueError:
            await _send(send, HTTPStatus.BAD_REQUEST, {}, _text(f"at most {MOST_NAMES} parameters, such as name[]\n"))
            return
        metrics = self._own
        if metrics.due(offer.form):
            await run_in_threadpool(metrics.refresh, offer.form)
        own, snapshot = metrics.current[offer.form], self._snapshot()
        if names is None:
            coding = self._coding(_field(scope, b"accept-encoding"))
            body = await _body(coding, snapshot, own)
        else:
            coding, body = Coding.IDENTITY, _selected(names, snapshot, own, offer.form)
        headers = _headers(
            offer, coding, f'"{metrics.identity}-{snapshot.version}-{own.version}-{offer.tag}-{coding.value}"'
        )
        if matches(_field(scope, b"if-none-match"), headers["ETag"]):
            await _send(send, HTTPStatus.NOT_MODIFIED, {name: headers[name] for name in ("ETag", "Vary")}, None)
        else:
            headers["Content-Length"] = str(body.length)
            await _send(send, HTTPStatus.OK, headers, body if scope["method"] != "HEAD" else None)


async def _body(coding: Coding, snapshot: Snapshot, own: Own) -> Body:
    both = snapshot.page, own.page
    match coding:
        case Coding.ZSTD if not all(page.has_frames for page in both):  # a client accepts zstd for the first time
            return await run_in_threadpool(pages.zstd, *both)
        case Coding.ZSTD:
            return pages.zstd(*both)
        case Coding.GZIP:
            return pages.gzip(*both)
        case Coding.IDENTITY:
            return pages.plain(*both)


def _selected(names: Sequence[str], snapshot: Snapshot, own: Own, form: Format) -> Body:
    """The families with these names, or with samples of these names, in the order of the page."""
    published = sorted(snapshot.page.families.keys() & set(names))
    others = {own.names[name] for name in names if name in own.names}
    parts = [part.plain for name in published for part in snapshot.page.families[name]]
    parts += [part.plain for name, family in own.page.families.items() if name in others for part in family]
    return Body.of(pages.joined([*parts, EOF] if form is Format.OPENMETRICS else parts))


def _names(scope: Scope) -> Sequence[str] | None:
    """The values of `name[]`, None without any; raises `ValueError` for too many parameters."""
    query = scope["query_string"].decode("latin-1")
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_NAMES) if query else []
    names = [value for name, value in pairs if name == "name[]"]
    return names or None


def _headers(offer: Offer, coding: Coding, etag: str) -> dict[str, str]:
    encoding = {} if coding is Coding.IDENTITY else {"Content-Encoding": coding.value}
    return {"Content-Type": offer.content_type, "Vary": "Accept, Accept-Encoding", "ETag": etag, **encoding}


def _text(text: str) -> Body:
    return Body.of([text.encode()])


def _field(scope: Scope, name: bytes) -> str:
    """The combined value of a list field that may occur several times (RFC 9110, section 5.3)."""
    return ",".join(value.decode("latin-1") for key, value in scope["headers"] if key == name)


async def _send(send: Send, status: HTTPStatus, headers: dict[str, str], body: Body | None) -> None:
    fields = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": int(status), "headers": fields})
    for piece in body.pieces if body else ():
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
