"""Events of days that may still change, as keyed hashes, and what they sum to per day."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from itertools import repeat
from sqlite3 import Connection

from exporter.apis.b2c.graph.activities import CALL, EXCHANGED, GRANTED, ISSUED, SMS
from exporter.apis.b2c.graph.counts import DailyCounts, Key
from exporter.apis.b2c.graph.sign_ins import Activity
from exporter.model.periods import DAY

AUTHENTICATIONS, MFA_REQUESTS = "authentications", "mfa_requests"
"""The reports under which counts are stored, beside those of active users."""
ATTEMPT = SMS | CALL
Label = tuple[str, str, str]
"""Report, application and breakdown key."""
UPSERT = """
INSERT INTO event (hash, day, kinds, described, label, link) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (hash) DO UPDATE SET
    label = CASE WHEN described THEN label ELSE excluded.label END, described = max(described, excluded.described),
    day = min(day, excluded.day), kinds = kinds | excluded.kinds, link = coalesce(link, excluded.link)
WHERE excluded.day < day OR excluded.kinds & ~kinds OR excluded.described > described
    OR link IS NULL AND excluded.link IS NOT NULL
"""
SPELLED = """
INSERT INTO spelling (key, spelling, day) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET
    day = excluded.day, spelling = excluded.spelling
WHERE excluded.day > day AND excluded.spelling = spelling OR excluded.day > day + 1
"""
SUMS = """
SELECT report, day, application, key, number FROM label JOIN (
    SELECT label, day - (NOT kinds & :granted AND coalesce(link IN (SELECT link FROM late_code), 0)) AS day,
        count(*) AS number
    FROM event
    WHERE event.day >= :first AND event.day <= :end AND (kinds & :alone OR kinds & :issued AND NOT kinds & :granted)
    GROUP BY 1, 2
) ON label = id
WHERE day >= :first AND day < :end
"""
KINDS = {"alone": EXCHANGED | ATTEMPT, "issued": ISSUED, "granted": GRANTED}


class Journal:
    """What was read of the audit log for days that are not final.

    No id is stored, only its keyed hash: that of a correlation id or of an attempt until a day after its own day is
    final, that of a user until the month is. Adding the same events again, in any order, changes nothing.
    """

    def __init__(self, counts: DailyCounts) -> None:
        self._counts = counts

    def add(self, activity: Activity) -> None:
        """Store what entries say."""
        with self._counts.transaction() as connection:
            self._add_sign_ins(connection, activity)
            self._add_attempts(connection, activity)
            codes = zip(
                self._counts.hashes(b"code", activity.late_codes),
                (day.toordinal() for day in activity.late_codes.values()),
                strict=True,
            )
            connection.executemany("INSERT OR IGNORE INTO late_code VALUES (?, ?)", codes)
            for (year, month), users in activity.users.items():
                number = date(year, month, 1).toordinal()
                # In the order of the table, which then is written from its beginning to its end.
                hashes = sorted(self._counts.hashes(f"{year}-{month}".encode(), users))
                connection.executemany("INSERT OR IGNORE INTO active_user VALUES (?, ?)", zip(hashes, repeat(number)))
            # A spelling that is in use already must be seen first, or another one would replace it.
            for spelling, day in sorted(activity.spellings.items(), key=lambda found: found[1]):
                connection.execute(SPELLED, (spelling.lower(), spelling, day.toordinal()))

    def sums(self, first: date, end: date) -> Mapping[tuple[str, date], dict[Key, int]]:
        """What is counted on each day from `first` until before `end`, by report and day; days without any are absent.

        Keys are the application's id with the flow in lower case, or with the method.
        """
        with self._counts.transaction() as connection:
            rows = connection.execute(SUMS, {"first": first.toordinal(), "end": end.toordinal(), **KINDS}).fetchall()
        found: dict[tuple[str, date], dict[Key, int]] = defaultdict(dict)
        for report, day, application, key, number in rows:
            found[report, date.fromordinal(day)][application, key] = number
        return found

    def active_users(self, month: date) -> int:
        """The distinct users of a month, so far."""
        with self._counts.transaction() as connection:
            found = connection.execute("SELECT count(*) FROM active_user WHERE month = ?", (month.toordinal(),))
            return int(found.fetchone()[0])

    def spelling(self, flow: str) -> str:
        """The name of a flow as it is spelled: a new spelling replaces one that was not seen for a day.

        So a label does not alternate between two spellings that are in use.
        """
        with self._counts.transaction() as connection:
            found = connection.execute("SELECT spelling FROM spelling WHERE key = ?", (flow,)).fetchone()
        return str(found[0]) if found else flow

    def prune(self, final: date) -> None:
        """Delete what is no longer needed once the days before `final` are final.

        The events of the last final day remain: a sign-in that began on it may have events on the next day.
        """
        with self._counts.transaction() as connection:
            connection.execute("DELETE FROM event WHERE day < ?", ((final - DAY).toordinal(),))
            connection.execute("DELETE FROM late_code WHERE day < ?", ((final - DAY).toordinal(),))
            connection.execute("DELETE FROM active_user WHERE month < ?", (final.replace(day=1).toordinal(),))
            connection.execute("DELETE FROM label WHERE id NOT IN (SELECT label FROM event)")

    def _add_sign_ins(self, connection: Connection, activity: Activity) -> None:
        found = activity.sign_ins.values()
        days = {day: date.fromisoformat(day).toordinal() for day in {event.day for event in found}}
        places = {id(event.place): event.place for event in found}
        stored = numbered(connection, {(AUTHENTICATIONS, place.application, place.flow) for place in places.values()})
        # By identity, because sign-ins share their places, and there are many sign-ins.
        labels = {
            number: (place.flow != "", stored[AUTHENTICATIONS, place.application, place.flow])
            for number, place in places.items()
        }
        texts = {event.link for event in found if event.link}
        links = dict(zip(texts, self._counts.hashes(b"code", texts), strict=True))
        hashes = self._counts.hashes(b"sign-in", activity.sign_ins)
        rows = [
            (hashed, days[event.day], event.kinds, *labels[id(event.place)], links.get(event.link))
            for hashed, event in zip(hashes, found, strict=True)
        ]
        connection.executemany(UPSERT, rows)

    def _add_attempts(self, connection: Connection, activity: Activity) -> None:
        found = activity.attempts.values()
        labels = numbered(connection, {(MFA_REQUESTS, event.application, event.method) for event in found})
        hashes = self._counts.hashes(b"attempt", activity.attempts)
        rows = [
            (hashed, event.day.toordinal(), ATTEMPT, True, labels[MFA_REQUESTS, event.application, event.method], None)
            for hashed, event in zip(hashes, found, strict=True)
        ]
        connection.executemany(UPSERT, rows)


def numbered(connection: Connection, labels: Collection[Label]) -> Mapping[Label, int]:
    """The number of each label, which is stored once."""
    connection.executemany("INSERT OR IGNORE INTO label (report, application, key) VALUES (?, ?, ?)", sorted(labels))
    stored = connection.execute("SELECT report, application, key, id FROM label")
    return {(report, application, key): number for report, application, key, number in stored}
