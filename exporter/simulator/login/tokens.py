"""Access tokens: issuing them and reading them back."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import jwt
from jwt.types import Options

ALGORITHM = "HS256"
UNTIMED = Options(verify_exp=False, verify_nbf=False, verify_iat=False, verify_aud=False)


class TokenRejected(Exception):  # noqa: N818 - each API has its own error text for the reason
    """A token that no API accepts, and the reason."""

    def __init__(self, reason: Literal["missing", "malformed", "expired"]) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Tokens:
    """JSON Web Tokens (RFC 7519), signed with a key of this simulator."""

    clock: Callable[[], datetime]
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def issue(self, claims: Mapping[str, object], lifetime: int) -> str:
        """A token with `claims`, valid from now for `lifetime` seconds."""
        now = int(self.clock().timestamp())
        times = {"iat": now, "nbf": now, "exp": now + lifetime}
        return jwt.encode({**claims, **times, "ver": "1.0"}, self.key, ALGORITHM)

    def read(self, authorization: str | None) -> dict[str, Any]:
        """The claims of an ``Authorization: Bearer`` header, or `TokenRejected`."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TokenRejected("missing")
        try:
            # Times are compared with the simulated clock below, not with this machine's.
            claims: dict[str, Any] = jwt.decode(token.strip(), self.key, [ALGORITHM], UNTIMED)
        except jwt.InvalidTokenError:
            raise TokenRejected("malformed") from None
        if claims["exp"] <= self.clock().timestamp():
            raise TokenRejected("expired")
        return claims
