"""Users of a tenant by identity provider, counted by reading all of them, or what has changed."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import msgspec

from exporter.apis.b2c.graph.counts import DailyCounts
from exporter.apis.b2c.graph.refusals import USERS, explained
from exporter.apis.b2c.graph.users_rows import Page
from exporter.apis.b2c.graph.users_store import Listing, Progress, UserStore
from exporter.apis.b2c.records import UserCount
from exporter.errors import Malformed, Rejected
from exporter.model.collection import Run
from exporter.model.periods import DAY
from exporter.transport.paging import pages
from exporter.transport.response import decode
from exporter.transport.session import Session

SELECT = "$select=id,identities,creationType,userType"
LISTINGS: dict[Listing, str] = {"users": f"v1.0/users?{SELECT}&$top=999", "delta": f"v1.0/users/delta?{SELECT}"}
"""999 users a page are the most; with `$select` a request costs one resource unit, of at least 350 a second."""
COUNTED = "users.counted"
STALE = frozenset({400, 404, 410})
"""What a link that has expired is refused with; 410 is documented, the others are observed."""
REFUSED_FOR = timedelta(days=7)
TEN_DAYS = timedelta(days=10)


class CountedUsers(UserCount, frozen=True, kw_only=True):
    """The users of a day by the one part that each of them counts for: no user is in two parts."""

    counts: dict[str, int]

    def parts(self) -> Iterator[tuple[str, int]]:
        return iter(self.counts.items())


@dataclass(frozen=True, slots=True)
class Start:
    """Where a count may start: a listing, and its link; `anew` forgets what was counted before."""

    listing: Listing
    link: str
    anew: bool = False


class GraphUsers:
    """Counts the users of a tenant, once in a day (UTC) or each time that `every` has passed, and stores the counts.

    A count that was interrupted continues. With `delta` it reads what has changed, where the tenant allows that:
    some B2C tenants refuse it, and are asked again after a week.
    """

    def __init__(
        self, session: Session, counts: DailyCounts, *, tenant: str, delta: bool = True, every: timedelta | None = None
    ) -> None:
        self._session = session
        self._counts = counts
        self._store = UserStore(counts, tenant)
        self._delta = delta
        self._every = every
        self._decoder = msgspec.json.Decoder(Page)
        self._lock = threading.Lock()

    def rows(self, after: date, run: Run) -> Iterator[UserCount]:
        """The counts of the days after `after`, today's among them; a day on which nothing was counted has no row."""
        with self._lock:
            now = self._session.clock()
            if self._due(now):
                self._count(now)
            counted = self._counts.state(COUNTED)
            days = self._counts.days(UserCount.report, after + DAY, now.date())
        earliest = min(days, default=now.date())
        if earliest > now.date() - TEN_DAYS:
            text = "Microsoft Graph has no past counts, and those of this exporter begin on"
            run.warn(f"users: growth over ten days will be known from {earliest + TEN_DAYS} on: {text} {earliest}")
        for day, counts in days.items():
            of_day = counted if counted and counted.startswith(day.isoformat()) else day.isoformat()
            parts = {part: number for (_, part), number in counts.items()}
            yield CountedUsers(time_stamp=of_day, total_user_count=sum(parts.values()), counts=parts)

    def _due(self, now: datetime) -> bool:
        stored = self._counts.state(COUNTED)
        counted = datetime.fromisoformat(stored) if stored else None
        if not counted or counted > now or counted.date() != now.date():
            return True
        return self._every is not None and now - counted >= self._every

    def _count(self, now: datetime) -> None:
        """Count, and store the result as that of the day on which it is complete."""
        self._read(now)
        parts = self._store.parts()
        if not sum(parts.values()):
            self._store.begin()
            raise Malformed("users: Microsoft Graph lists no user at all, and every tenant has an administrator")
        counted = self._session.clock()
        with self._counts.transaction():
            self._counts.put(
                UserCount.report, counted.date(), {("", part): number for part, number in parts.items()}, final=False
            )
            self._counts.remember(COUNTED, counted.isoformat())
        if not self._store.changes_link:
            self._store.begin()

    def _read(self, now: datetime) -> None:
        """Read from the first start that is not refused as expired or unsupported."""
        *starts, last = self._starts(now)
        for start in starts:
            try:
                self._follow(start, now)
            except Rejected as refused:
                if refused.status not in STALE:
                    raise explained(refused, USERS) from refused
                if start.listing == "delta" and not self._store.progress(now):
                    self._store.refused_changes(now)
            else:
                return
        try:
            self._follow(last, now)
        except Rejected as refused:
            raise explained(refused, USERS) from refused

    def _starts(self, now: datetime) -> Iterator[Start]:
        """An interrupted count, the changes since the last one, and all users in both ways."""
        delta = self._delta and self._store.allows_changes(now, REFUSED_FOR)
        progress = self._store.progress(now)
        if progress and (delta or progress.listing == "users"):
            yield Start(progress.listing, progress.link)
        if delta:
            if link := self._store.changes_link:
                yield Start("changes", link)
            yield Start("delta", LISTINGS["delta"], anew=True)
        yield Start("users", LISTINGS["users"], anew=True)

    def _follow(self, start: Start, now: datetime) -> None:
        """Read the listing to its end, and store each page; raises a `Failure`, after which it continues there."""
        listing = start.listing
        if start.anew:
            self._store.begin()
        begun = now
        if not start.anew and (progress := self._store.progress(now)):
            begun = progress.begun
        try:
            for page in pages(start.link, self._page, lambda page: page.next_link):
                progress = Progress(listing, page.next_link, begun) if page.next_link else None
                self._store.store(page.value, progress, None if listing == "users" else _link_to_changes(page))
        except Malformed:
            if not start.anew:  # a page that fails for the second time, or a link that leads into a loop
                self._store.begin()
            raise

    def _page(self, link: str) -> Page:
        return decode(self._decoder, self._session.get(link), "users")  # type: ignore[no-any-return]


def _link_to_changes(page: Page) -> str | None:
    """The link to later changes, which the last page has."""
    if not page.next_link and not page.delta_link:
        raise Malformed("users: the last page of changes has no link to later ones")
    return page.delta_link
