"""The dashboards as files: up to date, valid, and by the rules of Grafana's dashboard linter."""

import json
import re
from pathlib import Path

import pytest

from exporter.mixin.dashboards import BOARDS
from exporter.mixin.dashboards.board import CUSTOMER, SUBSCRIPTION
from exporter.mixin.dashboards.panels import WITHOUT_CENTS
from exporter.mixin.dashboards.tables import EMPTY
from tests.prometheus.boards import PANELS, TABLES, Json, panels, titled, titles
from tools.dashboards import main

ROOT = Path(__file__).parents[2]
CORE = {"timeseries", "stat", "table"}
UNITS = {"locale", "percentunit", "s", "reqps", "bytes", "none"}
ONE_SUBSCRIPTION = r'\w+{account="\$account",currency="\$currency",subscription_name="\$subscription"}'
"""A selection of few series."""
RAW = r"\bazure_cost_(?:daily|month_to_date|previous_month)\b"


def test_the_committed_dashboards_are_up_to_date() -> None:
    """The JSON is built, not edited."""
    assert main(["--check"]) == 0
    assert {f"{board['uid']}.json" for board in BOARDS} == {
        file.name for file in (ROOT / "grafana/dashboards").iterdir()
    }


@pytest.mark.parametrize("board", BOARDS, ids=titled)
def test_the_rules_of_grafanas_dashboard_linter(board: Json) -> None:
    """Its rules on job and instance apply to the dashboard *Exporter* only, because costs belong to accounts."""
    source, *others = board["templating"]["list"]
    variables = [variable for variable in others if variable["type"] != "textbox"]
    assert ("datasource", "Data source", "prometheus") == (source["name"], source["label"], source["query"])
    assert all(variable["refresh"] == 2 for variable in variables)  # on a change of the time range
    assert all(variable["datasource"]["uid"] == "${datasource}" for variable in variables)
    assert not board["editable"]
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    assert len({panel["title"] for panel in panels(board)}) == len(panels(board))
    for panel in panels(board):
        assert panel["title"]
        assert panel["description"].endswith(".")
        assert panel["type"] in CORE
        assert panel["datasource"]["uid"] == "${datasource}"
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
        assert panel["fieldConfig"]["defaults"]["noValue"]
        assert panel["targets"]
        for target in panel["targets"]:
            assert target["datasource"]["uid"] == "${datasource}"
            assert target["legendFormat"]
            counters = re.findall(r"(\w*)\(?\w+_(?:total|bucket)\{", target["expr"])
            assert set(counters) <= {"rate", "increase"}
            assert not re.search(r"\[\d+\w\]", target["expr"])
            assert ("rate(" in target["expr"] or "increase(" in target["expr"]) == (
                "$__rate_interval" in target["expr"]
            )


@pytest.mark.parametrize(("board", "panel"), PANELS, ids=titled)
def test_panels_read_recorded_series_and_few_points(board: Json, panel: Json) -> None:
    """A large enrollment has 100,000 series of usage; what changes once a day is not read every minute."""
    expressions = " ".join(target["expr"] for target in panel["targets"])
    assert not re.search(RAW, re.sub(ONE_SUBSCRIPTION, "", expressions))
    if panel["type"] == "timeseries" and re.search(r"azure:cost_|azure_b2c|azure_billing:(?:cost|budget)", expressions):
        assert panel["interval"] in {"1h", "1d"}


@pytest.mark.parametrize(("board", "panel"), PANELS, ids=titled)
def test_amounts_in_a_currency_without_a_minor_unit_have_no_decimals(board: Json, panel: Json) -> None:
    """In charts and stats, whose legends name the currency."""
    if panel["type"] == "table" or panel["fieldConfig"]["defaults"].get("decimals") != 2:
        return
    (override,) = (one for one in panel["fieldConfig"]["overrides"] if one["matcher"]["id"] == "byRegexp")
    assert override["properties"] == [{"id": "unit", "value": "locale"}, {"id": "decimals", "value": 0}]
    for target in panel["targets"]:
        assert re.search(WITHOUT_CENTS.strip("/"), target["legendFormat"].replace("{{currency}}", "JPY"))


@pytest.mark.parametrize(("board", "panel"), PANELS, ids=titled)
def test_large_amounts_are_shown_in_whole_units(board: Json, panel: Json) -> None:
    """In columns and figures, which show cents otherwise; the first override, so that those of columns take precedence.

    Lines of a chart would have one axis for each unit.
    """
    overrides = panel["fieldConfig"]["overrides"]
    places = [n for n, one in enumerate(overrides) if one["matcher"]["id"] == "byValue"]
    assert places in ([], [0])
    if places:
        assert panel["type"] != "timeseries"
        assert (panel["fieldConfig"]["defaults"]["unit"], panel["fieldConfig"]["defaults"]["decimals"]) == ("none", 2)


@pytest.mark.parametrize(("board", "panel"), TABLES, ids=titled)
def test_a_table_without_rows_says_so_and_a_cell_without_a_value_shows_a_dash(board: Json, panel: Json) -> None:
    """A dash alone would not say whether data is missing."""
    cells = [
        prop["value"]
        for one in panel["fieldConfig"]["overrides"]
        for prop in one["properties"]
        if prop["id"] == "noValue"
    ]
    assert EMPTY != panel["fieldConfig"]["defaults"]["noValue"]
    assert [EMPTY] * len(set(titles(panel).values())) == cells


@pytest.mark.parametrize("board", BOARDS, ids=titled)
def test_the_schema_and_the_links_are_valid(board: Json) -> None:
    """Schema 39, no inputs at import, and links only to these dashboards, which keep the data source and the time."""
    assert board["schemaVersion"] == 39
    assert "__inputs" not in board
    assert board["links"][0]["tags"] == board["tags"]
    assert board["links"][0]["includeVars"]
    assert board["links"][0]["keepTime"]
    text = json.dumps(board)
    linked = set(re.findall(r"/d/([\w-]+)\?", text))
    assert linked <= {other["uid"] for other in BOARDS} | {CUSTOMER, SUBSCRIPTION}
    for url in re.findall(r'"url": "(/d/[^"]+)"', text):
        assert "${datasource:queryparam}" in url


def test_panels_do_not_overlap() -> None:
    """On the grid of 24 columns."""
    for board in BOARDS:
        taken: set[tuple[int, int]] = set()
        for grid in (panel["gridPos"] for panel in board["panels"]):
            cells = {(grid["x"] + x, grid["y"] + y) for x in range(grid["w"]) for y in range(grid["h"])}
            assert set() == cells & taken
            assert grid["x"] + grid["w"] <= 24
            taken |= cells
