"""The usage reports in their own words: endpoints in, typed rows out."""

from collections.abc import Iterator
from datetime import date
from typing import Generic, TypeVar
from urllib.parse import parse_qsl, urljoin, urlsplit

import msgspec

from exporter.apis.b2c.records import (
    AuthenticationsInPeriod,
    DailyAuthentications,
    DailyMfaRequests,
    MfaRequestsInPeriod,
    UserCount,
)
from exporter.errors import Malformed, Rejected
from exporter.transport.paging import pages
from exporter.transport.response import Response, decode
from exporter.transport.session import Session

Row = TypeVar("Row")
API_VERSION = {"api-version": "beta"}
ADVICE = {
    "Access blocked to AAD Graph": "Microsoft has shut Azure AD Graph for this application, and neither a retry nor a "
    "setting of this exporter opens it again: disable the account's reports, or set base_url and resource to a "
    "service that still answers them",
    "Authorization_RequestDenied": "the application needs the application permission Directory.Read.All of "
    "Windows Azure Active Directory, with an administrator's consent",
}
"""What to do, by a part of the refusal's text."""


class Envelope(msgspec.Struct, Generic[Row]):
    """An OData answer; its metadata comes in two spellings."""

    value: list[Row]
    next_link: str | None = msgspec.field(name="@odata.nextLink", default=None)
    next_link_v3: str | None = msgspec.field(name="odata.nextLink", default=None)


class Client:
    """GET `{tenant}/reports/{report}?api-version=beta`."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def user_counts(self, after: date) -> Iterator[UserCount]:
        """Users per day, refreshed every 24 to 48 hours."""
        return self._rows("tenantUserCount", UserCount, later_than(after))

    def daily_authentications(self, after: date) -> Iterator[DailyAuthentications]:
        """Billable authentications per day, refreshed several times a day."""
        return self._rows("b2cAuthenticationCountSummary", DailyAuthentications, later_than(after))

    def daily_mfa_requests(self, after: date) -> Iterator[DailyMfaRequests]:
        """Multi-factor authentications per day."""
        return self._rows("b2cMfaRequestCountSummary", DailyMfaRequests, later_than(after))

    def authentications(self, application: str, after: date | None) -> Iterator[AuthenticationsInPeriod]:
        """Billable authentications of one application since a day, by default in 30 days; no row for no activity."""
        return self._rows("b2cAuthenticationCount", AuthenticationsInPeriod, of_application(application, after))

    def mfa_requests(self, application: str, after: date | None) -> Iterator[MfaRequestsInPeriod]:
        """Multi-factor authentications of one application since a day, by default in 30 days."""
        return self._rows("b2cMfaRequestCount", MfaRequestsInPeriod, of_application(application, after))

    def _rows(self, report: str, row: type[Row], asked: str) -> Iterator[Row]:
        decoder = msgspec.json.Decoder(Envelope[row], strict=False)  # type: ignore[valid-type]
        root = f"{self._session.base_url}/{self._tenant}/"

        def fetch(link: str) -> Envelope[Row]:
            known = API_VERSION if "api-version" not in dict(parse_qsl(urlsplit(link).query)) else {}
            page = self._get(link, {**({"$filter": asked} if link == first else {}), **known})
            return decode(decoder, page, report)  # type: ignore[no-any-return]

        def following(page: Envelope[Row]) -> str | None:
            link = page.next_link or page.next_link_v3
            if link and link.startswith("/"):
                raise Malformed(f"{report}: a next link begins with a slash")
            try:
                return urljoin(root, link) if link else None
            except ValueError as error:
                raise Malformed(f"{report}: not a link: {error}") from error

        first = urljoin(root, f"reports/{report}")
        for page in pages(first, fetch, following):
            yield from page.value

    def _get(self, link: str, params: dict[str, str]) -> Response:
        try:
            return self._session.get(link, params=params)
        except Rejected as refusal:
            advice = next((advice for part, advice in ADVICE.items() if part in str(refusal)), None)
            if advice is None:
                raise
            raise Rejected(f"{refusal} ({advice})", refusal.reason) from refusal


def later_than(day: date) -> str:
    """`TimeStamp gt …` with a bare day, as documented."""
    return f"TimeStamp gt {day:%Y-%m-%d}"


def of_application(application: str, after: date | None) -> str:
    """`ApplicationId eq …` as documented; joined by the documented `and` where the 30-day default is not meant."""
    one = f"ApplicationId eq {application}"
    return f"{one} and {later_than(after)}" if after else one
