"""The usage reports in their own words: endpoints in, typed rows out."""

import re
from collections.abc import Iterator
from datetime import date
from http import HTTPStatus
from typing import ClassVar, TypeVar
from urllib.parse import parse_qsl, urljoin, urlsplit

import msgspec

from exporter.apis.b2c.records import ActiveUsers, DayRow, PeriodRow, Row, Unreadable
from exporter.apis.b2c.stamps import stated_stamp
from exporter.errors import Malformed, Reason, Rejected
from exporter.model.collection import Run
from exporter.transport.paging import pages
from exporter.transport.response import Response, decode
from exporter.transport.session import Session

D = TypeVar("D", bound=DayRow)
P = TypeVar("P", bound=PeriodRow)
R = TypeVar("R", bound=Row)
API_VERSION = {"api-version": "beta"}
RETIRED = (
    "Microsoft has shut Azure AD Graph for this application: set `source: microsoft_graph`, or `user_insights` for an "
    "External ID tenant, or set base_url and resource to a service that still answers these reports"
)
PERMISSION = (
    "the application needs the application permission Directory.Read.All of Windows Azure Active Directory, with an "
    "administrator's consent"
)
OLD_GRAPH = re.compile(r"\b(AAD|Azure ?AD|Azure Active Directory) ?Graph", re.IGNORECASE)
"""The API's name in texts about its retirement, whatever their words."""
UNREADABLE = msgspec.DecodeError, UnicodeDecodeError, RecursionError


class Envelope(msgspec.Struct):
    """An OData answer; its metadata comes in two spellings. Each row is decoded separately."""

    value: list[msgspec.Raw]
    next_link: str | None = msgspec.field(name="@odata.nextLink", default=None)
    next_link_v3: str | None = msgspec.field(name="odata.nextLink", default=None)


class Dated(msgspec.Struct, rename="pascal"):
    """The time stamp of a row whose other properties can't be read."""

    date: object = None
    time_stamp: object = None


class Client:
    """GET `{tenant}/reports/{report}?api-version=beta`."""

    whole_days: ClassVar[bool] = False

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._root = f"{session.base_url}/{tenant}/"

    def daily(self, kind: type[D], after: date, run: Run) -> Iterator[D | Unreadable]:
        """The rows of the days after `after`."""
        return self._rows(kind, later_than(after), run)

    def in_period(self, kind: type[P], application: str, after: date | None, run: Run) -> Iterator[P | Unreadable]:
        """The row of one application since a day, by default in 30 days; no row for no activity."""
        since = f" and {later_than(after)}" if after else ""
        return self._rows(kind, f"ApplicationId eq {application}{since}", run)

    def active_users(self, run: Run) -> ActiveUsers | None:
        """None: no report states them."""
        return None

    def _rows(self, kind: type[R], filtered: str, run: Run) -> Iterator[R | Unreadable]:
        """The rows of all pages; of one that can't be read, which is dropped with a warning, only the day remains."""
        report = kind.report
        decoder = msgspec.json.Decoder(Envelope)
        row_decoder = msgspec.json.Decoder(kind, strict=False)

        def fetch(link: str) -> Envelope:
            known = API_VERSION if "api-version" not in dict(parse_qsl(urlsplit(link).query)) else {}
            page = self._get(link, {**({"$filter": filtered} if link == first else {}), **known})
            return decode(decoder, page, report)  # type: ignore[no-any-return]

        def following(page: Envelope) -> str | None:
            link = page.next_link or page.next_link_v3
            if link and link.startswith("/"):
                raise Malformed(f"{report}: a next link begins with a slash")
            try:
                return urljoin(self._root, link) if link else None
            except ValueError as error:
                raise Malformed(f"{report}: not a link: {error}") from error

        first = urljoin(self._root, f"reports/{report}")
        for page in pages(first, fetch, following):
            for number, raw in enumerate(page.value, start=1):
                try:
                    row = row_decoder.decode(raw)
                except UNREADABLE as error:
                    day = stated_day(raw)
                    text = f"the row of {day}" if day else f"row {number}"
                    run.drop(f"{report}: {text} is skipped: {error}")
                    yield Unreadable(day)
                else:
                    yield row

    def _get(self, link: str, params: dict[str, str]) -> Response:
        try:
            return self._session.get(link, params=params)
        except Rejected as refusal:
            if not (text := advice(refusal)):
                raise
            raise refusal.with_text(f"{refusal} ({text})") from refusal


def advice(refusal: Rejected) -> str:
    """What to do about a refusal, by its status, its code and the API that its text names; empty where unknown."""
    if refusal.code == "Authorization_RequestDenied":
        return PERMISSION
    shut = refusal.reason is Reason.FORBIDDEN and refusal.code == "Authentication_Unauthorized"
    if shut or refusal.status == HTTPStatus.GONE or OLD_GRAPH.search(str(refusal)):
        return RETIRED
    return ""


def stated_day(raw: msgspec.Raw) -> date | None:
    """The day of a row that can't be read as a whole; None where the day can't be read either."""
    try:
        row = msgspec.json.decode(raw, type=Dated)
    except UNREADABLE:
        return None
    at = stated_stamp(row.date) or stated_stamp(row.time_stamp)
    return at.date() if at else None


def later_than(day: date) -> str:
    """`TimeStamp gt …` with a bare day, as documented."""
    return f"TimeStamp gt {day:%Y-%m-%d}"
