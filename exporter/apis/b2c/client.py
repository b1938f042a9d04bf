"""The usage reports in their own words: endpoints in, typed rows out."""

from collections.abc import Iterator
from datetime import date
from typing import Generic, TypeVar
from urllib.parse import parse_qsl, urljoin, urlsplit

import msgspec

from exporter.apis.b2c.records import AuthenticationCount, MfaCount, UserCount
from exporter.errors import Malformed
from exporter.transport.paging import pages
from exporter.transport.retry import decode
from exporter.transport.session import Session

Row = TypeVar("Row")
API_VERSION = {"api-version": "beta"}


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
        return self._rows("tenantUserCount", UserCount, after)

    def authentication_counts(self, after: date) -> Iterator[AuthenticationCount]:
        """Billable authentications per day, refreshed several times a day."""
        return self._rows("b2cAuthenticationCountSummary", AuthenticationCount, after)

    def mfa_counts(self, after: date) -> Iterator[MfaCount]:
        """Multi-factor authentications per day."""
        return self._rows("b2cMfaRequestCountSummary", MfaCount, after)

    def _rows(self, report: str, row: type[Row], after: date) -> Iterator[Row]:
        decoder = msgspec.json.Decoder(Envelope[row], strict=False)  # type: ignore[valid-type]
        root = f"{self._session.base_url}/{self._tenant}/"

        def fetch(link: str) -> Envelope[Row]:
            known = API_VERSION if "api-version" not in dict(parse_qsl(urlsplit(link).query)) else {}
            asked = {"$filter": f"TimeStamp gt {after:%Y-%m-%d}"} if link == first else {}
            page = self._session.get(link, params={**asked, **known})
            return decode(decoder, page.content, report)  # type: ignore[no-any-return]

        def following(page: Envelope[Row]) -> str | None:
            link = page.next_link or page.next_link_v3
            if link and link.startswith("/"):
                raise Malformed(f"{report}: a next link begins with a slash")
            return urljoin(root, link) if link else None

        first = urljoin(root, f"reports/{report}")
        for page in pages(first, fetch, following):
            yield from page.value
