"""Budgets that are set in Azure, as listed for a scope."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from exporter.apis.cost_management.collectors import Budgets
from exporter.errors import Malformed, Rejected
from tests.apis.cost_scopes import SUBSCRIPTION, Collected, ScopeHarness
from tests.harness import Answer, CannedService

LIST = f"{SUBSCRIPTION}/providers/Microsoft.Consumption/budgets"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-shop"


def spend(amount: float, unit: str | None = "EUR") -> dict[str, object]:
    return {"amount": amount, "unit": unit}


def budget(name: str, scope: str = SUBSCRIPTION, **properties: Any) -> dict[str, object]:
    known = {
        "category": "Cost",
        "amount": 1000.0,
        "timeGrain": "Monthly",
        "timePeriod": {"startDate": "2026-01-01T00:00:00Z", "endDate": "2027-12-31T00:00:00Z"},
        "currentSpend": spend(250.5),
        "filter": {},
        "notifications": {"a": {"enabled": True, "threshold": 80.0, "contactEmails": ["finance@contoso.example"]}},
    }
    return {
        "id": f"{scope}/providers/Microsoft.Consumption/budgets/{name}",
        "name": name,
        "type": "Microsoft.Consumption/budgets",
        "eTag": '"1d34d012214157f"',
        "properties": {key: value for key, value in {**known, **properties}.items() if value is not None},
    }


def answer(*budgets: object, link: str | None = None) -> Answer:
    return Answer({"value": budgets, "nextLink": link})


def collected(canned: CannedService, *budgets: object, **arguments: Any) -> Collected:
    canned.answer(LIST, answer(*budgets))
    return ScopeHarness(canned).collect(Budgets, **arguments)


def test_a_budget_has_its_amount_what_is_spent_and_the_forecast(canned: CannedService) -> None:
    """By name, scope, time grain as Azure spells it, and currency; with the header that names the program."""
    found = collected(canned, budget("team", timeGrain="BillingQuarter", forecastSpend=spend(1100.25)))
    labels = "team", SUBSCRIPTION, "BillingQuarter", "EUR"
    assert {
        "azure_budget_amount": {labels: Decimal("1000.0")},
        "azure_budget_spent": {labels: Decimal("250.5")},
        "azure_budget_used_ratio": {labels: Decimal("0.2505")},
        "azure_budget_forecast": {labels: Decimal("1100.25")},
        "azure_budget_end_timestamp_seconds": {labels: 1830211200.0},
        "azure_budget_threshold_ratio": {
            ("info",): Decimal("0.5"),
            ("warning",): Decimal("0.8"),
            ("critical",): Decimal("1.0"),
        },
    } == found.samples
    ((path, headers),) = canned.received
    assert f"{LIST}?api-version=2024-08-01" == path
    assert "azure-billing-exporter" == headers["clienttype"]


def test_the_thresholds_of_azures_budgets_are_configured_for_the_account(canned: CannedService) -> None:
    """A severity that is left out has no threshold."""
    canned.answer(LIST, answer(budget("team")))
    found = ScopeHarness(canned, options={"azure_budget_thresholds": {"warning": 0.9}}).collect(Budgets)
    assert {("warning",): Decimal("0.9")} == found.samples["azure_budget_threshold_ratio"]


def test_names_repeat_and_ids_do_not(canned: CannedService) -> None:
    """A subscription's list has the budgets of its resource groups, whose ids may lack the slash."""
    nested = budget("team", GROUP.lstrip("/"), amount=80, currentSpend=spend(0))
    found = collected(canned, budget("team"), nested).samples["azure_budget_used_ratio"]
    assert {
        ("team", SUBSCRIPTION, "Monthly", "EUR"): Decimal("0.2505"),
        ("team", GROUP, "Monthly", "EUR"): Decimal(0),
    } == found


def test_all_pages_are_read(canned: CannedService) -> None:
    """And a budget that comes again, in another spelling of its id, counts once."""
    link = f"{canned.url}{LIST}?api-version=2024-08-01&$skiptoken=2"
    canned.answer(LIST, answer(budget("a"), link=link), answer(budget("b"), budget("a", SUBSCRIPTION.upper())))
    found = ScopeHarness(canned).collect(Budgets)
    assert ["a", "b"] == [labels[0] for labels in found.samples["azure_budget_amount"]]
    assert {Decimal(1000)} == set(found.samples["azure_budget_amount"].values())


def test_one_id_with_two_contents_is_malformed(canned: CannedService) -> None:
    """Nobody can say which one is right."""
    with pytest.raises(Malformed, match=r"budgets 202611: 'a' of .* is listed twice, and differs"):
        collected(canned, budget("a"), budget("a", amount=2))


@pytest.mark.parametrize("id_", ["", "a", "/providers/Microsoft.Consumption/budgets/a", f"{SUBSCRIPTION}/budgets/a"])
def test_an_id_that_is_no_budget_is_malformed(canned: CannedService, id_: str) -> None:
    """Scope and name come from it."""
    with pytest.raises(Malformed, match="not the id of a budget"):
        collected(canned, budget("a") | {"id": id_})


def test_a_budget_of_reservations_is_no_budget_of_costs(canned: CannedService) -> None:
    """It has no amount."""
    other = budget("ri", category="ReservationUtilization", timeGrain="Last7Days", amount=None, currentSpend=None)
    found = collected(canned, other, budget("a"))
    assert ["a"] == [labels[0] for labels in found.samples["azure_budget_amount"]]
    assert [] == found.run.warnings


