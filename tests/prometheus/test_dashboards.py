"""Every panel on a real Prometheus: it parses, finds data, and never sums two currencies."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exporter.mixin.dashboards import BOARDS
from tests.prometheus.conftest import Prometheus
from tools.dashboards import main

ROOT = Path(__file__).parents[2]
CORE = {"timeseries", "stat", "bargauge", "table", "row"}
UNITS = {"locale", "percentunit", "s", "d", "reqps", "bytes", "none"}
NO_DATA_IN_THE_DEMO = {"azure_b2c_monthly_active_users": "Monthly active users"}
"""Families that the simulated company does not publish, as in tests/test_completeness.py, and their panels."""
Json = dict[str, Any]
MAY_BE_EMPTY = {"customer_name", "meter_name", "subscription_name"}
"""Labels in legends that are not configured for every account."""


def panels(board: Json) -> list[Json]:
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def named(board: Json) -> str:
    return str(board["uid"])


def titled(part: Json) -> str:
    return str(part.get("uid") or part["title"])


PANELS = [(board, panel) for board in BOARDS for panel in panels(board)]
MERGED = [(board, panel) for board, panel in PANELS if panel["type"] == "table" and len(panel["targets"]) > 1]


def values(prometheus: Prometheus, board: Json) -> Iterator[dict[str, str]]:
    """The possible selections: every value of each single-value variable, and `All` for the others."""
    choices: list[dict[str, str]] = [{"__rate_interval": "1m", "account": ".*"}]
    for variable in board["templating"]["list"][1:]:
        if variable["multi"]:
            choices = [{**choice, variable["name"]: ".*"} for choice in choices]
        else:
            choices = [
                {**choice, variable["name"]: value}
                for choice in choices
                for value in offered(prometheus, variable, choice)
            ]
    yield from choices


def offered(prometheus: Prometheus, variable: Json, choice: dict[str, str]) -> list[str]:
    return prometheus.variable(filled(variable["query"]["query"], choice), variable["regex"])


def filled(expression: str, choice: dict[str, str]) -> str:
    return re.sub(r"\$(\w+)", lambda found: choice[found[1]], expression)


def test_the_committed_dashboards_are_up_to_date() -> None:
    """The JSON is built, not edited."""
    assert main(["--check"]) == 0
    assert {f"{board['uid']}.json" for board in BOARDS} == {
        file.name for file in (ROOT / "grafana/dashboards").iterdir()
    }


@pytest.mark.parametrize(("board", "panel"), PANELS, ids=titled)
def test_every_panel_finds_data_and_does_not_mix_currencies(prometheus: Prometheus, board: Json, panel: Json) -> None:
    """Each expression finds data for some selection of the variables; amounts of money always name their currency."""
    money = panel["fieldConfig"]["defaults"].get("decimals") == 2
    found: dict[str, int] = {}
    for choice in values(prometheus, board):
        currencies = set()
        for target in panel["targets"]:
            expression = filled(target["expr"], choice).removesuffix(" > 0")  # no collector fails in the simulation
            series = prometheus.query(expression)
            found[target["refId"]] = found.get(target["refId"], 0) + len(series)
            currencies |= {one["metric"].get("currency", "none stated") for one in series}
            legend = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
            assert all(legend <= one["metric"].keys() | MAY_BE_EMPTY for one in series)
        if panel["type"] == "table":
            assert "none stated" not in currencies or not has_money(panel)
            assert "currency" in columns(panel) or not has_money(panel)
        elif money:
            assert len(currencies) <= 1
            assert "none stated" not in currencies
            assert "$currency" in panel["title"] or "currency" in json.dumps(panel["targets"])
    assert all(found.values()) or panel["title"] in NO_DATA_IN_THE_DEMO.values(), found


@pytest.mark.parametrize(("board", "panel"), MERGED, ids=titled)
def test_tables_merge_the_queries_into_one_row(prometheus: Prometheus, board: Json, panel: Json) -> None:
    """Only columns that are shown are left when rows are merged, and they identify a row of each query."""
    assert ["filterFieldsByName", "merge", "organize"] == [one["id"] for one in panel["transformations"]]
    shown = [name for name in columns(panel) if not name.startswith("Value")]
    for choice in values(prometheus, board):
        for target in panel["targets"]:
            found = prometheus.query(filled(target["expr"], choice))
            keys = [tuple(one["metric"].get(name) for name in shown) for one in found]
            assert len(set(keys)) == len(keys)


def columns(panel: Json) -> dict[str, int]:
    (organized,) = (one["options"] for one in panel["transformations"] if one["id"] == "organize")
    return dict(organized["indexByName"])


def has_money(panel: Json) -> bool:
    return '"decimals", "value": 2' in json.dumps(panel["fieldConfig"]["overrides"])


@pytest.mark.parametrize("board", BOARDS, ids=named)
def test_every_variable_has_values(prometheus: Prometheus, board: Json) -> None:
    """For every selection of the variables before it."""
    for choice in values(prometheus, board):
        for variable in board["templating"]["list"][1:]:
            assert offered(prometheus, variable, choice), variable["name"]


@pytest.mark.parametrize("board", BOARDS, ids=named)
def test_every_label_and_family_exists(prometheus: Prometheus, board: Json) -> None:
    """A name without series would leave a panel empty."""
    labels, families = set(prometheus.get("labels")), set(prometheus.get("label/__name__/values"))
    families |= NO_DATA_IN_THE_DEMO.keys()
    for panel in panels(board):
        expressions = " ".join(target["expr"] for target in panel["targets"])
        matched = set(re.findall(r"(\w+)(?:=~|!=|!~|=)\"", expressions))
        grouped = set(re.findall(r"\w+", " ".join(re.findall(r"(?:by|on) \(([^)]*)\)", expressions)))) - {"dimension"}
        assert set() == (matched | grouped) - labels
        assert set() == set(re.findall(r"\b(?:azure|partner_center|process)_[\w:]+", expressions)) - families
        if panel["type"] == "table":
            assert set() == {name for name in columns(panel) if not name.startswith("Value")} - labels


@pytest.mark.parametrize("board", BOARDS, ids=named)
def test_the_rules_of_grafanas_dashboard_linter(board: Json) -> None:
    """Its rules on job and instance apply to the dashboard *Exporter* only, because costs belong to accounts."""
    source, *variables = board["templating"]["list"]
    assert ("datasource", "Data source", "prometheus") == (source["name"], source["label"], source["query"])
    assert all(variable["refresh"] == 2 for variable in variables)  # on a change of the time range
    assert all(variable["datasource"]["uid"] == "${datasource}" for variable in variables)
    assert not board["editable"]
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
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


@pytest.mark.parametrize("board", BOARDS, ids=named)
def test_the_schema_and_the_links_are_valid(board: Json) -> None:
    """Schema 39, no inputs at import, and links only to dashboards of this repository."""
    assert board["schemaVersion"] == 39
    assert "__inputs" not in board
    assert board["links"][0]["tags"] == board["tags"]
    linked = set(re.findall(r"/d/([\w-]+)", json.dumps(board)))
    assert linked <= {other["uid"] for other in BOARDS}


def test_panels_do_not_overlap() -> None:
    """On the grid of 24 columns."""
    for board in BOARDS:
        taken: set[tuple[int, int]] = set()
        for grid in (panel["gridPos"] for panel in board["panels"]):
            cells = {(grid["x"] + x, grid["y"] + y) for x in range(grid["w"]) for y in range(grid["h"])}
            assert set() == cells & taken
            assert grid["x"] + grid["w"] <= 24
            taken |= cells
