"""How many responses with metrics are sent at the same time, and in which portions over TLS."""

import asyncio

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SLOT_SECONDS = 0.05
"""After this time a response waits for its client, costs nothing, and no longer counts."""
WAIT_SECONDS = 5.0
"""How long a request waits for another to end."""
SLICE = 256 << 10
"""The most bytes to encrypt at once: they are copied for each client."""


class Admission:
    """Sends at most `most` responses below `path` at the same time; the others wait, then get 503. 0 is no limit.

    A client that reads slowly is not counted for long, or a few of them would block all others; their number is
    limited by that of connections.
    """

    def __init__(self, app: ASGIApp, path: str, most: int) -> None:
        self._app = app
        self._path = path if most else None
        self._slots = asyncio.Semaphore(most)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["path"] != self._path:
            await self._app(scope, receive, send)
            return
        try:
            if self._slots.locked():
                async with asyncio.timeout(WAIT_SECONDS):
                    await self._slots.acquire()
            else:
                await self._slots.acquire()
        except TimeoutError:
            response = PlainTextResponse("too many requests at the same time\n", 503, {"Retry-After": "5"})
            await response(scope, receive, send)
            return
        slot = _Slot(self._slots)
        timer = asyncio.get_running_loop().call_later(SLOT_SECONDS, slot.release)
        try:
            await self._app(scope, receive, send)
        finally:
            timer.cancel()
            slot.release()


class _Slot:
    """A place among the counted responses, which is given back once."""

    def __init__(self, slots: asyncio.Semaphore) -> None:
        self._slots: asyncio.Semaphore | None = slots

    def release(self) -> None:
        slots, self._slots = self._slots, None
        if slots:
            slots.release()


class TlsSlices:
    """Splits what is sent over TLS, so that a slow client needs no encrypted copy of a whole page.

    Without TLS the event loop sends the parts of a response from where they are.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""

        async def sliced(message: Message) -> None:
            body = memoryview(message.get("body", b""))
            if len(body) <= SLICE:
                await send(message)
                return
            last = (len(body) - 1) // SLICE * SLICE
            for start in range(0, last, SLICE):
                await send({**message, "body": body[start : start + SLICE], "more_body": True})
            await send({**message, "body": body[last:]})

        await self._app(scope, receive, sliced if scope.get("scheme") == "https" else send)
