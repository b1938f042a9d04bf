"""Tags of a usage row: a JSON object in a text, which may lack its braces, hold nulls, or be empty."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

DISTINCT = 1 << 16
"""How many texts are cached: rows of one resource repeat theirs."""

TagValues = tuple[str, ...] | None | UnsetType
"""Values of the selected keys; None where the text can't be read, `UNSET` where the row has no property for tags."""


def tags(text: str) -> dict[str, str] | None:
    """Tags by key in lower case (Azure compares them so), without blanks around; None for a text that is no object."""
    text = text.strip()
    try:
        found = msgspec.json.decode(text if text.startswith("{") else f"{{{text}}}")
        return {key.strip().lower(): _text(value) for key, value in reversed(found.items())}
    except (msgspec.DecodeError, RecursionError):
        return None


def selector(keys: Sequence[str]) -> Callable[[str | UnsetType | None], TagValues]:
    """A function from the text to the values of `keys`; "" for a missing key."""
    wanted = [key.strip().lower() for key in keys]

    @lru_cache(DISTINCT)
    def select(text: str | UnsetType | None) -> TagValues:
        if text is UNSET:
            return UNSET
        found = tags(text or "")
        return None if found is None else tuple(found.get(key, "") for key in wanted)

    return select


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()
