"""Who may send requests and how many: users, the rate limit, and the headers that each response has."""

import base64
import binascii
import time
from datetime import timedelta

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exporter.web.config_file import ConfigFile, RateLimit, WebConfig
from exporter.web.passwords import Passwords

CHALLENGE = {"WWW-Authenticate": 'Basic realm="azure-billing-exporter", charset="UTF-8"'}


class Access:
    """Applies the current content of the file to every request, whatever its path."""

    def __init__(self, app: ASGIApp, file: ConfigFile) -> None:
        self._app = app
        self._file = file
        self._passwords = Passwords()
        self._bucket = Bucket(RateLimit())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        config = self._file.current().config
        headers = {name: value for name, value in config.http_server_config.headers.items() if value}

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        if self._bucket.limit != config.rate_limit:
            self._bucket = Bucket(config.rate_limit)
        app = await self._refusal(config, Headers(scope=scope)) or self._app
        await app(scope, receive, with_headers if headers else send)

    async def _refusal(self, config: WebConfig, headers: Headers) -> Response | None:
        """The response to a request that is not allowed."""
        if not self._bucket.take(time.monotonic()):
            return PlainTextResponse("too many requests\n", 429)
        if not config.basic_auth_users:
            return None
        user, password = credentials(headers.get("authorization", ""))
        try:
            if user is not None and await self._passwords.verify(config.basic_auth_users, user, password):
                return None
        except TimeoutError:
            return PlainTextResponse("too many passwords to compare\n", 503, {"Retry-After": "5"})
        return PlainTextResponse("unauthorized\n", 401, CHALLENGE)


def credentials(field: str) -> tuple[str | None, bytes]:
    """The user and the password of the header `Authorization` (RFC 7617); no user if there are none."""
    scheme, _, encoded = field.strip().partition(" ")
    if scheme.lower() != "basic":
        return None, b""
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
        return (user.decode(), password) if colon else (None, b"")
    except (binascii.Error, UnicodeDecodeError):
        return None, b""


class Bucket:
    """A token bucket: `burst` requests at once, and one more for each interval."""

    def __init__(self, limit: RateLimit) -> None:
        self.limit = limit
        self._tokens = float(limit.burst)
        self.taken = time.monotonic()

    def take(self, now: float) -> bool:
        """Take a token at `now`, seconds of a monotonic clock; false if there is none."""
        if self.limit.interval <= timedelta():
            return True
        passed = max(0.0, now - self.taken)
        self._tokens = min(self.limit.burst, self._tokens + passed / self.limit.interval.total_seconds())
        self.taken = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
