"""Properties of the windows, of growth and of parts, for any rows."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as some

from exporter.apis.b2c.metrics import AUTHENTICATIONS, USERS
from exporter.apis.b2c.records import BUCKETS, DailyAuthentications, Unreadable, UserCount, label
from exporter.apis.b2c.windows.daily import growth, windows
from exporter.apis.b2c.windows.keys import limited_keys
from exporter.apis.b2c.windows.rows import by_day, filter_bound
from exporter.model.collection import Run
from exporter.model.families import fold
from tests.harness import NOON

TODAY = NOON.date()
ONE_DAY = timedelta(days=1)
GROWTH = "azure_b2c_users_registered_trailing_10d"
MINUTES = some.integers(0, 365 * 24 * 60 - 1)
COUNTS = some.dictionaries(some.integers(0, 60), some.none() | some.integers(0, 9), max_size=60)
DENSE = some.tuples(some.integers(0, 20), some.integers(20, 60)).map(
    lambda span: {n: n % 7 for n in range(span[0], span[1] + 1)}
)
LOST = some.sets(some.none() | some.integers(0, 60), max_size=2)
"""Ages of rows that can't be read; None is one whose day can't be read either."""


def total(rows: Mapping[date, int], unusable: Collection[date], first: date, last: date) -> int | None:
    """By hand: the rows of the window's days; nothing where one of them can't be used."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return None if not days or set(days) & set(unusable) else sum(rows.get(day, 0) for day in days)


@given(MINUTES, COUNTS | DENSE, LOST)
@settings(max_examples=300)
def test_every_window_is_the_sum_of_its_rows_or_absent(
    minute: int, ages: dict[int, int | None], lost: set[int | None]
) -> None:
    """Absent exactly where an unusable row may be in it, whatever rows there are, and whenever they are read."""
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    days = {now.date() - timedelta(days=age): count for age, count in ages.items()}
    rows: list[DailyAuthentications | Unreadable] = [
        DailyAuthentications(time_stamp=str(day), authentication_count=count) for day, count in days.items()
    ]
    dropped = [Unreadable(None if age is None else now.date() - timedelta(days=age)) for age in lost]
    run = Run(now)
    read = by_day("r", [*rows, *dropped], now, run)
    keys = limited_keys([read.rows.values()], 5, AUTHENTICATIONS, run)
    samples = fold(windows("r", read, now, keys, run), AUTHENTICATIONS)
    found = {name.rpartition("authentications_")[2]: sum(s.values()) if s else None for name, s in samples.items()}
    stated = {day: count for day, count in days.items() if count is not None}
    unusable = ({row.day for row in dropped if row.day} | days.keys()) - stated.keys()
    newest = max(stated, default=None)
    if newest is None:
        assert {None} == set(found.values())
        return
    yesterday, anywhere = newest - ONE_DAY, None in lost
    daily_known = yesterday in stated or not anywhere
    assert {
        "daily": total(stated, unusable, yesterday, yesterday) if daily_known else None,
        "month_to_date": None if anywhere else total(stated, unusable, now.date().replace(day=1), newest),
        "trailing_30d": None if anywhere else total(stated, unusable, newest - 29 * ONE_DAY, newest),
    } == found
    assert filter_bound(now) < min(now.date().replace(day=1), now.date() - 43 * ONE_DAY)


@given(some.dictionaries(some.integers(0, 40), some.integers(0, 10**6)))
def test_growth_is_exactly_ten_days_or_absent(ages: dict[int, int]) -> None:
    """Whatever rows are missing."""
    days = {TODAY - timedelta(days=age): count for age, count in ages.items()}
    run = Run(NOON)
    read = by_day("r", [UserCount(str(day), count) for day, count in days.items()], NOON, run)
    samples = fold(growth("r", read, limited_keys([read.rows.values()], 5, USERS, run), run), USERS)
    newest = max(days, default=None)
    before = days.get(newest - 10 * ONE_DAY) if newest else None
    expected = {days[newest] - before} if newest and before is not None else set()
    assert expected == set(samples[GROWTH].values())


KEYS = some.text(max_size=3) | some.sampled_from(sorted(BUCKETS | {"flow:a", " a "}))
BREAKDOWNS = some.none() | some.dictionaries(KEYS, some.none() | some.integers(0, 10**9), max_size=6)


@given(some.lists(some.tuples(BREAKDOWNS, some.integers(0, 10**9)), min_size=20, max_size=20), some.integers(1, 4))
def test_parts_sum_to_the_totals_for_any_breakdown(
    stated: list[tuple[dict[str, int | None] | None, int]], most: int
) -> None:
    """Whatever the keys and however many are folded, beyond the total too; never more series than the limit allows."""
    rows = [
        DailyAuthentications(time_stamp=f"2026-11-{n:02}", authentication_count=total, auth_flow_type_break_down=parts)
        for n, (parts, total) in enumerate(stated, start=1)
    ]
    run = Run(NOON)
    days = by_day("r", rows, NOON, run)
    samples = fold(
        windows("r", days, NOON, limited_keys([days.rows.values()], most, AUTHENTICATIONS, run), run), AUTHENTICATIONS
    )
    in_month = samples["azure_b2c_authentications_month_to_date"]
    assert sum(total for _, total in stated) == sum(in_month.values())
    assert len(in_month) <= most + 2


@given(some.dictionaries(KEYS, some.integers(0, 10**9)), *[some.integers(0, 9)] * 3)
def test_users_sum_to_the_total_for_any_breakdown(parts: dict[str, int], local: int, other: int, rest: int) -> None:
    """Local, directory, every provider, and what they leave."""
    total = sum(parts.values()) + local + other + rest
    run = Run(NOON)
    days = by_day("r", [UserCount("2026-11-19", total, local, other, dict(parts))], NOON, run)
    samples = fold(growth("r", days, limited_keys([days.rows.values()], 3, USERS, run), run), USERS)
    assert total == sum(samples["azure_b2c_users"].values())
    assert local == samples["azure_b2c_users"]["local",]
    assert {} == samples[GROWTH]


@given(some.sets(some.text()))
def test_different_keys_have_different_labels(keys: set[str]) -> None:
    """But for the blanks around them."""
    assert len({key.strip() for key in keys}) == len({label("flow", key) for key in keys})
