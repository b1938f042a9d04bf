"""The claims of a JSON Web Token (RFC 7519), read without verifying its signature: it is our own."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import jwt


def claims(token: str) -> Mapping[str, Any]:
    """The claims of `token`; empty for a text that is not a token."""
    try:
        return jwt.decode(token, options={"verify_signature": False})
    except (jwt.InvalidTokenError, RecursionError):
        return {}


def authentication_methods(token: str) -> list[str] | None:
    """How the person signed in (`amr`, RFC 8176); None for a token without that claim."""
    methods = claims(token).get("amr")
    return [str(method) for method in methods] if isinstance(methods, list) else None


def instant(seconds: object) -> datetime | None:
    """Unix seconds as an instant; None for anything else, or a year beyond 9999."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
