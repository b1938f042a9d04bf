"""Azure's own budgets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from exporter.simulator.cost_management.endpoints import Endpoint, Resource
from exporter.simulator.cost_management.errors import bad_request
from exporter.simulator.cost_management.selection import read_filter
from exporter.simulator.cost_management.sums import PRECISION
from exporter.simulator.costs.scopes import Scope
from exporter.simulator.server.answers import json_answer, origin

COST_ONLY = "properties/category eq 'Cost'"
MONTHS = {"Monthly": 1, "BillingMonth": 1, "Quarterly": 3, "Annually": 12}


@dataclass(frozen=True)
class Budget:
    """A budget: its grain, its amount, what it filters on; `new` has not been evaluated yet."""

    name: str
    grain: str
    amount: Decimal
    covers: tuple[tuple[str, str, str], ...] = ()
    """Kind (dimensions or tags), name and value of each condition."""
    new: bool = False
    forecast: bool = False


BUDGETS = {
    "enrollment": (
        Budget("Whole company", "Monthly", Decimal(6000), forecast=True),
        Budget("Quarter", "Quarterly", Decimal("17500.50")),
        Budget("Production", "Monthly", Decimal(2500), (("tags", "env", "prod"),)),
    ),
    "subscription": (
        Budget("Team", "Monthly", Decimal(1500), forecast=True),
        Budget("New year", "Annually", Decimal(12_000), (("dimensions", "ResourceGroupName", "rg-shop-db"),), new=True),
    ),
    "resource group": (
        Budget("Team", "Monthly", Decimal(300), (("dimensions", "MeterCategory", "Storage"), ("tags", "env", "prod"))),
    ),
}


class Budgets(Resource):
    """Budgets by scope; a subscription lists those of its resource groups too, under the same names."""

    def endpoints(self) -> Mapping[tuple[str, str], Endpoint]:
        return {("GET", f"Microsoft.{provider}/budgets"): self.get for provider in ("CostManagement", "Consumption")}

    async def get(self, request: Request, scope: Scope) -> Response:
        """All budgets; Microsoft.CostManagement lists alerts on reservations among them."""
        provider: str = request.path_params["provider"]
        listed = list(self._listed(scope, provider))
        if scope.kind == "subscription" and provider.lower() == "microsoft.costmanagement":
            listed.append(_reservation_alert(scope, provider))
        filtered = request.query_params.get("$filter")
        if filtered not in (None, COST_ONLY):
            raise bad_request(f"Invalid filter: {filtered}.")
        if filtered:
            listed = [one for one in listed if one["properties"]["category"] == "Cost"]
        size = self.access.switches.cost_management_budgets_page_size or len(listed) or 1
        text = request.query_params.get("$skiptoken", "0")
        offset = int(text) if text.isdecimal() else 0
        link = None
        if offset + size < len(listed):
            version = request.query_params["api-version"]
            link = f"{origin(request)}{request.url.path}?api-version={version}&$skiptoken={offset + size}"
            link += f"&$filter={filtered}" if filtered else ""
        page = listed[offset : offset + size]
        return json_answer({"value": page, "nextLink": link} if listed else {"value": []})

    def _listed(self, scope: Scope, provider: str) -> Iterator[dict[str, Any]]:
        for budget in BUDGETS.get(scope.kind, ()):
            yield self._budget(budget, scope, provider, f"{scope.path}/providers/{provider}/budgets/{budget.name}")
        tenant = self.access.world.azure
        if scope.path == tenant.subscription and (group := self.access.scopes.find(tenant.resource_group)):
            for budget in BUDGETS["resource group"]:
                # Without the leading slash, as in the documented sample.
                path = f"{group.path.lstrip('/')}/providers/{provider}/budgets/{budget.name}"
                yield self._budget(budget, group, provider, path)

    def _budget(self, budget: Budget, scope: Scope, provider: str, path: str) -> dict[str, Any]:
        today = self.access.world.ea.now().date()
        conditions = [
            {kind: {"name": name, "operator": "In", "values": [value]}} for kind, name, value in budget.covers
        ]
        stated: dict[str, Any] = {}
        if conditions:
            stated = conditions[0] if len(conditions) == 1 else {"and": conditions}
        properties: dict[str, Any] = {
            "timePeriod": {
                "startDate": f"{today.year}-01-01T00:00:00Z",
                "endDate": f"{today.year + 1}-12-31T00:00:00Z",
            },
            "timeGrain": budget.grain,
            "amount": budget.amount,
            "category": "Cost",
            "filter": stated,
            "notifications": _notifications(budget),
        }
        if not budget.new:
            spent = self._spent(budget, scope, stated, today)
            properties["currentSpend"] = {"amount": spent, "unit": "EUR"}
            if budget.forecast:
                expected = (spent / max(today.day - 1, 1) * 30).quantize(Decimal("0.01"))
                properties["forecastSpend"] = {"amount": expected, "unit": "EUR"}
        return _envelope(path, budget.name, provider, properties)

    def _spent(self, budget: Budget, scope: Scope, stated: dict[str, Any], today: date) -> Decimal:
        """The cost of the days before `today`, since budgets are evaluated once a day."""
        months = MONTHS[budget.grain]
        start = date(today.year, (today.month - 1) // months * months + 1, 1)
        covers = read_filter(stated, scope)
        with localcontext(prec=PRECISION):
            rows = scope.rows("ActualCost", start, today - timedelta(days=1))
            return sum((row.actual for row in rows if covers(row)), Decimal(0))


def _notifications(budget: Budget) -> dict[str, Any]:
    people = {"contactEmails": ["finance@pedalwerke.example"], "contactRoles": [], "contactGroups": []}
    actual = {"enabled": True, "operator": "GreaterThan", "threshold": 80, **people, "locale": "en-us"}
    found: dict[str, Any] = {
        "actual_GreaterThan_80_Percent": {**actual, "thresholdType": "Actual"},
        # Without a thresholdType, which then is Actual.
        "old_one": {**actual, "enabled": False, "operator": "GreaterThanOrEqualTo", "threshold": 100},
    }
    if budget.forecast:
        found["forecast_110"] = {**actual, "threshold": 110, "thresholdType": "Forecasted"}
    return found


def _reservation_alert(scope: Scope, provider: str) -> dict[str, Any]:
    """A budget without an amount, on the utilization of reservations."""
    conditions = {"dimensions": {"name": "ReservedResourceType", "operator": "In", "values": ["VirtualMachines"]}}
    properties = {
        "timePeriod": {"startDate": "2026-01-01T00:00:00Z", "endDate": "2027-12-31T00:00:00Z"},
        "timeGrain": "Last7Days",
        "category": "ReservationUtilization",
        "filter": conditions,
        "notifications": {},
    }
    return _envelope(f"{scope.path}/providers/{provider}/budgets/Unused", "Unused", provider, properties)


def _envelope(path: str, name: str, provider: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"id": path, "name": name, "type": f"{provider}/budgets", "eTag": '"1d34d012214157f"',
            "properties": properties}  # fmt: skip
