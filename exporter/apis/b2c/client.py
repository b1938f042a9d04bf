"""The usage reports in their own words: endpoints in, typed rows out."""

import re
from collections.abc import Iterator
from datetime import date
from typing import TypeVar
from urllib.parse import parse_qsl, urljoin, urlsplit

import msgspec

from exporter.apis.b2c.records import (
    AuthenticationsInPeriod,
    DailyAuthentications,
    DailyMfaRequests,
    MfaRequestsInPeriod,
    Unreadable,
    UserCount,
    stated_stamp,
)
from exporter.errors import Malformed, Reason, Rejected
from exporter.model.collection import Run
from exporter.transport.paging import pages
from exporter.transport.response import Response, decode
from exporter.transport.session import Session

Row = TypeVar("Row")
API_VERSION = {"api-version": "beta"}
RETIRED = (
    "Microsoft has shut Azure AD Graph for this application, and neither a retry nor a setting of this exporter opens "
    "it again: disable the account's reports, or set base_url and resource to a service that still answers them"
)
PERMISSION = (
    "the application needs the application permission Directory.Read.All of Windows Azure Active Directory, with an "
    "administrator's consent"
)
GONE = "410"
OLD_GRAPH = re.compile(r"\b(AAD|Azure ?AD|Azure Active Directory) ?Graph", re.IGNORECASE)
"""What a text about the retirement names, in whatever words."""
STATUS = re.compile(r": (\d{3})\b")
UNREADABLE = msgspec.DecodeError, UnicodeDecodeError, RecursionError


class Envelope(msgspec.Struct):
    """An OData answer; its metadata comes in two spellings. Each row is read by itself."""

    value: list[msgspec.Raw]
    next_link: str | None = msgspec.field(name="@odata.nextLink", default=None)
    next_link_v3: str | None = msgspec.field(name="odata.nextLink", default=None)


class Dated(msgspec.Struct, rename="pascal"):
    """The time stamp of a row whose other properties can't be read."""

    date: object = None
    time_stamp: object = None


class Client:
    """GET `{tenant}/reports/{report}?api-version=beta`."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def user_counts(self, after: date, run: Run) -> Iterator[UserCount | Unreadable]:
        """Users per day, refreshed every 24 to 48 hours."""
        return self._rows("tenantUserCount", UserCount, later_than(after), run)

    def daily_authentications(self, after: date, run: Run) -> Iterator[DailyAuthentications | Unreadable]:
        """Billable authentications per day, refreshed several times a day."""
        return self._rows("b2cAuthenticationCountSummary", DailyAuthentications, later_than(after), run)

    def daily_mfa_requests(self, after: date, run: Run) -> Iterator[DailyMfaRequests | Unreadable]:
        """Multi-factor authentications per day."""
        return self._rows("b2cMfaRequestCountSummary", DailyMfaRequests, later_than(after), run)

    def authentications(
        self, application: str, after: date | None, run: Run
    ) -> Iterator[AuthenticationsInPeriod | Unreadable]:
        """Billable authentications of one application since a day, by default in 30 days; no row for no activity."""
        return self._rows("b2cAuthenticationCount", AuthenticationsInPeriod, of_application(application, after), run)

    def mfa_requests(
        self, application: str, after: date | None, run: Run
    ) -> Iterator[MfaRequestsInPeriod | Unreadable]:
        """Multi-factor authentications of one application since a day, by default in 30 days."""
        return self._rows("b2cMfaRequestCount", MfaRequestsInPeriod, of_application(application, after), run)

    def _rows(self, report: str, kind: type[Row], filtered: str, run: Run) -> Iterator[Row | Unreadable]:
        """The rows of all pages; one that can't be read is dropped with a warning, and only its day is left."""
        decoder = msgspec.json.Decoder(Envelope)
        row_decoder = msgspec.json.Decoder(kind, strict=False)
        root = f"{self._session.base_url}/{self._tenant}/"

        def fetch(link: str) -> Envelope:
            known = API_VERSION if "api-version" not in dict(parse_qsl(urlsplit(link).query)) else {}
            page = self._get(link, {**({"$filter": filtered} if link == first else {}), **known})
            return decode(decoder, page, report)  # type: ignore[no-any-return]

        def following(page: Envelope) -> str | None:
            link = page.next_link or page.next_link_v3
            if link and link.startswith("/"):
                raise Malformed(f"{report}: a next link begins with a slash")
            try:
                return urljoin(root, link) if link else None
            except ValueError as error:
                raise Malformed(f"{report}: not a link: {error}") from error

        first = urljoin(root, f"reports/{report}")
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
            raise Rejected(f"{refusal} ({text})", refusal.reason, refusal.code) from refusal


def advice(refusal: Rejected) -> str:
    """What to do about a refusal, by its status, its code and what its text is about; empty where nothing is known."""
    if refusal.code == "Authorization_RequestDenied":
        return PERMISSION
    shut = refusal.reason is Reason.FORBIDDEN and refusal.code == "Authentication_Unauthorized"
    if shut or status(refusal) == GONE or OLD_GRAPH.search(str(refusal)):
        return RETIRED
    return ""


def status(refusal: Rejected) -> str:
    """The HTTP status of a refusal; empty where it came without."""
    found = STATUS.search(str(refusal))
    return found[1] if found else ""


def refused_with(refusal: Rejected) -> str:
    """Status and code of a refusal, which say the same in every run: `404 Request_ResourceNotFound`."""
    return f"{status(refusal)} {refusal.code}".strip() or refusal.reason


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


def of_application(application: str, after: date | None) -> str:
    """`ApplicationId eq …` as documented; joined by the documented `and` where the 30-day default is not meant."""
    one = f"ApplicationId eq {application}"
    return f"{one} and {later_than(after)}" if after else one
