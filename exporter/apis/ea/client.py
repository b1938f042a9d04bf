"""The reporting APIs in their own words: endpoints in, typed records out."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import UNSET

from exporter.apis.ea.downloads import Download, JsonPages
from exporter.apis.ea.extracts import Csv, CsvAsync, Limits
from exporter.apis.ea.records import BalanceSummary, BillingPeriod, MarketplaceCharge, Price
from exporter.apis.ea.refusals import explained, may_be_readable, means_no_data
from exporter.apis.ea.settings import Settings
from exporter.apis.ea.sums import Batches, Row
from exporter.apis.ea.usage import Needed
from exporter.errors import Malformed, NotModified, Reason, Rejected
from exporter.model.collection import Validators
from exporter.model.periods import Days, billing_month, period_name
from exporter.transport.response import decode
from exporter.transport.session import Session

MOST_MONTHS = 36


class Client:
    """GETs below `/{version}/enrollments/{enrollment}`.

    Without a billing period in the path the service answers for the current one, by its own calendar.
    """

    def __init__(self, session: Session, settings: Settings) -> None:
        self.settings = settings
        self._session = session
        self._known = False
        self._currency = settings.currency
        self._meters: tuple[Days, frozenset[str]] | None = None
        limits = Limits(settings.usage.first_byte.total_seconds(), settings.usage.download_timeout.total_seconds())
        downloads: dict[str, Download] = {
            "json": JsonPages(session),
            "csv": Csv(session, limits),
            "csv_async": CsvAsync(session, limits),
        }
        self._download = downloads[settings.usage.download]

    def usage(
        self, asked: Days | None, today: date, needed: Needed, validators: Validators
    ) -> Iterator[tuple[Days, Batches]]:
        """Usage of the days, or of the current billing period, in the ranges that are read at once, in their order.

        Nothing at all for days without data. Only JSON knows a current period without a name; that its rows are of
        this month is not sure.
        """
        if asked is None and self.settings.usage.download == "json":
            yield billing_month(today), self._batches(None, needed, validators)
        else:
            for part, known in _parts(asked or billing_month(today), self._download.most_months, validators):
                yield part, self._batches(part, needed, known)

    def _batches(self, part: Days | None, needed: Needed, validators: Validators) -> Iterator[Iterable[Row]]:
        begun = False
        try:
            for batch in self._download.batches(self._path(), part, needed, validators):
                self._known = begun = True
                yield batch
        except Rejected as refused:
            if begun:
                raise
            self._require_no_data(refused)

    def share_meters(self, month: Days, meters: frozenset[str]) -> None:
        """Make known which meters have usage in a month."""
        self._meters = month, meters

    def meters_in_use(self, today: date) -> frozenset[str]:
        """The meters with usage in the current billing period; read only while no run of usage has shared them."""
        if self._meters and self._meters[0] == billing_month(today) and self._meters[1]:
            return self._meters[1]
        ranges = self.usage(None, today, Needed(("meter_id",), ()), Validators())
        return frozenset(
            str(meter) for _, batches in ranges for batch in batches for _, (meter,), _, _ in batch if meter
        )

    def balance_summary(self, validators: Validators) -> BalanceSummary | None:
        """The current billing period's balance; None for a period without one.

        `Malformed` for a balance that states no amount.
        """
        found = self._balances(validators)
        if found is None:
            return None
        if len(found) != 1:
            raise Malformed(f"balancesummary: {len(found)} summaries instead of one")
        summary = found[0]
        if not summary.states_amount:
            raise Malformed("balancesummary: the summary states no amount")
        return summary

    def marketplace_charges(
        self, asked: Days | None, today: date, validators: Validators
    ) -> Iterator[tuple[Days, Sequence[MarketplaceCharge]]]:
        """Charges of third parties' offers in the days, or in the current billing period, as `usage` gives ranges."""
        decoder = msgspec.json.Decoder(list[MarketplaceCharge], strict=False)
        for part, known in _parts(asked, MOST_MONTHS, validators) if asked else [(None, validators)]:
            charges = self._report("marketplacecharges", decoder, part, known, empty=())
            yield part or billing_month(today), charges

    def price_sheet(self, validators: Validators | None = None) -> list[Price]:
        """The enrollment's prices in the current billing period."""
        decoder = msgspec.json.Decoder(list[Price], strict=False)
        return self._report("pricesheet", decoder, validators=validators) or []

    def billing_periods(self, validators: Validators | None = None) -> list[BillingPeriod]:
        """The months with data, newest first; this report ends with version v2."""
        version = min(self.settings.api_version, "v2")
        page = self._session.get(self._path("billingperiods", version), validators=validators)
        decoder = msgspec.json.Decoder(list[BillingPeriod], strict=False)
        return decode(decoder, page, "billingperiods")  # type: ignore[no-any-return]

    def currency(self, published: str, today: date) -> str:
        """The enrollment's currency: the configured one, the balance summary's, the price sheet's, or the `published`.

        A key that may not read the balance is refused with what to do only if it can read usage; else usage's own
        failure is raised.
        """
        if not self._currency:
            try:
                for summary in self._balances() or ():
                    self._currency = self._currency or summary.currency
                prices = self.price_sheet() if not self._currency else []
            except Rejected as refused:
                if not may_be_readable(refused):
                    raise
                if published:
                    return published
                self._require_usage(today)
                text = f"the currency of usage is unknown, since {refused}; set `currency` for this enrollment"
                raise Rejected(text, refused.reason) from refused
            self._currency = self._currency or next(filter(None, map(attrgetter("currency"), prices)), None)
        if not self._currency and not published:
            raise Rejected("no balance and no price names a currency yet; set `currency`", Reason.NOT_FOUND)
        return self._currency or published

    def _require_usage(self, today: date) -> None:
        for _, batches in self.usage(None, today, Needed(("meter_id",), ()), Validators()):
            next(iter(batches), None)

    def _balances(self, validators: Validators | None = None) -> list[BalanceSummary] | None:
        """The summary is documented as an object, and seen as an array of one; None for days without data."""
        decoder = msgspec.json.Decoder(BalanceSummary | list[BalanceSummary] | None, strict=False)
        answer = self._report("balancesummary", decoder, validators=validators, empty=UNSET)
        if answer is UNSET:
            return None
        return answer if isinstance(answer, list) else [answer] if answer else []

    def _report(
        self,
        report: str,
        decoder: msgspec.json.Decoder[Any],
        asked: Days | None = None,
        validators: Validators | None = None,
        empty: Any = None,
    ) -> Any:
        """What a report of one answer says; `empty` for days without data."""
        path, params = self._path(report), {}
        if asked and (period := period_name(asked)):
            path = self._path(f"billingPeriods/{period}/{report}")
        elif asked:
            path = self._path(f"{report}bycustomdate")
            params = {"startTime": str(asked.start), "endTime": str(asked.end)}
        try:
            page = self._session.get(path, params=params, validators=validators)
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
                text = f"{refused} (is enrollment {self.settings.enrollment} right?)"
                raise Rejected(text, refused.reason, refused.code) from refused
            self._known = True
        if not no_data:
            raise refused

    def _path(self, report: str = "", version: str = "") -> str:
        path = f"{version or self.settings.api_version}/enrollments/{self.settings.enrollment}"
        return f"{path}/{report}" if report else path


def _parts(asked: Days, most_months: int, validators: Validators) -> Iterator[tuple[Days, Validators]]:
    """The days in parts that may be read at once. Several are read without validators: that one of them is
    unchanged says nothing of the others.
    """
    parts = list(asked.split(most_months))
    yield from ((part, validators if len(parts) == 1 else Validators()) for part in parts)
