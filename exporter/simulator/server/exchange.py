"""One request and its answer, for faults: wait, cut, close."""

import asyncio
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONNECTION = "simulator.connection"
"""Name of the ASGI extension with the connection's transport."""


@dataclass
class Exchange:
    """A request to `app`, and what a fault can do with its answer."""

    app: ASGIApp
    scope: Scope
    source: Receive
    send: Send
    early: list[Message] = field(default_factory=list)

    async def receive(self) -> Message:
        """What the client sends, including what came while a fault was waiting."""
        return self.early.pop(0) if self.early else await self.source()

    async def pass_on(self) -> None:
        """Let the service answer."""
        await self.app(self.scope, self.receive, self.send)

    async def answer(self) -> tuple[Message, bytes]:
        """The service's answer, not sent: its start (status and headers) and its whole body."""
        messages: list[Message] = []

        async def collect(message: Message) -> None:
            messages.append(message)

        await self.app(self.scope, self.receive, collect)
        start, *parts = messages
        return start, b"".join(part.get("body", b"") for part in parts)

    async def pause(self, seconds: float) -> bool:
        """Wait; False as soon as the client has gone away."""
        try:
            await asyncio.wait_for(self._gone(), seconds)
        except TimeoutError:
            return True
        return False

    async def raw(self, answer: bytes) -> None:
        """Send `answer`, status line and headers included, as it is; then close the connection in order."""
        transport: asyncio.Transport = self.scope["extensions"][CONNECTION]
        transport.write(answer)
        await self.close()

    async def close(self) -> None:
        """Close the connection once what was sent has left, as a server does that stops in the middle of an answer."""
        transport: asyncio.Transport = self.scope["extensions"][CONNECTION]
        transport.close()
        await self._gone()

    async def drop(self) -> None:
        """Close the connection at once, whatever is still to be sent."""
        transport: asyncio.Transport = self.scope["extensions"][CONNECTION]
        transport.abort()
        await self._gone()

    async def _gone(self) -> None:
        while (message := await self.source())["type"] != "http.disconnect":
            self.early.append(message)
