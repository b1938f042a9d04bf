"""Rows of B2C reports for some days: each day of a tenant, or the sums of an application."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from exporter.apis.b2c.collectors import ApplicationReport, Summary, TenantUserCount
from exporter.apis.b2c.graph.client import GraphReports
from exporter.apis.b2c.graph.coverage import KEPT
from exporter.apis.b2c.records import PeriodRow, Unreadable, UserCount
from exporter.apis.b2c.reports import Reports
from exporter.apis.b2c.settings import Application
from exporter.apis.b2c.windows.applications import OF_THE_ACCOUNT
from exporter.apis.b2c.windows.rows import by_day, parts
from exporter.errors import Failure, Malformed, Reason, Transient
from exporter.model.collection import Run
from exporter.model.periods import DAY, Days
from exporter.report.published import published
from exporter.report.request import Request
from exporter.report.table import DATE, Column, Kind, Row, Table

FIGURES = {
    "tenantUserCount": "users",
    "b2cAuthenticationCountSummary": "authentications",
    "b2cAuthenticationCount": "authentications",
    "b2cMfaRequestCountSummary": "mfa_requests",
    "b2cMfaRequestCount": "mfa_requests",
}
"""The name of the figure of each report."""
TOO_OLD = f"; it is too old, as the audit log has entries of {KEPT.days} days"
NO_ROW = "the report has no row of it that can be read"


def daily(collector: TenantUserCount | Summary, request: Request, now: datetime, run: Run) -> Table:
    """A row for each day and provider, flow or method; without days the windows that are published.

    A day that the source does not know has one row without a figure.
    """
    if request.days is None:
        return published(collector, request, now, run)
    kind = collector.kind if isinstance(collector, Summary) else UserCount
    found = by_day(collector.name, collector.client.daily(kind, request.days.start - DAY, run), now, run)
    unknown = {day: why for day, why in found.unusable.items() if day is None or day in request.days}
    forgotten = now.date() - KEPT if isinstance(collector.client, GraphReports) else date.min
    why = [
        f"{collector.name}: {day or 'a day'} is not known{f': {text}' if text else ''}"
        f"{TOO_OLD * bool(day and day <= forgotten)}"
        for day, text in unknown.items()
    ]
    if why and request.group_by and DATE not in request.group_by:
        raise Malformed(f"{why[0]}, so there is no sum; add date to --group-by, or choose other days")
    label, figure = collector.families[0].labels.names[0], FIGURES[collector.name]
    rows: list[Row] = [
        {DATE: day.isoformat(), label: key, figure: count}
        for day, row in found.rows.items()
        if day in request.days
        for key, count in sorted(parts(row).items())
    ]
    rows += [{DATE: day.isoformat(), label: "", figure: None} for day in unknown if day]
    for text in why:
        run.warn(text)
    if (first := min(found.rows, default=None)) and first > request.days.start:
        run.warn(f"{collector.name}: no row before {first}: days before it had no activity, or are no longer reported")
    column = Column(figure, Kind.NUMBER, summable=True, adds_up=kind is not UserCount)
    return Table(collector.name, (Column(DATE), Column(label), column), rows)


def of_applications(collector: ApplicationReport, request: Request, now: datetime, run: Run) -> Table:
    """A row for each application and flow or method; without days the windows that are published."""
    if request.days is None:
        return published(collector, request, now, run)
    reader = Reader(collector.client, collector.kind, run)
    figure = FIGURES[collector.name]
    *labels, key = collector.families[0].labels.names
    rows: list[Row] = []
    failures: list[Failure] = []
    for application in collector.settings.applications:
        try:
            counts = reader.counts(application, request.days, now.date())
        except Failure as failure:
            if failure.reason in OF_THE_ACCOUNT:
                raise
            failures.append(failure)
            run.warn(f"application {application.described}: no figures for {request.days}: {failure}")
            continue
        named = dict(zip(labels, (application.id, application.label), strict=True))
        rows += [{**named, key: flow, figure: count} for flow, count in counts.items()]
    if failures and len(failures) == len(collector.settings.applications):
        raise failures[0]
    columns = (*map(Column, (*labels, key)), Column(figure, Kind.NUMBER, summable=True))
    return Table(collector.name, columns, rows)


@dataclass(frozen=True, slots=True)
class Reader:
    """Counts of applications in any days, from reports that begin on a day and end now."""

    client: Reports
    kind: type[PeriodRow]
    run: Run

    def counts(self, application: Application, days: Days, today: date) -> Mapping[str, int]:
        """The counts by flow or method: those since the first day, without those since the day after the last one.

        `Transient` if they have changed between the requests.
        """
        first = self._since(application.id, days.start)
        if first is None:
            text = "either the tenant has no such application, or it had no activity in the period"
            self.run.warn(f"application {application.described}: empty answer for {days}: {text}")
            return {}
        counts = parts(first)
        if days.end >= today:
            return counts
        later = self._since(application.id, days.end + DAY)
        if self._since(application.id, days.start) != first:
            text = f"application {application.described}: the figures have changed while they were read; repeat it"
            raise Transient(text, Reason.MALFORMED)
        return {key: count - (parts(later).get(key, 0) if later else 0) for key, count in counts.items()}

    def _since(self, application: str, day: date) -> PeriodRow | None:
        """The row from a day on; None for no activity.

        Whether `gt` includes its own day is not documented: if the answer for the day before begins on it, it does.
        """
        found = self._row(application, day - DAY)
        if found and (began := found.first_day) and began < day:
            found = self._row(application, day)
        if found and (found.first_day is None or found.first_day < day):
            raise Malformed(f"the answer begins on {found.first_day or 'a day that it does not state'}, not on {day}")
        return found

    def _row(self, application: str, after: date) -> PeriodRow | None:
        found = list(self.client.in_period(self.kind, application, after, self.run))
        if not found:
            return None
        (*others, row) = found
        if others or isinstance(row, Unreadable):
            why = row.why if isinstance(row, Unreadable) else ""
            raise Malformed(why or "the answer is not one row that can be read")
        return row
