"""Partner Center in its own words: endpoints in, typed records out."""

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from urllib.parse import quote
from uuid import UUID

import msgspec

from exporter.apis.partner_center.findings import Findings
from exporter.apis.partner_center.names import Naming
from exporter.apis.partner_center.periods import BillingPeriod, stated_period
from exporter.apis.partner_center.reading import Link, PagedResourceCollection, PageReader
from exporter.apis.partner_center.records import (
    CustomerMonthlyUsageRecord,
    CustomerUsageSummary,
    MfaCompliance,
    MonthlyUsageRecord,
    SubscriptionMonthlyUsageRecord,
)
from exporter.apis.partner_center.texts import explained
from exporter.apis.partner_center.usage import CustomerUsage, Usage, customers, distinct, subscriptions
from exporter.errors import Failure, Malformed, Reason, Rejected
from exporter.transport.paging import pages
from exporter.transport.response import Response, decode
from exporter.transport.session import Session

NOTHING_THERE = frozenset({"1000", "20002", "20003", "60003"})
"""Codes of a customer that has left: not found, no relation to it, no subscription, no tenant."""

OURS = frozenset(
    {"authorization", "connection", "content-length", "cookie", "host", "proxy-authorization", "transfer-encoding"}
)
"""Headers that no link decides on."""
HEADER_NAME, HEADER_VALUE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}"), re.compile(r"[\x20-\x7e]{0,8192}")
"""RFC 9110 5.1 and 5.5, printable ASCII alone."""

CUSTOMERS = PageReader(CustomerMonthlyUsageRecord)
SUBSCRIPTIONS = PageReader(SubscriptionMonthlyUsageRecord)
SUMMARY = msgspec.json.Decoder(CustomerUsageSummary)
R = TypeVar("R", bound=MonthlyUsageRecord)


@dataclass(frozen=True, slots=True)
class CustomerList:
    """Every customer, once for each currency; `compliant` is None where no answer says anything of the token's MFA."""

    customers: list[CustomerUsage]
    compliant: bool | None
    findings: Findings

    @property
    def ids(self) -> set[str]:
        """The ids of the customers."""
        return {customer.id for customer in self.customers}


class Client:
    """GETs below `/v1`, with the headers that Partner Center documents."""

    def __init__(
        self, session: Session, *, account: str, naming: Naming, new_id: Callable[[], UUID] = uuid.uuid4
    ) -> None:
        self.account = account
        self._session = session
        self._naming = naming
        self._new_id = new_id

    def customers(self) -> CustomerList:
        """Every customer's spending in the current billing period."""
        findings = Findings("customers/usagerecords")
        found: list[CustomerUsage] = []
        said: set[bool] = set()
        for one in self.customer_usage_records(findings):
            if isinstance(one, MfaCompliance):
                said.add(one.compliant)
            else:
                found.append(one)
        return CustomerList(distinct(found, findings), all(said) if said else None, findings)

    def customer_usage_records(self, findings: Findings | None = None) -> Iterator[CustomerUsage | MfaCompliance]:
        """What each page says of the token, and its records as they come.

        No continuation was ever seen on this resource; one in the documented form is followed.
        """
        findings = findings or Findings("customers/usagerecords")
        for page, answer in self._pages(findings.what, CUSTOMERS, findings):
            findings.stated = max(findings.stated, page.stated)
            said = answer.headers.get("isMfaCompliant", "").lower()
            if said in ("true", "false"):
                yield MfaCompliance(said == "true")
            yield from customers(page.items, self._naming.reader(), findings)

    def subscriptions(self, customer_id: str) -> tuple[list[Usage], Findings]:
        """What each subscription of a customer costs, once for each currency; nothing for a customer that has left."""
        findings = Findings(f"customers/{quote(customer_id, safe='')}/subscriptions/usagerecords")
        found: list[Usage] = []
        try:
            for page, _ in self._pages(findings.what, SUBSCRIPTIONS, findings):
                found += subscriptions(page.items, self._naming.reader(), findings)
        except Rejected as refusal:
            if refusal.reason is Reason.NOT_FOUND or refusal.code in NOTHING_THERE:
                return [], findings
            raise
        return distinct(found, findings), findings

    def billing_period(self, customer_id: str) -> BillingPeriod:
        """The billing period that a customer's usage summary states."""
        what = f"customers/{quote(customer_id, safe='')}/usagesummary"
        correlation = str(self._new_id())
        try:
            return stated_period(decode(SUMMARY, self._answer(f"v1/{what}", correlation, {}), what))
        except Failure as failure:
            raise self._explained(failure, correlation) from failure

    def spread(self, requests: int, span: timedelta) -> None:
        """Spread the next requests evenly over a span, as far as their budget per minute allows."""
        if self._session.pace:
            self._session.pace.spread(requests, span)

    def _pages(
        self, path: str, reader: PageReader[R], findings: Findings
    ) -> Iterator[tuple[PagedResourceCollection[R], Response]]:
        def fetch(link: Link) -> tuple[PagedResourceCollection[R], Response]:
            findings.correlation = str(self._new_id())
            return self._page(link, reader, findings)

        try:
            yield from pages(Link(f"/v1/{path}"), fetch, lambda found: found[0].next)
        except Failure as failure:
            raise self._explained(failure, findings.correlation) from failure

    def _page(
        self, link: Link, reader: PageReader[R], findings: Findings
    ) -> tuple[PagedResourceCollection[R], Response]:
        absolute = link.uri.startswith(("https://", "http://"))
        url = link.uri if absolute else f"v1/{link.uri.lstrip('/').removeprefix('v1/')}"
        answer = self._answer(url, findings.correlation, _headers(link))
        page = reader.read(answer, findings)
        if page.next and not _sendable(page.next):
            raise Malformed(
                answer.described(f"{findings.what}: the link to the next page has a header that can't be sent")
            )
        if page.continuation_token and not page.next:
            raise Malformed(answer.described(f"{findings.what}: there are more pages, but no link to them"))
        return page, answer

    def _answer(self, url: str, correlation: str, more: dict[str, str]) -> Response:
        headers = {
            "MS-RequestId": str(self._new_id()),
            "MS-CorrelationId": correlation,
            "X-Locale": "en-US",
            "ValidateMfa": "true",
        }
        return self._session.get(url, headers=headers | more)

    def _explained(self, failure: Failure, correlation: str) -> Failure:
        return explained(failure, correlation, account=self.account, quoted=self._naming.shown)


def _headers(link: Link) -> dict[str, str]:
    """What a link wants to be sent with it, but for our own."""
    return {header.key: header.value for header in link.headers or () if header.key.lower() not in OURS}


def _sendable(link: Link) -> bool:
    headers = link.headers or ()
    return all(HEADER_NAME.fullmatch(header.key) and HEADER_VALUE.fullmatch(header.value) for header in headers)
