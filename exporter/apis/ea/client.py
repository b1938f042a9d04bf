"""The reporting APIs in their own words: endpoints in, typed records out."""

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from datetime import date
from typing import Any, ClassVar, Protocol

import msgspec
from msgspec import UNSET

from exporter.apis.costs.client import METERS
from exporter.apis.costs.prices import PriceClient
from exporter.apis.costs.records import Price
from exporter.apis.costs.selection import Batches, Row, Selection
from exporter.apis.ea.records import BalanceSummary, BillingPeriod, MarketplaceCharge
from exporter.apis.ea.refusals import explained, means_no_data
from exporter.apis.ea.usage.periods import FIRST_DAY, parts, report_path
from exporter.errors import Malformed, NotModified, Reason, Rejected
from exporter.model.collection import Validators
from exporter.model.periods import Days, billing_month
from exporter.transport.response import decode
from exporter.transport.session import Session

MAX_MONTHS = 36


class Download(Protocol):
    """One way to read usage details."""

    @property
    def max_months(self) -> int:
        """How many months one request may cover."""

    def batches(
        self, root: str, days: Days, selection: Selection, validators: Validators, *, current: bool
    ) -> Iterator[Iterable[Row]]:
        """Rows of the days; `current` if they are the current billing period, which a request need not name.

        `root` is the enrollment's path; raises `NotModified` or a `Failure`.
        """


class Client(PriceClient):
    """GETs below `/{version}/enrollments/{enrollment}`.

    Without a billing period in the path the service answers for the current one, by its own calendar.
    """

    always: ClassVar[tuple[str, ...]] = ("unit_of_measure",)

    def __init__(
        self, session: Session, *, enrollment: str, version: str, download: Download, currency: str | None
    ) -> None:
        super().__init__()
        self._session = session
        self._enrollment = enrollment
        self._root = f"{version}/enrollments/{enrollment}"
        self._periods = f"{min(version, 'v2')}/enrollments/{enrollment}/billingperiods"  # version v3 does not have it
        self._download = download
        self._currency = currency
        self._known = False
        self._days: Days | None = None

    def of_period(self, days: Days) -> "Client":
        """The same client, for which another billing period is the current one."""
        other = copy(self)
        other._days, other._meters = days, None
        return other

    def usage(
        self, period: Days | None, today: date, selection: Selection, validators: Validators
    ) -> Iterator[tuple[Days, Batches]]:
        period = period or self._days
        for days, part_validators in parts(period or billing_month(today), self._download.max_months, validators):
            yield days, self._batches(days, selection, part_validators, current=period is None)

    def _batches(
        self, days: Days, selection: Selection, validators: Validators, *, current: bool
    ) -> Iterator[Iterable[Row]]:
        begun = False
        try:
            for batch in self._download.batches(self._root, days, selection, validators, current=current):
                self._known = begun = True
                yield batch
        except Rejected as refused:
            if begun:
                raise
            self._require_no_data(refused)

    def oldest(self, today: date) -> date:
        return FIRST_DAY

    def balance_summary(self, validators: Validators, period: Days | None = None) -> BalanceSummary | None:
        """The balance of a billing period, by default of the current one; None for a period without one.

        `Malformed` for a balance that states no amount.
        """
        found = self._balances(validators, period)
        if found is None:
            return None
        if len(found) != 1:
            raise Malformed(f"balancesummary: {len(found)} summaries instead of one")
        if not found[0].states_amount:
            raise Malformed("balancesummary: the summary states no amount")
        return found[0]

    def marketplace_charges(
        self, period: Days | None, today: date, validators: Validators
    ) -> Iterator[tuple[Days, Sequence[MarketplaceCharge]]]:
        """Charges for third parties' offers, in ranges as `usage` gives them."""
        decoder = msgspec.json.Decoder(list[MarketplaceCharge], strict=False)
        for days, part_validators in parts(period or billing_month(today), MAX_MONTHS, validators):
            charges = self._report(
                "marketplacecharges", decoder, part_validators, days=days if period else None, empty=()
            )
            yield days, charges

    def price_sheet(self, validators: Validators | None = None) -> list[Price]:
        """The enrollment's prices in the billing period."""
        decoder = msgspec.json.Decoder(list[Price], strict=False)
        return self._report("pricesheet", decoder, validators, days=self._days) or []

    def billing_periods(self, validators: Validators | None = None) -> list[BillingPeriod]:
        """The months with data, newest first."""
        decoder = msgspec.json.Decoder(list[BillingPeriod], strict=False)
        page = self._session.get(self._periods, validators=validators)
        return decode(decoder, page, "billingperiods")  # type: ignore[no-any-return]

    def currency(self, published: str, today: date) -> str:
        """The enrollment's currency: the configured one, the balance summary's, the price sheet's, or the `published`.

        A key that may not read the balance is refused with what to do only if it can read usage; else usage's own
        failure is raised.
        """
        try:
            self._currency = self._currency or next(filter(None, self._currencies()), None)
        except Rejected as refused:
            if refused.reason not in {Reason.UNAUTHORIZED, Reason.FORBIDDEN}:
                raise
            if not published:
                for _, batches in self.usage(None, today, METERS, Validators()):
                    next(iter(batches), None)
                text = f"the currency of usage is unknown, since {refused}; set `currency` for this enrollment"
                raise refused.with_text(text) from refused
        if not (found := self._currency or published):
            raise Rejected("no balance and no price states a currency yet; set `currency`", Reason.NOT_FOUND)
        return found

    def _currencies(self) -> Iterator[str | None]:
        yield from (summary.currency for summary in self._balances() or ())
        yield from (price.currency for price in self.price_sheet())

    def _balances(
        self, validators: Validators | None = None, period: Days | None = None
    ) -> list[BalanceSummary] | None:
        """The summary is documented as an object, and seen as an array of one; None for days without data."""
        decoder = msgspec.json.Decoder(BalanceSummary | list[BalanceSummary] | None, strict=False)
        answer = self._report("balancesummary", decoder, validators, days=period or self._days, empty=UNSET)
        if answer is UNSET:
            return None
        return answer if isinstance(answer, list) else [answer] if answer else []

    def _report(
        self,
        report: str,
        decoder: msgspec.json.Decoder[Any],
        validators: Validators | None,
        *,
        days: Days | None = None,
        empty: Any = None,
    ) -> Any:
        """A report of one answer, by default for the current billing period; `empty` for days without data."""
        try:
            page = self._session.get(report_path(self._root, report, days), validators=validators)
        except NotModified:
            self._known = True
            raise
        except Rejected as refused:
            self._require_no_data(refused)
            return empty
        self._known = True
        return decode(decoder, page, report)

    def _require_no_data(self, refused: Rejected) -> None:
        """Return for days without data of an enrollment that is known; raise, and say why, for anything else."""
        no_data = means_no_data(refused)
        if not no_data and refused.reason not in {Reason.NOT_FOUND, Reason.BAD_REQUEST}:
            raise explained(refused)
        if not self._known:
            try:
                self.billing_periods()
            except Rejected:
                raise refused.with_text(f"{refused} (is enrollment {self._enrollment} right?)") from refused
            self._known = True
        if not no_data:
            raise refused
