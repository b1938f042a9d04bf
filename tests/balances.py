"""Accounts that read nothing but the balances of their enrollment, with one request to a canned service."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from tests.harness import Answer, CannedService

FAMILY = "azure_ea_total_usage"
GOOD = Answer({"currencyCode": "EUR", "totalUsage": 1})
OFF = ("usagedetails", "usagedetails_previous_month", "billingperiods", "marketplacecharges", "pricesheet")


def path(enrollment: object) -> str:
    """The path of the only request."""
    return f"/v3/enrollments/{enrollment}/balancesummary"


def answer(service: CannedService, enrollment: object, *answers: Answer) -> None:
    """What the service sends for the balances of an enrollment."""
    service.answer(path(enrollment), *answers)


def configuration(
    url: str,
    storage: Path,
    accounts: Mapping[str, object],
    *,
    more: str = "",
    every: Mapping[str, str] = MappingProxyType({}),
    key: str = "k",
) -> str:
    """The text for these accounts and their enrollments, with `more` settings of all, and some intervals."""
    off = ", ".join(f"{name}: {{enabled: false}}" for name in OFF)
    given = "".join(
        f'\n- {{name: {name}, enrollment: "{enrollment}", api_key: {key}, base_url: "{url}", {more} '
        f"reports: {{{off}, balancesummary: {{every: {every.get(name, '12h')}}}}}}}"
        for name, enrollment in accounts.items()
    )
    return f"ea:{given}\nstorage: {{path: {storage}}}\n"
