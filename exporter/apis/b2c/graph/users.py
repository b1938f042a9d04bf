"""Users of a tenant by identity provider, counted by reading all of them, or what has changed."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from exporter.apis.b2c.graph.counts import Counts, DailyCounts
from exporter.apis.b2c.graph.refusals import USERS, explained
from exporter.apis.b2c.graph.users_pages import Page, PageDecoder
from exporter.apis.b2c.graph.users_store import Listing, Progress, UserStore
from exporter.apis.b2c.records import UNATTRIBUTED, UserCount
from exporter.errors import Malformed, Rejected
from exporter.model.collection import Run
from exporter.model.periods import DAY
from exporter.transport.paging import pages
from exporter.transport.session import Session

SELECT = "$select=id,identities,creationType,userType"
USERS_PAGE = f"v1.0/users?{SELECT},createdDateTime&$top=999"
WITHOUT_CREATION = f"v1.0/users?{SELECT}&$top=999"
"""For a service that refuses the other property. 999 users a page are the most; with `$select` a request costs one
resource unit, of at least 350 a second."""
DELTA_PAGE = f"v1.0/users/delta?{SELECT},createdDateTime"
COUNTED, DROPPED = "users.counted", "users.dropped"
REGISTERED = "usersRegistered"
"""The report under which the users of each part who registered in ten days are stored."""
UNREADABLE_SHARE = 100
"""If more than one of so many users can't be read, the answer is not what is documented."""
REFUSED = 400
STALE = frozenset({REFUSED, 404, 410})
"""What a link that has expired is refused with; 410 is documented, the others are observed."""
REFUSED_FOR = timedelta(days=7)
TEN_DAYS = timedelta(days=10)


