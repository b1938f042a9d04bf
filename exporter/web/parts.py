"""A response that is sent from where its bytes are."""

from collections.abc import Mapping, Sequence

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class Parts(Response):
    """The parts of a body that many responses share; none of them is copied."""

    def __init__(self, parts: Sequence[bytes], headers: Mapping[str, str], status: int = 200) -> None:
        self.status_code = status
        self.background = None
        self.body = b""
        self._parts = parts
        self.init_headers({"Content-Length": str(sum(map(len, parts))), **headers})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for part in self._parts[:-1]:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": self._parts[-1] if self._parts else b""})
