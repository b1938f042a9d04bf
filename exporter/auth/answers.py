"""Responses of the login host: validated tokens, or a refusal with its AADSTS numbers and what to do."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from exporter.auth.secret import is_token
from exporter.errors import Reason, Rejected
from exporter.masking import redacted

DEFAULT_LIFETIME_SECONDS = 600.0
"""For an access token that comes without its lifetime."""
MAX_LIFETIME_SECONDS = 86_400.0
HINTS = {
    50011: "register this redirect URI with the application, or choose a registered one with --port",
    50034: "this user does not exist in the tenant; check the account that signed in, and `tenant`",
    50105: "assign the user to the application in the tenant's enterprise applications",
    53003: "a Conditional Access policy of the tenant blocks it",
    65001: "an administrator of the tenant must consent to the application's permissions",
    90002: "check `tenant`, and `cloud` or `authority`",
    700016: "check `client_id`, and whether the application is registered in this `tenant`",
    900023: "check `tenant`: it must be a domain or an id",
    7000215: "configure the client secret's value, not its id, of a secret that still exists",
    7000218: "for --device-code switch on *Allow public client flows* in the application's registration",
    7000222: "the client secret has expired: create another one for the application and configure it",
}
"""What to do about frequent AADSTS numbers."""
CODES = frozenset(
    {
        "authorization_pending", "slow_down", "authorization_declined", "access_denied", "expired_token",
        "invalid_client", "invalid_grant", "invalid_request", "invalid_scope", "unauthorized_client",
        "unsupported_grant_type", "interaction_required", "consent_required", "login_required",
    }
)  # fmt: skip
"""Error codes of OAuth, the device grant and OpenID Connect; any other text may contain a secret."""
NUMBER = re.compile(r"\bAADSTS(\d{1,12})\b")


class LoginRefused(Rejected):
    """The login host refused: `code` is one of `CODES` or empty, `numbers` are AADSTS numbers."""

    def __init__(self, text: str, code: str, numbers: Sequence[int]) -> None:
        super().__init__(text, Reason.LOGIN, code)
        self.numbers = tuple(numbers)


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """A response of the token endpoint; each token is valid in a header, or empty where there is none."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    id_token: str = field(repr=False)
    expires_in: float

    @classmethod
    def from_answer(cls, answer: Mapping[str, Any]) -> "TokenAnswer":
        """The tokens of a success: an invalid field does not affect the others."""
        tokens = [answer.get(name) for name in ("access_token", "refresh_token", "id_token")]
        access_token, refresh_token, id_token = (token if is_token(token) else "" for token in tokens)
        lifetime = seconds(answer.get("expires_in"), DEFAULT_LIFETIME_SECONDS, MAX_LIFETIME_SECONDS)
        return cls(access_token, refresh_token, id_token, lifetime)


def json_object(content: bytes) -> dict[str, Any] | None:
    """The JSON object in a body, parsed as leniently as possible; None for any other body.

    Numbers are floats, so that none is too long.
    """
    try:
        decoded = json.loads(content.decode("utf-8-sig", "replace"), strict=False, parse_int=float)
    except (ValueError, RecursionError):
        return None
    return decoded if isinstance(decoded, dict) else None


def seconds(value: object, default: float, maximum: float) -> float:
    """A duration from 0 to `maximum`, which version 1 of the endpoint sends as text."""
    try:
        number = msgspec.convert(value, float, strict=False)
    except msgspec.ValidationError:
        return default
    return min(max(number, 0.0), maximum) if math.isfinite(number) else default


def refusal(authority: str, answer: Mapping[str, Any], secrets: Sequence[str]) -> LoginRefused:
    """The failure for a response without a token, with the login host's message, without `secrets`."""
    own = [_text(value) for name, value in answer.items() if name.endswith(("token", "assertion", "code", "secret"))]
    code, description = _text(answer.get("error")), _text(answer.get("error_description"))
    listed = answer.get("error_codes")
    numbers = [int(number) for number in listed if _is_number(number)] if isinstance(listed, list) else []
    numbers += [int(found) for found in NUMBER.findall(description)]
    text = first_line(description) or first_line(code) or "neither a token nor an error in the answer"
    number = f" (AADSTS{numbers[0]})" if numbers and not description else ""
    hint = next((f" ({HINTS[number]})" for number in numbers if number in HINTS), "")
    return LoginRefused(
        f"login at {authority}: {redacted(text, [*secrets, *own])}{number}{hint}",
        code if code in CODES else "",
        list(dict.fromkeys(numbers)),
    )


def first_line(text: str) -> str:
    """The first line that is not blank; the login host's other lines are identifiers and times."""
    return next((line for line in text.splitlines() if line.strip()), "")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _is_number(value: object) -> bool:
    return isinstance(value, float) and math.isfinite(value)