class CountedUsers(UserCount, frozen=True, kw_only=True):
    """The users of a day by the one part that each of them counts for: no user is in two parts."""

    counts: dict[str, int]
    created: dict[str, int] | None = None

    @property
    def registered(self) -> Mapping[str, int] | None:
        return self.created

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
    some B2C tenants refuse it, and are asked again after a week. A user who can't be read counts as `unattributed`; an
    entry without an id is dropped, since it may be listed twice. Many of them are a `Malformed` answer.
    """

    def __init__(
        self, session: Session, counts: DailyCounts, *, tenant: str, delta: bool = True, every: timedelta | None = None
    ) -> None:
        self._session = session
        self._counts = counts
        self._store = UserStore(counts, tenant)
        self._delta = delta
        self._every = every
        self._decoder = PageDecoder()
        self._lock = threading.Lock()

    def rows(self, after: date, run: Run) -> Iterator[UserCount]:
        """The counts of the days after `after`, today's among them; a day on which nothing was counted has no row."""
        with self._lock:
            now = self._session.clock()
            if self._due(now):
                self._count(now)
            counted = self._counts.state(COUNTED)
            days = self._counts.days(UserCount.report, after + DAY, now.date())
            registered = self._counts.days(REGISTERED, after + DAY, now.date())
        self._warn(days, registered, now.date(), run)
        for day, counts in days.items():
            of_day = counted if counted and counted.startswith(day.isoformat()) else day.isoformat()
            parts = _parts(counts)
            created = _parts(registered[day]) if day in registered else None
            yield CountedUsers(time_stamp=of_day, total_user_count=sum(parts.values()), counts=parts, created=created)

    def _warn(self, days: Mapping[date, Counts], registered: Mapping[date, Counts], today: date, run: Run) -> None:
        """Say what the newest count lacks, in every run that publishes it."""
        newest, earliest = max(days, default=today), min(days, default=today)
        if dropped := int(self._counts.state(DROPPED) or 0):
            run.drop(f"users: {dropped} entries of the list are skipped: they have no id that can be read", dropped)
        if unread := _parts(days.get(newest, {})).get(UNATTRIBUTED):
            run.warn(f"users: {unread} users can't be read in full, and count as {UNATTRIBUTED}")
        if newest not in registered and earliest > today - TEN_DAYS:
            text = "Microsoft Graph does not state when users were created, and the counts of this exporter begin on"
            run.warn(f"users: growth over ten days is known from {earliest + TEN_DAYS}: {text} {earliest}")

    def _due(self, now: datetime) -> bool:
        stored = self._counts.state(COUNTED)
        counted = datetime.fromisoformat(stored) if stored else None
        if not counted or counted > now or counted.date() != now.date():
            return True
        return self._every is not None and now - counted >= self._every

    def _count(self, now: datetime) -> None:
        """Count, and store the result as that of the day on which it is complete."""
        dropped = self._read(now)
        counted = self._session.clock()
        parts, today = self._store.parts(), counted.date()
        total = sum(parts.values()) + dropped
        unread = parts.get(UNATTRIBUTED, 0) + dropped
        if unread > max(1, total // UNREADABLE_SHARE) or unread == total:
            self._store.begin()
            if not total:
                raise Malformed("users: Microsoft Graph lists no user at all, and every tenant has an administrator")
            raise Malformed(f"users: {unread} of {total} users that Microsoft Graph lists can't be read")
        registered = self._store.registered(today - TEN_DAYS + DAY, today + DAY)
        with self._counts.transaction():
            self._counts.put(UserCount.report, today, _keyed(parts), final=False)
            if registered is None:
                self._counts.forget(REGISTERED, today, today)
            else:
                self._counts.put(REGISTERED, today, _keyed(registered), final=False)
            self._counts.remember(COUNTED, counted.isoformat())
            self._counts.remember(DROPPED, str(dropped))
        if not self._store.changes_link or dropped:  # an entry that was dropped may be a change of a known user
            self._store.begin()

    def _read(self, now: datetime) -> int:
        """Read from the first start that is not refused as expired or unsupported; how many entries were dropped."""
        *starts, last = self._starts(now)
        for start in starts:
            try:
                return self._follow(start, now)
            except Rejected as refused:
                begun = self._store.progress(now)
                if refused.status not in STALE or (start.link == USERS_PAGE and (begun or refused.status != REFUSED)):
                    raise explained(refused, USERS, self._session.application) from refused
                if start.listing == "delta" and not begun:
                    self._store.refused_changes(now)
        try:
            return self._follow(last, now)
        except Rejected as refused:
            raise explained(refused, USERS, self._session.application) from refused

    def _starts(self, now: datetime) -> Iterator[Start]:
        """An interrupted count, the changes since the last one, and all users in each way."""
        delta = self._delta and self._store.allows_changes(now, REFUSED_FOR)
        progress = self._store.progress(now)
        if progress and (delta or progress.listing == "users"):
            yield Start(progress.listing, progress.link)
        if delta:
            if link := self._store.changes_link:
                yield Start("changes", link)
            yield Start("delta", DELTA_PAGE, anew=True)
        yield Start("users", USERS_PAGE, anew=True)
        yield Start("users", WITHOUT_CREATION, anew=True)

    def _follow(self, start: Start, now: datetime) -> int:
        """Read the listing to its end, and store each page; raises a `Failure`, after which it continues there.

        How many entries were dropped, since it began.
        """
        listing = start.listing
        if start.anew:
            self._store.begin()
        begun, dropped = now, 0
        if not start.anew and (progress := self._store.progress(now)):
            begun, dropped = progress.begun, progress.dropped
        try:
            for page in pages(start.link, self._page, lambda page: page.next_link):
                dropped += page.dropped
                progress = Progress(listing, page.next_link, begun, dropped) if page.next_link else None
                self._store.store(page, now, progress, None if listing == "users" else _link_to_changes(page))
        except Malformed:
            if not start.anew:  # a page that fails for the second time, or a link that leads into a loop
                self._store.begin()
            raise
        return dropped

    def _page(self, link: str) -> Page:
        return self._decoder.decode(self._session.get(link))


def _keyed(parts: Mapping[str, int]) -> Counts:
    return {("", part): number for part, number in parts.items()}


def _parts(counts: Counts) -> dict[str, int]:
    return {part: number for (_, part), number in counts.items()}


def _link_to_changes(page: Page) -> str | None:
    """The link to later changes, which the last page has."""
    if not page.next_link and not page.delta_link:
        raise Malformed("users: the last page of changes has no link to later ones")
    return page.delta_link
