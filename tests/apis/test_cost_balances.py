"""The balance of an enrollment through Azure Resource Manager."""

from decimal import Decimal
from typing import Any

import pytest

from exporter.apis.cost_management.collectors import Balances
from exporter.errors import Malformed, Rejected
from tests.apis.cost_scopes import ENROLLMENT, Collected, ScopeHarness
from tests.harness import Answer, CannedService

BALANCES = f"{ENROLLMENT}/providers/Microsoft.Consumption/balances"
PROPERTIES = {
    "currency": "EUR  ",
    "beginningBalance": 1000.0,
    "endingBalance": 876.55,
    "newPurchases": 0,
    "adjustments": -3.45,
    "totalOverage": 0.0,
    "newPurchasesDetails": [{"name": "", "value": 1}, {"name": "Promo", "value": 2}],
    "adjustmentDetails": [{"name": "Promo Credit", "value": 1.1}, {"name": "Promo Credit", "value": 2.2}],
    "billingFrequency": "Month",
    "priceHidden": False,
    "overageRefund": 0.0,
}


def answer(period: str = "202611", **properties: Any) -> Answer:
    path = f"{ENROLLMENT}/billingPeriods/{period}/providers/Microsoft.Consumption/balances/balanceId1"
    return Answer({"id": path, "name": "balanceId1", "properties": {**PROPERTIES, **properties}})


def collected(canned: CannedService, found: Answer) -> Collected:
    canned.answer(BALANCES, found)
    return ScopeHarness(canned, ENROLLMENT).collect(Balances)


def test_the_amounts_are_those_of_the_retired_report(canned: CannedService) -> None:
    """In the currency without its blanks; zero is zero, and what is not stated is absent."""
    found = collected(canned, answer()).samples
    assert {("EUR",): Decimal("876.55")} == found["azure_ea_ending_balance"]
    assert {("EUR",): Decimal("-3.45")} == found["azure_ea_adjustments"]
    assert {("EUR",): Decimal(0)} == found["azure_ea_total_overage"]
    assert {} == found["azure_ea_utilized"]
    assert {("100", "EUR"): 1} == found["azure_ea_enrollment_info"]
    assert {("", "EUR"): 1, ("Promo", "EUR"): 2} == found["azure_ea_new_purchase_detail"]
    assert {("Promo Credit", "EUR"): Decimal("3.3")} == found["azure_ea_adjustment_detail"]


def test_the_service_decides_which_period_is_the_current_one(canned: CannedService) -> None:
    """The request names none; the answer's id does."""
    found = collected(canned, answer("202610"))
    assert "202610" == found.run.period
    ((path, headers),) = canned.received
    assert f"{BALANCES}?api-version=2024-08-01" == path
    assert "azure-billing-exporter" == headers["clienttype"]


def test_a_period_without_a_balance(canned: CannedService) -> None:
    """Is no failure."""
    assert not any(collected(canned, Answer(status=204)).samples.values())


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (Answer({"id": "x", "properties": {"currency": "EUR"}}), "states no amount"),
        (answer(currency=None), "states no currency"),
        (answer(currency="euros"), "states no currency"),
        (Answer({"id": "x"}), "missing required field"),
        (Answer([]), "balances"),
        (answer(utilized="sNaN"), "would be sNaN"),
    ],
)
def test_what_states_too_little_is_malformed(canned: CannedService, bad: Answer, message: str) -> None:
    """It is not an empty balance."""
    with pytest.raises(Malformed, match=message):
        collected(canned, bad)


def test_a_refusal_says_how_to_grant_the_role(canned: CannedService) -> None:
    """Which the portal can't."""
    body = {"error": {"code": "401", "message": "No claims present for the caller"}}
    with pytest.raises(Rejected, match="EnrollmentReader"):
        collected(canned, Answer(body, 401))
