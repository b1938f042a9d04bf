"""The requests of each report of a scope, for people."""

from collections.abc import Mapping

from exporter.apis.cost_management.client import BALANCES, BUDGETS, EXPORTS, FORECAST
from exporter.apis.cost_management.downloads import cost_details, query
from exporter.apis.cost_management.price_sheets import RESOURCE as PRICES
from exporter.apis.cost_management.scope import Kind
from exporter.apis.cost_management.settings import Settings

SCOPE = "/{scope}/providers"
OPERATION = ("GET {operation}", "GET {download}")
"""What a prepared report is read from: the operation that the service names, and the file that it then names."""


def endpoints(settings: Settings) -> Mapping[str, tuple[str, ...]]:
    """Methods and path templates by report; `{…}` is what differs between requests or scopes."""
    costs = _costs(settings)
    enrollment = settings.place is not None and settings.place.kind is Kind.ENROLLMENT
    period = "/billingPeriods/{billingPeriod}" if enrollment else ""
    return {
        "usage": costs,
        "usage_previous_month": costs,
        "commitments": costs,
        "budgets": (f"GET {SCOPE}/{BUDGETS}",),
        "forecast": (f"POST {SCOPE}/{FORECAST}",),
        "balances": (f"GET {SCOPE}/{BALANCES}",),
        "pricesheet": (f"POST /{{scope}}{period}/providers/{PRICES}", *OPERATION),
        "exports": (f"GET {SCOPE}/{EXPORTS}",),
    }


def _costs(settings: Settings) -> tuple[str, ...]:
    match settings.usage.download:
        case "query":
            return (f"POST {SCOPE}/{query.RESOURCE}",)
        case "cost_details":
            return f"POST {SCOPE}/{cost_details.RESOURCE}", *OPERATION
        case _ if settings.usage.export and settings.usage.export.path:
            return ("the files of the export's directory",)
        case _:
            return "GET /{container}", "GET /{container}/{blob}"
