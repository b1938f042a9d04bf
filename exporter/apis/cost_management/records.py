"""Resources of Cost Management, and the records that families are read from."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import unquote

import msgspec

from exporter.apis.costs.records import Balance, currency_code
from exporter.errors import Malformed
from exporter.model.budgets import used_ratio
from exporter.model.periods import day_of, instant

EXPORTED = frozenset({"completed", "newdatanotavailable", "datanotavailable"})
NOT_EXPORTED = frozenset({"failed", "timeout"})
"""How a run of an export may end; the other statuses are of runs that are not over."""
BUDGET_ID = re.compile(
    r"/?(?P<scope>.+?)/providers/Microsoft\.(?:Consumption|CostManagement)/budgets/(?P<name>[^/]+)", re.IGNORECASE
)
PERIOD = re.compile(r"/billingPeriods/([0-9]{6})(?:[-/]|$)", re.IGNORECASE)


class Spend(msgspec.Struct, frozen=True):
    """What is spent of a budget, or will be, in its currency (`unit`)."""

    amount: Decimal | None = None
    unit: str | None = None


class TimePeriod(msgspec.Struct, rename="camel", frozen=True):
    """When a budget applies; without an end for ten years."""

    start_date: str | None = None
    end_date: str | None = None


class BudgetProperties(msgspec.Struct, rename="camel", frozen=True):
    """`Microsoft.Consumption/budgets`; a budget for the use of reservations has no amount."""

    category: str = ""
    amount: Decimal | None = None
    time_grain: str = ""
    time_period: TimePeriod | None = None
    current_spend: Spend | None = None
    forecast_spend: Spend | None = None


class BudgetResource(msgspec.Struct, frozen=True):
    """A budget that is set in Azure."""

    id: str
    properties: BudgetProperties

    @property
    def place(self) -> tuple[str, str]:
        """Its scope, which begins with a slash, and its name, which is unique there only; from the id."""
        if not (found := BUDGET_ID.fullmatch(self.id)):
            raise Malformed(f"not the id of a budget: {self.id[:100]!r}")
        return f"/{unquote(found['scope'])}", unquote(found["name"])

    @property
    def is_of_costs(self) -> bool:
        """Whether it limits costs, and not the use of reservations."""
        return self.properties.category.lower() == "cost"

    @property
    def currency(self) -> str | None:
        """The currency of what is spent, which is the budget's; None before it is first evaluated."""
        spends = self.properties.current_spend, self.properties.forecast_spend
        return next(filter(None, (currency_code(spend.unit) for spend in spends if spend)), None)

    def applies(self, day: date) -> bool:
        """Whether the day is within its period, whose first and last days are included."""
        period = self.properties.time_period or TimePeriod()
        begun = not period.start_date or day_of(period.start_date) <= day
        return begun and (not period.end_date or day <= day_of(period.end_date))

    def budget(self, currency: str) -> "AzureBudget":
        """The budget as a record. A forecast that states another currency is left out."""
        scope, name = self.place
        spent, forecast = self.properties.current_spend or Spend(), self.properties.forecast_spend or Spend()
        comparable = (currency_code(forecast.unit) or currency) == currency
        return AzureBudget(
            name,
            scope,
            self.properties.time_grain,
            currency,
            self.properties.amount,
            spent.amount,
            forecast.amount if comparable else None,
            self._ends,
        )

    @property
    def _ends(self) -> float | None:
        end = self.properties.time_period.end_date if self.properties.time_period else None
        return instant(end).timestamp() if end else None


@dataclass(frozen=True, slots=True)
class AzureBudget:
    """A budget that is set in Azure, in its current period; `spent` is None until Azure has evaluated it.

    `ends` is in Unix seconds.
    """

    budget: str
    scope: str
    time_grain: str
    currency: str
    amount: Decimal | None
    spent: Decimal | None
    forecast: Decimal | None
    ends: float | None = None

    @property
    def used_ratio(self) -> Decimal | None:
        """`spent` / `amount`; None for a budget of zero."""
        return used_ratio(self.spent, self.amount)


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """The cost of a day: `actual`, or Microsoft's forecast; None if it is not stated."""

    day: date
    actual: bool
    currency: str
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class MonthForecast:
    """What a month will have cost at its end."""

    currency: str
    cost: Decimal


class BalanceProperties(Balance, rename="camel", frozen=True, kw_only=True):
    """The enrollment's monetary commitment in one billing period; its currency may have trailing blanks."""

    stated_currency: str | None = msgspec.field(default=None, name="currency")

    @property
    def currency(self) -> str | None:
        return currency_code(self.stated_currency)


class BalanceResource(msgspec.Struct, frozen=True):
    """`Microsoft.Consumption/balances` of one billing period, which the id names."""

    properties: BalanceProperties
    id: str = ""

    @property
    def period(self) -> str:
        """The billing period as `yyyyMM`; empty where it is not stated so."""
        found = PERIOD.search(self.id)
        return found[1] if found else ""


class RunProperties(msgspec.Struct, rename="camel", frozen=True):
    """How a run of an export has ended, if it has."""

    status: str = ""
    submitted_time: str | None = None


class ExportRun(msgspec.Struct, frozen=True):
    """A run of an export."""

    properties: RunProperties


class RunHistory(msgspec.Struct, frozen=True):
    """The newest run, if there has been one."""

    value: tuple[ExportRun, ...] = ()


class ExportProperties(msgspec.Struct, rename="camel", frozen=True):
    """When an export runs next, and its newest run."""

    next_run_time_estimate: str | None = None
    run_history: RunHistory | None = None


class ExportResource(msgspec.Struct, frozen=True):
    """`Microsoft.CostManagement/exports`: an export that is set up at the scope."""

    name: str
    properties: ExportProperties

    @property
    def run(self) -> RunProperties | None:
        """The newest run by its submission."""
        history = self.properties.run_history or RunHistory()
        runs = [run.properties for run in history.value if run.properties.submitted_time]
        return max(runs, key=lambda run: instant(run.submitted_time or ""), default=None)

    @property
    def last_run(self) -> float | None:
        """When the newest run was submitted, in Unix seconds."""
        return instant(self.run.submitted_time).timestamp() if self.run and self.run.submitted_time else None

    @property
    def succeeded(self) -> int | None:
        """1 if the newest run has ended well, also without new data; 0 if it failed; None while it is not over."""
        status = self.run.status.lower() if self.run else ""
        return 1 if status in EXPORTED else 0 if status in NOT_EXPORTED else None

    @property
    def next_run(self) -> float | None:
        """When the export is expected to run next, in Unix seconds."""
        expected = self.properties.next_run_time_estimate
        return instant(expected).timestamp() if expected else None
