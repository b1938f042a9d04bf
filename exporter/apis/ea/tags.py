"""Tags of a usage row: a JSON object in a text, which may lack its braces, hold nulls, or be empty."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import msgspec

DISTINCT = 1 << 16
"""Texts whose tags are remembered: rows of one resource repeat theirs."""


def tags(text: str) -> dict[str, str]:
    """Tags by key in lower case (Azure compares them so), without blanks around; empty for what is no object."""
    text = text.strip()
    try:
        found = msgspec.json.decode(text if text.startswith("{") else f"{{{text}}}")
    except msgspec.DecodeError:
        return {}
    return {key.strip().lower(): _text(value) for key, value in reversed(found.items())}


def selector(keys: Sequence[str]) -> Callable[[str | None], tuple[str, ...]]:
    """A function from the text to the values of `keys`; "" for a missing one."""
    wanted = [key.strip().lower() for key in keys]

    @lru_cache(DISTINCT)
    def select(text: str | None) -> tuple[str, ...]:
        found = tags(text or "")
        return tuple(found.get(key, "") for key in wanted)

    return select


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()
