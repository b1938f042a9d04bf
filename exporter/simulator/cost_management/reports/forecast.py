"""Microsoft's forecast: the endpoint ``forecast``."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from exporter.simulator.cost_management.access import json_body
from exporter.simulator.cost_management.endpoints import Endpoint, Resource
from exporter.simulator.cost_management.errors import arm_refused, bad_request
from exporter.simulator.cost_management.reports.query import envelope
from exporter.simulator.cost_management.selection import read_selection
from exporter.simulator.cost_management.sums import PRECISION, Column, Table
from exporter.simulator.costs.book import DOLLARS
from exporter.simulator.costs.rows import CostRow, Metric
from exporter.simulator.costs.scopes import Scope
from exporter.simulator.server.answers import json_answer
from exporter.simulator.world.periods import days

HISTORY_DAYS = 7
DIGITS = Decimal("0.0001")


class Forecast(Resource):
    """Every coming day costs what the last seven days did on average."""

    def endpoints(self) -> Mapping[tuple[str, str], Endpoint]:
        return {("POST", "Microsoft.CostManagement/forecast"): self.post}

    async def post(self, request: Request, scope: Scope) -> Response:
        """Forecast rows, and those of past days if the actual cost is included."""
        body = await json_body(request)
        if body.get("timeframe") != "Custom":
            raise bad_request("Invalid forecast definition, only the timeframe Custom is supported.")
        # A forecast may begin in the future.
        selection = read_selection(body, scope, 0, date.max)
        if len(selection.measures) != 1:
            raise bad_request("Invalid forecast definition, Dataset aggregation is not supplied.")
        if body.get("includeFreshPartialCost") and not body.get("includeActualCost"):
            raise bad_request("Invalid forecast definition: includeFreshPartialCost requires includeActualCost.")
        today, name = self.access.world.ea.now().date(), selection.measures[0][1]
        headers = self.access.quotas.take(1)
        history = scope.rows(selection.metric, today - timedelta(days=HISTORY_DAYS), today - timedelta(days=1))
        history = tuple(row for row in history if selection.covers(row))
        in_dollars = name.endswith("USD")
        currencies = {"USD" if in_dollars else row.currency for row in history}
        if not self.access.switches.cost_management_forecast or len(currencies) != 1:
            text = "Forecast is unavailable for the specified time period."
            raise arm_refused(424, "FailedDependency", text)
        [currency] = currencies
        rows: list[list[Any]] = []
        if body.get("includeActualCost"):
            actual = scope.rows(selection.metric, selection.start, min(selection.end, today - timedelta(days=1)))
            covered = [row for row in actual if selection.covers(row)]
            rows += [
                [amount, *_rest(day, "Actual", currency)]
                for day, amount in _by_day(covered, selection.metric, in_dollars=in_dollars)
            ]
        mean = (
            sum((amount for _, amount in _by_day(history, selection.metric, in_dollars=in_dollars)), Decimal(0))
            / HISTORY_DAYS
        )
        expected = mean.quantize(DIGITS, ROUND_HALF_UP)
        first = max(selection.start, today)
        rows += [[expected, *_rest(day, "Forecast", currency)] for day in days(first, selection.end)]
        columns = [Column(name, "Number"), Column("UsageDate", "Number"), Column("CostStatus", "String"),
                   Column("Currency", "String")]  # fmt: skip
        return json_answer(envelope(scope, Table(columns, rows), {"nextLink": None}), headers=headers)


def _by_day(rows: Iterable[CostRow], metric: Metric, *, in_dollars: bool) -> list[tuple[date, Decimal]]:
    sums: dict[date, Decimal] = {}
    with localcontext(prec=PRECISION):
        for row in rows:
            cost = row.cost(metric) * (DOLLARS[row.currency] if in_dollars else 1)
            sums[row.date] = sums.get(row.date, Decimal(0)) + cost
    return sorted(sums.items())


def _rest(day: date, status: str, currency: str) -> list[object]:
    return [int(f"{day:%Y%m%d}"), status, currency]
