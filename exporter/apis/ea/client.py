"""The reporting APIs in their own words: endpoints in, typed records out."""

from collections.abc import Iterator

import msgspec

from exporter.apis.ea.records import BalanceSummary, UsageDetail, UsagePage
from exporter.errors import Malformed, Rejected
from exporter.model.collection import Validators
from exporter.transport.paging import pages
from exporter.transport.retry import decode
from exporter.transport.session import Session

USAGE = msgspec.json.Decoder(UsagePage, strict=False)
BALANCE = msgspec.json.Decoder(BalanceSummary | list[BalanceSummary], strict=False)
EMPTY_MONTH = b'"Usage Data Extract"'
"""How the predecessor of this API began its answer for a month without data, whatever format was asked for."""


class Client:
    """GETs below `/v3/enrollments/{enrollment}`.

    Without a billing period in the path the service answers for the current one, by its own calendar.
    """

    def __init__(self, session: Session, enrollment: str, currency: str | None = None) -> None:
        self._session = session
        self.enrollment = enrollment
        self._currency = currency

    def usage_details(self, validators: Validators) -> Iterator[UsageDetail]:
        """Every row of the current billing period; only the first page's request is conditional."""
        first = self._path("usagedetails")

        def fetch(link: str) -> UsagePage:
            page = self._session.get(link, validators=validators if link == first else None)
            if page.content.lstrip().startswith(EMPTY_MONTH):
                return UsagePage([])
            return decode(USAGE, page.content, "usagedetails")  # type: ignore[no-any-return]

        for page in pages(first, fetch, lambda page: page.next_link):
            yield from page.data

    def balance_summary(self, validators: Validators | None = None) -> BalanceSummary:
        """The current billing period's balance: documented as an object, seen as an array of one."""
        page = self._session.get(self._path("balancesummary"), validators=validators)
        answer = decode(BALANCE, page.content, "balancesummary")
        found: list[BalanceSummary] = answer if isinstance(answer, list) else [answer]
        if len(found) != 1:
            raise Malformed(f"balancesummary: {len(found)} summaries instead of one")
        self._currency = self._currency or found[0].currency
        return found[0]

    def currency(self) -> str:
        """The enrollment's currency: the configured one, or the balance summary's, which is asked once."""
        if self._currency:
            return self._currency
        try:
            return self.balance_summary().currency
        except Rejected as refused:
            raise Rejected(
                f"the currency of usage is unknown, since {refused}; set `currency` for this enrollment", refused.reason
            ) from refused

    def _path(self, report: str) -> str:
        return f"v3/enrollments/{self.enrollment}/{report}"
