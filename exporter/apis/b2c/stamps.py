"""Time stamps of rows, which state a day in their own offset."""

from datetime import UTC, datetime


def parse_stamp(text: str) -> datetime:
    """An ISO 8601 instant in its own offset, without one in UTC; raises `ValueError`.

    The row of a day is about the day that its time stamp states, whatever the offset:
    `2026-11-20T00:00:00+02:00` is the row of 20 November, although that instant is 19 November in UTC.
    """
    try:
        at = datetime.fromisoformat(text)
        at = at.replace(tzinfo=at.tzinfo or UTC)
        at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"not a date and time: {text[:40]!r}") from None
    return at


def stated_stamp(value: object) -> datetime | None:
    """The same for a property of any type; None where it can't be read."""
    try:
        return parse_stamp(value) if isinstance(value, str) else None
    except ValueError:
        return None
