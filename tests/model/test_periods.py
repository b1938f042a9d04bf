"""Instants as Microsoft writes them."""

from datetime import UTC, datetime

import pytest

from exporter.errors import Malformed
from exporter.model.periods import instant, month_start


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
def test_every_spelling_is_the_same_instant_in_utc(text: str, expected: datetime) -> None:
    """0 to 7 fraction digits; Z, an offset or neither."""
    assert expected == instant(text)


@pytest.mark.parametrize("text", ["", "yesterday", "2019-13-01", "0001-01-01T00:00:00+14:00"])
def test_anything_else_is_malformed(text: str) -> None:
    """No other exception leaves."""
    with pytest.raises(Malformed):
        instant(text)


def test_the_billing_month_begins_on_its_first_day_in_utc() -> None:
    """An evening in New York is already the next month in UTC."""
    late = datetime.fromisoformat("2026-10-31T23:00:00-04:00")
    assert datetime(2026, 11, 1).date() == month_start(late)  # noqa: DTZ001
