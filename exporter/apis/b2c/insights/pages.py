"""Reports of user insights, page by page."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Literal, NamedTuple, TypeVar

import msgspec

from exporter.apis.b2c.graph.refusals import USER_INSIGHTS, explained
from exporter.apis.b2c.insights.rows import Fact
from exporter.errors import Malformed, Rejected
from exporter.model.collection import Run
from exporter.model.periods import DAY, day_of
from exporter.transport.paging import pages
from exporter.transport.response import decode
from exporter.transport.session import Session

F = TypeVar("F", bound=Fact)
UNREADABLE = msgspec.DecodeError, UnicodeDecodeError, RecursionError


class Envelope(msgspec.Struct):
    """An OData answer; each row is decoded separately."""

    value: list[msgspec.Raw]
    next_link: str | None = msgspec.field(name="@odata.nextLink", default=None)


class Dated(msgspec.Struct, rename="camel"):
    """The date of a row whose other properties can't be read."""

    fact_date: str


class BadDay(NamedTuple):
    """A day or month with a row that can't be read; None for one whose date can't be read: it may be of any."""

    day: date | None


class Pages:
    """GET `beta/reports/userInsights/{daily|monthly}/{report}`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def now(self) -> datetime:
        """The instant by the account's clock."""
        return self._session.clock()

    def rows(self, every: Literal["daily", "monthly"], kind: type[F], run: Run) -> Iterator[F | BadDay]:
        """All rows, in no order. Rows with the same id or content are different parts: what differs may be missing.

        A row that can't be read is dropped with a warning, and a `BadDay`.
        """
        decoder, row_decoder = msgspec.json.Decoder(Envelope), msgspec.json.Decoder(kind)
        what = f"userInsights {every} {kind.report}"

        def fetch(link: str) -> Envelope:
            try:
                answer = self._session.get(link)
            except Rejected as refused:
                raise explained(refused, USER_INSIGHTS, self._session.application) from refused
            return decode(decoder, answer, what)  # type: ignore[no-any-return]

        first = f"beta/reports/userInsights/{every}/{kind.report}"
        for page in pages(first, fetch, lambda page: page.next_link):
            for raw in page.value:
                try:
                    row = row_decoder.decode(raw)
                except UNREADABLE as error:
                    day = _stated_day(raw)
                    run.drop(f"{what}: a row {f'of {day}' if day else 'without a date'} is skipped: {error}")
                    yield BadDay(day)
                    continue
                if row.day > self.now.date() + DAY:
                    run.drop(f"{what}: a row of {row.day} is skipped: that day is in the future")
                    continue
                yield row


def _stated_day(raw: msgspec.Raw) -> date | None:
    try:
        return day_of(msgspec.json.decode(raw, type=Dated).fact_date)
    except (*UNREADABLE, Malformed):
        return None
