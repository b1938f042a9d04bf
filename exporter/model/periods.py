"""Instants, days and billing months; always UTC."""

from datetime import UTC, date, datetime

from exporter.errors import Malformed


def instant(text: str) -> datetime:
    """An ISO 8601 instant with 0 to 7 fraction digits, `Z`, an offset or neither (then it is UTC).

    All of Microsoft's reports use one of these spellings; raises `Malformed` for another.
    """
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Malformed(f"not a date and time: {text[:40]!r}") from error


def month_start(now: datetime) -> date:
    """The first day of the billing month that `now` lies in."""
    return now.astimezone(UTC).date().replace(day=1)
