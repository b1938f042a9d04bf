"""The endpoints of Partner Center: requests in, typed records out."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from urllib.parse import quote

import msgspec

from exporter.apis.partner_center.failures import explained
from exporter.apis.partner_center.reading.envelope import Link, PagedResourceCollection
from exporter.apis.partner_center.reading.findings import Findings
from exporter.apis.partner_center.reading.names import Naming
from exporter.apis.partner_center.reading.pages import PageReader
from exporter.apis.partner_center.reading.usage import customers, distinct, subscriptions
from exporter.apis.partner_center.records import (
    BillingPeriod,
    CustomerMonthlyUsageRecord,
    CustomerUsage,
    CustomerUsageSummary,
    MonthlyUsageRecord,
    SubscriptionMonthlyUsageRecord,
    Usage,
)
from exporter.errors import Failure, Rejected
from exporter.transport.paging import pages
from exporter.transport.response import Response, decode
from exporter.transport.session import Session

CUSTOMER_GONE = frozenset({"1000", "20002", "20003", "60003"})
"""Codes of a customer that has left: not found, no relation to it, no subscription, no tenant."""
ALL_CUSTOMERS = "customers/usagerecords"
CUSTOMERS = PageReader(CustomerMonthlyUsageRecord)
SUBSCRIPTIONS = PageReader(SubscriptionMonthlyUsageRecord)
SUMMARY = msgspec.json.Decoder(CustomerUsageSummary)
R = TypeVar("R", bound=MonthlyUsageRecord)


@dataclass(frozen=True, slots=True)
class CustomerList:
    """Every customer, once for each currency.

    `compliant` is None where no answer reports the token's MFA, `total_count` is 0 where no page states it.
    """

    customers: list[CustomerUsage]
    compliant: bool | None
    total_count: int
    findings: Findings


class Client:
    """GETs below `/v1`, with the headers that Partner Center documents."""

    def __init__(self, session: Session, *, account: str, naming: Naming) -> None:
        self.account = account
        self._session = session
        self._naming = naming

    def paced(self, per_minute: float) -> "Client":
        """The same client with a request budget of its own."""
        return Client(self._session.paced(per_minute), account=self.account, naming=self._naming)

    @property
    def at_once(self) -> int:
        """How many requests may be in flight."""
        return self._session.at_once

    def customers(self) -> CustomerList:
        """Every customer's spending in the current billing period.

        No continuation was ever seen on this resource; one in the documented form is followed.
        """
        findings = Findings(ALL_CUSTOMERS)
        found: list[CustomerUsage] = []
        reported: set[bool] = set()
        total_count = 0
        for page, response in self._pages(CUSTOMERS, findings):
            total_count = max(total_count, page.stated)
            reported |= _mfa(response)
            found += customers(page.items, self._naming.labeler(), findings)
        return CustomerList(distinct(found, findings), all(reported) if reported else None, total_count, findings)

    def mfa_compliant(self) -> bool:
        """False where the first page of customers reports that the sign-in does not prove MFA."""
        _, response = next(self._pages(CUSTOMERS, Findings(ALL_CUSTOMERS)))
        return all(_mfa(response))

    def subscriptions(self, customer_id: str) -> tuple[list[Usage], Findings]:
        """The cost of each subscription of a customer, once for each currency; none for a customer that has left."""
        findings = Findings(f"customers/{quote(customer_id, safe='')}/subscriptions/usagerecords")
        found: list[Usage] = []
        try:
            for page, _ in self._pages(SUBSCRIPTIONS, findings):
                found += subscriptions(page.items, self._naming.labeler(), findings)
        except Rejected as refusal:
            if refusal.code in CUSTOMER_GONE:
                return [], findings
            raise
        return distinct(found, findings), findings

    def billing_period(self, customer_id: str) -> BillingPeriod:
        """The billing period that a customer's usage summary states."""
        findings = Findings(f"customers/{quote(customer_id, safe='')}/usagesummary")
        with self._explaining(findings):
            summary: CustomerUsageSummary = decode(SUMMARY, self._get(_first(findings), findings), findings.what)
            return summary.billing_period

    def spread(self, requests: int, span: timedelta) -> None:
        """Spread the next requests evenly over a span, as far as their budget per minute allows."""
        if self._session.pace:
            self._session.pace.spread(requests, span)

    def _pages(
        self, reader: PageReader[R], findings: Findings
    ) -> Iterator[tuple[PagedResourceCollection[R], Response]]:
        def fetch(link: Link) -> tuple[PagedResourceCollection[R], Response]:
            response = self._get(link, findings)
            return reader.read(response, findings), response

        with self._explaining(findings):
            yield from pages(_first(findings), fetch, lambda found: found[0].next)

    def _get(self, link: Link, findings: Findings) -> Response:
        findings.correlation = str(uuid.uuid4())
        own = {
            "MS-RequestId": str(uuid.uuid4()),
            "MS-CorrelationId": findings.correlation,
            "X-Locale": "en-US",
            "ValidateMfa": "true",
        }
        return self._session.get(link.url, headers={**own, **link.own_headers})

    @contextmanager
    def _explaining(self, findings: Findings) -> Iterator[None]:
        try:
            yield
        except Failure as failure:
            raise explained(failure, findings.correlation, account=self.account, quoted=self._naming.shown) from failure


def _first(findings: Findings) -> Link:
    return Link(f"/v1/{findings.what}")


def _mfa(response: Response) -> set[bool]:
    """What an answer reports of the token's MFA; empty where it reports nothing."""
    reported = response.headers.get("isMfaCompliant", "").lower()
    return {reported == "true"} if reported in ("true", "false") else set()
