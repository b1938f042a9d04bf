"""Every panel on a real Prometheus: it parses, finds data, and never mixes currencies or APIs."""

import re

import pytest

from exporter.mixin.dashboards import BOARDS
from tests.prometheus.boards import PANELS, Json, choices, everything, filled, offered, panels, titled, titles
from tests.prometheus.conftest import Prometheus

NO_DATA_IN_THE_DEMO = {
    "azure_b2c_monthly_active_users": "Monthly active users",
    "azure_billing_exporter_collector_failures_total": "Failures by reason",
}
"""Families that need not be in the history of the simulated company, and their panels."""
MAY_BE_EMPTY = {"customer_name", "meter_name", "meter_category", "part", "subscription_name"}
"""Labels in legends that are not configured for every account."""
MAY_HAVE_NO_ROW = {"Firing alerts", "Failures by reason", "Cost per day", "Response time (95th percentile)"}
"""What need not be, or needs requests, or data of just before midnight (tested in test_customer_history.py)."""
SUMMED_OVER_LABELS = {"all others, {{currency}}", "all others"}


@pytest.mark.parametrize(("board", "panel"), PANELS, ids=titled)
def test_every_panel_finds_data_and_does_not_mix_currencies(prometheus: Prometheus, board: Json, panel: Json) -> None:
    """Each expression finds data for some selection of the variables; amounts of money always name their currency."""
    found: dict[str, int] = {}
    for choice in choices(prometheus, board):
        currencies = set()
        for target in panel["targets"]:
            series = prometheus.query(filled(target["expr"], choice))
            found[target["refId"]] = found.get(target["refId"], 0) + len(series)
            currencies |= {one["metric"].get("currency", "none stated") for one in series}
            assert not any(one["value"][1] == "NaN" for one in series)
            legend = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
            assert all(legend <= one["metric"].keys() | MAY_BE_EMPTY for one in series)
        if money(panel) and panel["type"] == "table":
            assert "currency" in titles(panel)
        elif money(panel):
            assert len(currencies) <= 1
            assert "none stated" not in currencies
        if "$currency" in panel["title"]:
            assert currencies <= {choice["currency"], "none stated"}
    names = {target["legendFormat"]: target["refId"] for target in panel["targets"]}
    optional = MAY_HAVE_NO_ROW | set(NO_DATA_IN_THE_DEMO.values())
    empty = {name for name, refid in names.items() if not found[refid]} - SUMMED_OVER_LABELS
    assert set() == empty or panel["title"] in optional


def money(panel: Json) -> bool:
    """Whether an amount is shown: a plain number with two decimals."""
    fields = [panel["fieldConfig"]["defaults"]]
    fields += [{prop["id"]: prop["value"] for prop in one["properties"]} for one in panel["fieldConfig"]["overrides"]]
    return any((field.get("unit"), field.get("decimals")) == ("none", 2) for field in fields) and (
        "currency" in str(panel["targets"])
    )


@pytest.mark.parametrize("board", BOARDS, ids=titled)
def test_every_variable_has_values(prometheus: Prometheus, board: Json) -> None:
    """For every selection of the variables before it."""
    for choice in choices(prometheus, board):
        for variable in board["templating"]["list"][1:]:
            assert offered(prometheus, variable, choice), variable["name"]


def test_the_first_currency_is_the_main_one(prometheus: Prometheus) -> None:
    """The company pays most in euros, although its sums in yen and kronor are larger numbers."""
    overview = BOARDS[0]
    account, currency = overview["templating"]["list"][1:3]
    choice = {"account": everything(prometheus, account, {})}
    totals = {
        one["metric"]["currency"]: float(one["value"][1])
        for one in prometheus.query("sum by (currency) (azure_billing:cost:month_to_date)")
    }
    assert max(totals, key=totals.__getitem__) == "JPY"
    found = offered(prometheus, currency, choice)
    assert sorted(totals) == sorted(found)
    assert "EUR" == found[0]


@pytest.mark.parametrize(
    ("uid", "selector"),
    [
        ("azure-billing-cost", 'azure_billing:cost:month_to_date{collector="usagedetails"}'),
        ("azure-billing-b2c", "azure_b2c_users"),
    ],
)
def test_all_accounts_are_those_of_the_api(prometheus: Prometheus, uid: str, selector: str) -> None:
    """No panel shows an account of another API if all accounts are selected."""
    (board,) = (one for one in BOARDS if one["uid"] == uid)
    accounts = {one["metric"]["account"] for one in prometheus.query(selector)}
    for choice in choices(prometheus, board):
        for panel in panels(board):
            for target in panel["targets"]:
                series = prometheus.query(filled(target["expr"], choice))
                found = {one["metric"]["account"] for one in series if "account" in one["metric"]}
                assert found <= accounts or panel["title"] == "Billed by Azure"


@pytest.mark.parametrize("board", BOARDS, ids=titled)
def test_every_label_and_family_exists(prometheus: Prometheus, board: Json) -> None:
    """A name without series would leave a panel empty."""
    labels, families = set(prometheus.get("labels")), set(prometheus.get("label/__name__/values"))
    families |= NO_DATA_IN_THE_DEMO.keys()
    labels |= {"part", "about", "customer", "severity", "credential", "reason"}  # of expressions, alerts and failures
    for panel in panels(board):
        expressions = " ".join(target["expr"] for target in panel["targets"])
        matched = set(re.findall(r"(\w+)(?:=~|!=|!~|=)\"", expressions))
        grouped = set(re.findall(r"\w+", " ".join(re.findall(r"(?:by|on) \(([^)]*)\)", expressions)))) - {"dimension"}
        assert set() == (matched | grouped) - labels
        assert set() == set(re.findall(r"\b(?:azure|partner_center|process)_[\w:]+", expressions)) - families
        if panel["type"] == "table":
            assert set() == {name for name in titles(panel) if not name.startswith("Value")} - labels


@pytest.mark.parametrize("board", BOARDS, ids=titled)
def test_annotations_are_valid(prometheus: Prometheus, board: Json) -> None:
    """Their expressions parse."""
    for choice in choices(prometheus, board):
        for annotation in board["annotations"]["list"][1:]:
            prometheus.query(filled(annotation["target"]["expr"], choice))
