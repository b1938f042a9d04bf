"""Partner Center in its own words: endpoints in, typed records out."""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Generic, TypeVar
from urllib.parse import quote
from uuid import UUID

import msgspec

from exporter.apis.partner_center.names import Naming
from exporter.apis.partner_center.records import (
    CustomerMonthlyUsageRecord,
    CustomerRefused,
    MfaCompliance,
    SubscriptionMonthlyUsageRecord,
    resource_id,
)
from exporter.errors import Failure, Reason, Rejected, SignInRequired
from exporter.transport.paging import pages
from exporter.transport.response import decode
from exporter.transport.session import Session

PERSON_NEEDED = {
    "900420": "Partner Center accepts only tokens whose audience is its own address: the application needs the "
    "delegated permission user_impersonation of Microsoft Partner Center",
    "900421": "Partner Center demands multi-factor authentication, which the sign-in does not prove",
    "10001": "Partner Center demands multi-factor authentication, which the sign-in does not prove",
}
"""Codes that only another sign-in ends: wrong audience, no MFA, and the latter's number of 2020."""
NOTHING_THERE = frozenset({"1000", "20002", "20003", "60003"})
"""Codes of a customer that has left: not found, no relation to it, no subscription, no tenant."""

OURS = frozenset({"authorization", "content-length", "host"})
"""Headers that no link decides on."""


class Header(msgspec.Struct, frozen=True):
    """A header that a link asks to be sent with it."""

    key: str
    value: str


class Link(msgspec.Struct, frozen=True):
    """Where another page is: a URI, with or without `/v1`, and headers."""

    uri: str
    headers: tuple[Header, ...] | None = None


class Links(msgspec.Struct, frozen=True):
    """The links of a collection."""

    next: Link | None = None


R = TypeVar("R")


class PagedResourceCollection(msgspec.Struct, Generic[R]):
    """The envelope; `totalCount` is not to be trusted, the items are."""

    items: list[R]
    links: Links | None = None
    mfa: MfaCompliance | None = None


CUSTOMERS = msgspec.json.Decoder(PagedResourceCollection[CustomerMonthlyUsageRecord])
SUBSCRIPTIONS = msgspec.json.Decoder(PagedResourceCollection[SubscriptionMonthlyUsageRecord])


class Client:
    """GETs below `/v1`, with the headers that Partner Center documents."""

    def __init__(
        self, session: Session, *, account: str, named: Naming, new_id: Callable[[], UUID] = uuid.uuid4
    ) -> None:
        self._session = session
        self._account = account
        self._named = named
        self._new_id = new_id

    def customer_usage_records(self) -> Iterator[CustomerMonthlyUsageRecord | MfaCompliance]:
        """Every customer's spending in the current billing period, and what each page says of the token.

        No continuation was ever seen on this resource; one in the documented form is followed.
        """
        for page in self._pages("customers/usagerecords", CUSTOMERS):
            if page.mfa:
                yield page.mfa
            # Sorted once here, so that each family made from them is sorted already.
            yield from self._named(sorted(page.items, key=resource_id))

    def subscription_usage_records(self, customer_id: str) -> list[SubscriptionMonthlyUsageRecord] | CustomerRefused:
        """What each subscription of a customer costs; nothing for a customer that has left.

        A refusal that concerns this customer alone is told and not raised.
        """
        path = f"customers/{quote(customer_id, safe='')}/subscriptions/usagerecords"
        try:
            return [record for page in self._pages(path, SUBSCRIPTIONS) for record in page.items]
        except Rejected as refusal:
            if refusal.reason is Reason.NOT_FOUND or refusal.code in NOTHING_THERE:
                return []
            if isinstance(refusal, SignInRequired) or refusal.reason is Reason.UNAUTHORIZED:
                raise
            return CustomerRefused(f"customer {customer_id}: {refusal}")

    def spread(self, requests: int, span: timedelta) -> None:
        """Spread the next requests evenly over a span, as far as their budget per minute allows."""
        if self._session.pace:
            self._session.pace.spread(requests, span)

    def _pages(self, path: str, decoder: msgspec.json.Decoder[Any]) -> Iterator[PagedResourceCollection[Any]]:
        return pages(
            Link(f"/v1/{path}"),
            lambda link: self._page(link, decoder, path),
            lambda page: page.links.next if page.links else None,
        )

    def _page(self, link: Link, decoder: msgspec.json.Decoder[Any], what: str) -> PagedResourceCollection[Any]:
        absolute = link.uri.startswith(("https://", "http://"))
        url = link.uri if absolute else f"v1/{link.uri.lstrip('/').removeprefix('v1/')}"
        correlation = str(self._new_id())
        headers = {
            "MS-RequestId": str(self._new_id()),
            "MS-CorrelationId": correlation,
            "X-Locale": "en-US",
            "ValidateMfa": "true",
            **{header.key: header.value for header in link.headers or () if header.key.lower() not in OURS},
        }
        try:
            answer = self._session.get(url, headers=headers)
            page: PagedResourceCollection[Any] = decode(decoder, answer, what)
        except Failure as failure:
            raise self._told(failure, correlation) from failure
        said = answer.headers.get("isMfaCompliant", "").lower()
        page.mfa = MfaCompliance(said == "true") if said in ("true", "false") else None
        return page

    def _told(self, failure: Failure, correlation: str) -> Failure:
        """The failure with what Microsoft's support asks for, and with what a person must do about it."""
        code = failure.code if isinstance(failure, Rejected) else ""
        if why := PERSON_NEEDED.get(code):
            failure = SignInRequired(f"{why} ({failure})", self._account)
        failure.args = (f"{failure} [MS-CorrelationId {correlation}]",)
        return failure
