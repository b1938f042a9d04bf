"""The reporting APIs in their own words: endpoints in, typed records out."""

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any

import msgspec

from exporter.apis.ea.downloads import Download, JsonPages
from exporter.apis.ea.extracts import Csv, CsvAsync, Limits
from exporter.apis.ea.records import BalanceSummary, BillingPeriod, MarketplaceCharge, Price
from exporter.apis.ea.settings import Settings
from exporter.apis.ea.usage import Needed, Row
from exporter.errors import Malformed, Reason, Rejected
from exporter.model.collection import Validators
from exporter.model.periods import Days, period_name
from exporter.transport.response import decode
from exporter.transport.session import Session

NO_DATA = frozenset({Reason.NOT_FOUND, Reason.BAD_REQUEST})
"""How the service answers for days without data, and for an enrollment that it does not know."""
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
        limits = Limits(settings.usage.first_byte.total_seconds(), settings.usage.download_timeout.total_seconds())
        downloads: dict[str, Download] = {
            "json": JsonPages(session),
            "csv": Csv(session, limits),
            "csv_async": CsvAsync(session, limits),
        }
        self._download = downloads[settings.usage.download]

    def usage(self, asked: Days | None, needed: Needed, validators: Validators) -> Iterator[Iterable[Row]]:
        """Usage of the days, or of the current billing period; nothing at all for days without data."""
        for part, known in _parts(asked, self._download.most_months, validators):
            begun = False
            try:
                for batch in self._download.batches(self._path(), part, needed, known):
                    begun = True
                    yield batch
            except Rejected as refused:
                if begun:
                    raise
                self._require_known(refused)

    def meters_in_use(self) -> frozenset[str]:
        """The meters of the current billing period's usage, as it is now."""
        batches = JsonPages(self._session).batches(self._path(), None, Needed(("meter_id",), ()), Validators())
        try:
            return frozenset(meter for batch in batches for _, (meter,), _, _ in batch if meter)
        except Rejected as refused:
            self._require_known(refused)
            return frozenset()

    def balance_summary(self, validators: Validators | None = None) -> BalanceSummary | None:
        """The current billing period's balance: documented as an object, seen as an array of one."""
        decoder = msgspec.json.Decoder(BalanceSummary | list[BalanceSummary] | None, strict=False)
        answer = self._report("balancesummary", decoder, validators=validators)
        found = answer if isinstance(answer, list | type(None)) else [answer]
        if not found:
            return None
        if len(found) != 1:
            raise Malformed(f"balancesummary: {len(found)} summaries instead of one")
        summary: BalanceSummary = found[0]
        self._currency = self._currency or summary.currency
        return summary

    def marketplace_charges(self, asked: Days | None, validators: Validators) -> Iterator[MarketplaceCharge]:
        """Charges of third parties' offers in the days, or in the current billing period."""
        decoder = msgspec.json.Decoder(list[MarketplaceCharge], strict=False)
        for part, known in _parts(asked, MOST_MONTHS, validators):
            yield from self._report("marketplacecharges", decoder, part, known) or ()

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

    def currency(self) -> str:
        """The enrollment's currency: the configured one, the balance summary's, or the price sheet's."""
        if not self._currency:
            try:
                self.balance_summary()
                prices = self.price_sheet() if not self._currency else []
            except Rejected as refused:
                text = f"the currency of usage is unknown, since {refused}; set `currency` for this enrollment"
                raise Rejected(text, refused.reason) from refused
            self._currency = self._currency or next(filter(None, map(attrgetter("currency"), prices)), None)
        if not self._currency:
            raise Rejected("no balance and no price names a currency yet; set `currency`", Reason.NOT_FOUND)
        return self._currency

    def _report(
        self,
        report: str,
        decoder: msgspec.json.Decoder[Any],
        asked: Days | None = None,
        validators: Validators | None = None,
    ) -> Any:
        """What a report of one answer says; None for days without data."""
        path, params = self._path(report), {}
        if asked and (period := period_name(asked)):
            path = self._path(f"billingPeriods/{period}/{report}")
        elif asked:
            path = self._path(f"{report}bycustomdate")
            params = {"startTime": str(asked.start), "endTime": str(asked.end)}
        try:
            page = self._session.get(path, params=params, validators=validators)
        except Rejected as refused:
            self._require_known(refused)
            return None
        self._known = True
        return decode(decoder, page, report)

    def _require_known(self, refused: Rejected) -> None:
        """Return for days without data of an enrollment that is known; raise, and say why, for anything else."""
        if "Report View" in str(refused):
            text = "a department's or account owner's key reads usage only: use an enrollment administrator's, or"
            raise Rejected(f"{refused} ({text} disable this report)", refused.reason) from refused
        if refused.reason not in NO_DATA:
            raise refused
        if not self._known:
            try:
                self.billing_periods()
            except Rejected:
                text = f"{refused} (is enrollment {self.settings.enrollment} right?)"
                raise Rejected(text, refused.reason) from refused
            self._known = True

    def _path(self, report: str = "", version: str = "") -> str:
        path = f"{version or self.settings.api_version}/enrollments/{self.settings.enrollment}"
        return f"{path}/{report}" if report else path


def _parts(asked: Days | None, most_months: int, validators: Validators) -> Iterator[tuple[Days | None, Validators]]:
    """The days in parts that may be asked for at once. Several are read without validators: that one of them is
    unchanged says nothing of the others.
    """
    parts = list(asked.split(most_months)) if asked else [None]
    yield from ((part, validators if len(parts) == 1 else Validators()) for part in parts)
