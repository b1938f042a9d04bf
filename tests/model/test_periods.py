"""Instants, days and months in the formats of the APIs."""

from datetime import UTC, date, datetime

import pytest

from exporter.errors import Malformed
from exporter.model.periods import day_of, instant, month_start, next_month


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019-09-17T17:08:11.1433333+00:00", datetime(2019, 9, 17, 17, 8, 11, 143333, UTC)),
        ("2019-08-01T23:00:16.57+02:00", datetime(2019, 8, 1, 21, 0, 16, 570000, UTC)),
        ("2018-08-01T00:00:00", datetime(2018, 8, 1, tzinfo=UTC)),
        ("2017-04-27T23:01:43.799Z", datetime(2017, 4, 27, 23, 1, 43, 799000, UTC)),
        ("2017-04-27", datetime(2017, 4, 27, tzinfo=UTC)),
    ],
)
def test_every_format_becomes_an_instant_in_utc(text: str, expected: datetime) -> None:
    """0 to 7 fraction digits; Z, an offset or neither."""
    assert expected == instant(text)


@pytest.mark.parametrize("text", ["", "yesterday", "2019-13-01", "0001-01-01T00:00:00+14:00"])
def test_anything_else_is_malformed(text: str) -> None:
    """No other exception is raised."""
    with pytest.raises(Malformed):
        instant(text)


def test_the_billing_month_begins_on_its_first_day_in_utc() -> None:
    """An evening in New York is already the next month in UTC."""
    late = datetime.fromisoformat("2026-10-31T23:00:00-04:00")
    assert datetime(2026, 11, 1).date() == month_start(late)  # noqa: DTZ001


@pytest.mark.parametrize(
    "text", ["11/3/2026", "11/03/2026", "11/03/2026 00:00", "11/3/2026 1:02:03 PM", "2026-11-03T23:59:59Z"]
)
def test_a_day_has_several_formats(text: str) -> None:
    """ISO, or the month first."""
    assert date(2026, 11, 3) == day_of(text)


@pytest.mark.parametrize("text", ["13/11/2026", "11/31/2026", "3.11.2026", "11/3/26", "/", "1/1/0000"])
def test_an_invalid_day_is_quoted_in_the_error(text: str) -> None:
    """Unchanged."""
    with pytest.raises(Malformed, match=text):
        day_of(text)


def test_the_next_month_begins_at_midnight_in_utc() -> None:
    """After the first instant of a month, it is that of the following month."""
    turn = datetime(2026, 12, 1, tzinfo=UTC)
    assert [turn, datetime(2027, 1, 1, tzinfo=UTC)] == [
        next_month(datetime.fromisoformat("2026-11-30T23:59:59+00:00")),
        next_month(turn),
    ]
