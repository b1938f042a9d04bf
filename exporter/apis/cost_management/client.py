"""What is read of one scope: resources in, typed records out."""

from collections.abc import Iterator
from functools import partial

import msgspec

from exporter.apis.cost_management import forecast
from exporter.apis.cost_management.arm import Arm
from exporter.apis.cost_management.costs import Costs
from exporter.apis.cost_management.downloads.download import Cost, Download
from exporter.apis.cost_management.downloads.pages import PAGE, Page
from exporter.apis.cost_management.price_sheets import PriceSheets
from exporter.apis.cost_management.records import BalanceResource, BudgetResource, ExportResource, ForecastRow
from exporter.apis.costs.prices import PriceClient
from exporter.apis.costs.records import Price
from exporter.errors import Malformed, Rejected
from exporter.model.collection import Validators
from exporter.model.periods import Days
from exporter.transport.origins import public
from exporter.transport.paging import pages
from exporter.transport.response import decode

CONSUMPTION_VERSION = "2024-08-01"
"""Of Microsoft.Consumption."""
BUDGETS, BALANCES = "Microsoft.Consumption/budgets", "Microsoft.Consumption/balances"
EXPORTS = "Microsoft.CostManagement/exports"
FORECAST = "Microsoft.CostManagement/forecast"
FORECAST_PAGES = (FORECAST, "Microsoft.CostManagement/query")
"""Where a forecast's next page is: published samples name the other resource."""
NO_FORECAST = 424
"""FailedDependency: too little history, or several currencies."""


class ExportPage(msgspec.Struct, rename="camel", frozen=True):
    """One page of the list of exports."""

    value: tuple[ExportResource, ...]
    next_link: str | None = None


class BudgetPage(msgspec.Struct, rename="camel", frozen=True):
    """One page of the list of budgets."""

    value: tuple[BudgetResource, ...]
    next_link: str | None = None


EXPORT_PAGE = msgspec.json.Decoder(ExportPage, strict=False)
BUDGET_PAGE = msgspec.json.Decoder(BudgetPage, strict=False)
BALANCE = msgspec.json.Decoder(BalanceResource, strict=False)


class Client(Costs, PriceClient):
    """Costs of a scope by one of the downloads, and the resources about it."""

    def __init__(self, arm: Arm, download: Download, cost: Cost, currency: str | None = None) -> None:
        super().__init__(download, cost, currency)
        self._arm = arm

    @property
    def enrollment(self) -> str:
        """The number of an enrollment, whose path ends with it."""
        return self._arm.scope.path.rpartition("/")[2]

    def budgets(self) -> list[BudgetResource]:
        """The budgets of costs at the scope and below, each once; `Malformed` for an id with two contents.

        A subscription's list has the budgets of its resource groups too.
        """
        found: dict[tuple[str, ...], BudgetResource] = {}
        for page in pages(self._arm.url(BUDGETS, CONSUMPTION_VERSION), self._budget_page, lambda page: page.next_link):
            for budget in page.value:
                if not budget.is_of_costs:
                    continue
                key = tuple(part.lower() for part in budget.place)
                if found.setdefault(key, budget).properties != budget.properties:
                    raise Malformed(f"{budget.place[1]!r} of {budget.place[0]} is listed twice, and differs")
        return list(found.values())

    def forecast(self, month: Days) -> list[ForecastRow] | None:
        """The days of a month, as far as Microsoft states them; None if there is no forecast."""
        try:
            return list(self._forecast_rows(month))
        except Rejected as refused:
            if refused.status != NO_FORECAST:
                raise
            return None

    def exports(self) -> list[ExportResource]:
        """The exports that are set up at the scope itself, with their newest runs."""
        first = f"{self._arm.url(EXPORTS)}&$expand=runHistory"
        return [
            export for page in pages(first, self._export_page, lambda page: page.next_link) for export in page.value
        ]

    def balance(self) -> BalanceResource | None:
        """The balance of the current billing period, by the service's calendar; None for a period without one.

        `Malformed` for a balance without an amount or a currency.
        """
        answer = self._arm.get(self._arm.url(BALANCES, CONSUMPTION_VERSION))
        if answer is None:
            return None
        balance: BalanceResource = decode(BALANCE, answer, "balances")
        if not balance.properties.states_amount:
            raise Malformed("the balance states no amount")
        if not balance.properties.currency:
            raise Malformed("the balance states no currency")
        return balance

    def price_sheet(self, validators: Validators) -> Iterator[Price]:
        return PriceSheets(self._arm).prices()

    def _export_page(self, url: str) -> ExportPage:
        answer = self._arm.get(url)
        return decode(EXPORT_PAGE, answer, "exports") if answer else ExportPage(())

    def _budget_page(self, url: str) -> BudgetPage:
        answer = self._arm.get(url)
        return decode(BUDGET_PAGE, answer, "budgets") if answer else BudgetPage(())

    def _forecast_rows(self, month: Days) -> Iterator[ForecastRow]:
        fetch = partial(self._forecast_page, definition=forecast.definition(month))
        for page in pages(self._arm.url(FORECAST), fetch, _next_forecast):
            if page:
                yield from forecast.rows(page.properties)

    def _forecast_page(self, url: str, definition: dict[str, object]) -> Page | None:
        answer = self._arm.post(url, definition)
        return decode(PAGE, answer, "forecast") if answer else None


def _next_forecast(page: Page | None) -> str | None:
    """Where the next page is; the body is posted there again."""
    link = page.properties.next_link if page else None
    if link and not public(link).lower().endswith(tuple(f"/{resource.lower()}" for resource in FORECAST_PAGES)):
        raise Malformed("forecast: the link of the next page is not that of a forecast; nothing was sent there")
    return link