def test_a_new_budget_is_in_the_only_currency_of_the_account(canned: CannedService) -> None:
    """Until Azure has evaluated it, it has an amount and nothing is known of what is spent: that is not zero."""
    found = collected(canned, budget("old"), budget("new", currentSpend=None, amount=12000)).samples
    labels = "new", SUBSCRIPTION, "Monthly", "EUR"
    assert Decimal(12000) == found["azure_budget_amount"][labels]
    assert labels not in found["azure_budget_spent"]
    assert labels not in found["azure_budget_used_ratio"]


def test_a_new_budget_alone_is_in_the_currency_that_is_published(canned: CannedService) -> None:
    """In the first hours of a month, nothing may be evaluated yet."""
    before = collected(canned, budget("old"))
    after = collected(canned, budget("old", currentSpend=None), published=before.published)
    assert {("old", SUBSCRIPTION, "Monthly", "EUR"): Decimal(1000)} == after.samples["azure_budget_amount"]


@pytest.mark.parametrize("others", [(), (budget("e"), budget("d", currentSpend=spend(1, "USD")))])
def test_a_budget_in_an_unknown_currency_is_absent(canned: CannedService, others: tuple[object, ...]) -> None:
    """With a warning."""
    found = collected(canned, budget("new", currentSpend=None), *others)
    assert "new" not in {labels[0] for labels in found.samples["azure_budget_amount"]}
    assert [
        f"budgets 202611: budget 'new' of {SUBSCRIPTION} is absent: it states no currency until Azure has evaluated it"
    ] == found.run.warnings


def test_what_is_spent_without_a_unit_is_in_the_only_currency(canned: CannedService) -> None:
    """And a unit may have trailing blanks."""
    found = collected(canned, budget("a", currentSpend=spend(1, None)), budget("b", currentSpend=spend(2, "EUR  ")))
    assert {"EUR"} == {labels[3] for labels in found.samples["azure_budget_spent"]}
    assert 2 == len(found.samples["azure_budget_spent"])


def test_a_forecast_in_another_currency_is_left_out(canned: CannedService) -> None:
    """Currencies never mix."""
    found = collected(canned, budget("a", forecastSpend=spend(9, "USD"))).samples
    assert {} == found["azure_budget_forecast"]
    assert 1 == len(found["azure_budget_amount"])


def test_a_budget_of_zero_has_no_used_ratio(canned: CannedService) -> None:
    """Although any cost exceeds it."""
    found = collected(canned, budget("a", amount=0)).samples
    assert {} == found["azure_budget_used_ratio"]
    assert [Decimal("250.5")] == list(found["azure_budget_spent"].values())


@pytest.mark.parametrize(
    ("period", "now", "published"),
    [
        ({"startDate": "2026-12-01T00:00:00Z", "endDate": None}, datetime(2026, 11, 30, 23, tzinfo=UTC), False),
        ({"startDate": "2026-12-01T00:00:00Z", "endDate": None}, datetime(2026, 12, 1, tzinfo=UTC), True),
        ({"startDate": "2026-01-01", "endDate": "2026-11-30T00:00:00Z"}, datetime(2026, 11, 30, 23, tzinfo=UTC), True),
        ({"startDate": "2026-01-01", "endDate": "2026-11-30T00:00:00Z"}, datetime(2026, 12, 1, tzinfo=UTC), False),
        ({}, datetime(2026, 12, 1, tzinfo=UTC), True),
        (None, datetime(2026, 12, 1, tzinfo=UTC), True),
    ],
)
def test_a_budget_counts_within_its_period(
    canned: CannedService, period: dict[str, object] | None, now: datetime, published: bool
) -> None:
    """What was last spent of an ended one stays in Azure for ever."""
    found = collected(canned, budget("a", timePeriod=period), now=now)
    assert published == bool(found.samples["azure_budget_amount"])
    assert [] == found.run.warnings


@pytest.mark.parametrize("empty", [answer(), Answer(status=204)])
def test_a_scope_without_budgets(canned: CannedService, empty: Answer) -> None:
    """Is no failure."""
    canned.answer(LIST, empty)
    assert not any(ScopeHarness(canned).collect(Budgets).samples.values())


def test_a_refusal_says_which_role_is_missing(canned: CannedService) -> None:
    """Of the scope."""
    body = {"error": {"code": "RBACAccessDenied", "message": "The client does not have authorization."}}
    canned.answer(LIST, Answer(body, 403))
    with pytest.raises(Rejected, match=f'Cost Management Reader.*--scope "{SUBSCRIPTION}"'):
        ScopeHarness(canned).collect(Budgets)


def test_a_link_that_leads_away_gets_no_token(canned: CannedService) -> None:
    """Whatever the answer says."""
    canned.answer(LIST, answer(budget("a"), link="https://attacker.example/budgets"))
    with pytest.raises(Malformed, match="a link leads away"):
        ScopeHarness(canned).collect(Budgets)


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "1e999999"])
def test_an_amount_that_is_no_number_is_malformed(canned: CannedService, amount: str) -> None:
    """Whatever its spelling."""
    with pytest.raises(Malformed):
        collected(canned, budget("a", amount=amount), budget("a", amount=amount))
