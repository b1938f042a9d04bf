"""Tables, made from the answers of a real Prometheus by the transformations of Grafana itself."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from exporter.mixin.dashboards import BOARDS
from exporter.mixin.dashboards.tables import SCOPES
from tests.process import required
from tests.prometheus.boards import TABLES, Json, choices, filled, panels, titled, titles
from tests.prometheus.conftest import Prometheus

ROOT = Path(__file__).parents[2]
PACKAGES = ROOT / ".venv/grafana/node_modules"
PROGRAM = Path(__file__).parent / "grafana/transformed.cjs"
Rows = list[dict[str, Any]]


def transformed(jobs: list[Json]) -> list[list[Rows]]:
    """The tables of each job, a panel's transformations with the results of its queries."""
    node = required("node")
    if not (PACKAGES / "@grafana/data").exists():
        reason = f"{PACKAGES.parent.relative_to(ROOT)} is not installed: make tools"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    done = subprocess.run(
        [node, str(PROGRAM)],
        input=json.dumps(jobs),
        env={**os.environ, "NODE_PATH": str(PACKAGES)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[list[Rows]] = json.loads(done.stdout)
    return found


def expected(panel: Json, results: list[list[Json]]) -> list[dict[str, Any]]:
    """One row per label set, with a value for each query that has it."""
    names = [name for name in titles(panel) if not name.startswith("Value")]
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    identity: list[str] = [name for name in names if any(name in one["metric"] for one in results[0])]
    for target, result in zip(panel["targets"], results, strict=True):
        column = titles(panel)["Value" if len(results) == 1 else f"Value #{target['refId']}"]
        for one in result:
            key = tuple(one["metric"].get(name, "") for name in identity)
            row = rows.setdefault(key, {titles(panel)[name]: one["metric"].get(name, "") for name in identity})
            assert column not in row
            row[column] = float(one["value"][1])
    return list(rows.values())


@pytest.mark.parametrize("board", BOARDS, ids=titled)
def test_each_row_of_a_table_is_complete(prometheus: Prometheus, board: Json) -> None:
    """The rows of all queries with the same labels become one row, with all of their values and no others."""
    jobs, wanted = [], []
    for choice in choices(prometheus, board):
        for panel in (panel for panel in panels(board) if panel["type"] == "table"):
            results = [prometheus.query(filled(target["expr"], choice)) for target in panel["targets"]]
            frames = [
                {"refId": target["refId"], "result": result}
                for target, result in zip(panel["targets"], results, strict=True)
            ]
            jobs.append({"transformations": panel["transformations"], "frames": frames})
            wanted.append((panel, choice, expected(panel, results) if any(results) else []))
    for (panel, choice, rows), tables in zip(wanted, transformed(jobs), strict=True):
        shown = [
            {name: _number(value) for name, value in row.items() if value not in (None, "")}
            for row in (tables[0] if tables else [])
        ]
        plain = [{name: value for name, value in row.items() if value != ""} for row in rows]
        assert len(tables) <= 1
        assert sorted(map(_sortable, plain)) == sorted(map(_sortable, shown)), (panel["title"], choice)
        assert len({tuple(_labels(row)) for row in shown}) == len(shown), (panel["title"], choice)


def _number(value: str | float) -> str | float:
    return value if isinstance(value, str) else float(value)


def _sortable(row: dict[str, Any]) -> str:
    return json.dumps(row, sort_keys=True)


def _labels(row: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in row.items() if isinstance(value, str))


@pytest.mark.parametrize(("board", "panel"), TABLES, ids=titled)
def test_a_limit_holds_for_all_queries_of_a_table(prometheus: Prometheus, board: Json, panel: Json) -> None:
    """The rows are those of the first query; with a limit of two the table has two rows."""
    if not any("topk(" in target["expr"] for target in panel["targets"]):
        return
    names = [name for name in titles(panel) if not name.startswith("Value")]
    for choice in choices(prometheus, board):
        rows = set()
        for target in panel["targets"]:
            expression = re.sub(r"topk\(\d+,", "topk(2,", filled(target["expr"], choice))
            rows |= {tuple(one["metric"].get(name, "") for name in names) for one in prometheus.query(expression)}
        assert len(rows) <= 2


@pytest.mark.parametrize(
    ("scope", "shown"),
    [
        ("/subscriptions/8b1a642d-16b5-44a8-9aef-819157154944", "subscription 8b1a642d"),
        ("/subscriptions/8b1a642d-16b5-44a8-9aef-819157154944/resourceGroups/rg-shop-web", "rg-shop-web in 8b1a642d"),
        ("/providers/Microsoft.Billing/billingAccounts/9689234", "billing account 9689234"),
        ("/providers/Microsoft.Management/managementGroups/retail", "management group retail"),
        ("other", "other"),
    ],
)
def test_scopes_are_shortened_to_what_identifies_them(scope: str, shown: str) -> None:
    """By the first pattern that matches, as in Grafana."""
    patterns = ((pattern.replace(r"\/", "/"), re.sub(r"\$(\d)", r"\\\1", text)) for pattern, text in SCOPES.items())
    found = (re.sub(pattern, text, scope) for pattern, text in patterns if re.search(pattern, scope))
    assert shown == next(found, scope)


@pytest.mark.parametrize(("board", "panel"), TABLES, ids=titled)
def test_styles_and_links_name_columns_of_the_table(board: Json, panel: Json) -> None:
    """Units, colours, widths and links are of columns that exist, as is the column that it is sorted by."""
    shown = set(titles(panel).values())
    (sort,) = panel["options"]["sortBy"]
    named = [one for one in panel["fieldConfig"]["overrides"] if one["matcher"]["id"] == "byName"]
    styled = {one["matcher"]["options"] for one in named}
    linked = set(re.findall(r"__data\.fields\.(\w+)", json.dumps(panel["fieldConfig"])))
    assert set() == ({sort["displayName"]} | styled | linked) - shown
    values = {title for name, title in titles(panel).items() if name.startswith("Value")}
    decimals = {
        one["matcher"]["options"] for one in named if any(prop["id"] == "decimals" for prop in one["properties"])
    }
    assert panel["fieldConfig"]["defaults"]["decimals"] == 2, "decimals of amounts must not vary within a column"
    assert decimals <= values
    assert decimals == values or "byValue" in {one["matcher"]["id"] for one in panel["fieldConfig"]["overrides"]}


@pytest.mark.parametrize(("board", "panel"), TABLES, ids=titled)
def test_a_table_of_one_currency_names_it_in_its_title(board: Json, panel: Json) -> None:
    """A column with the same text in each row would take the place of names; links still have its value."""
    concealed = {
        one["matcher"]["options"]
        for one in panel["fieldConfig"]["overrides"]
        if {"id": "custom.hidden", "value": True} in one["properties"]
    }
    if "currency" in titles(panel):
        assert (titles(panel)["currency"] in concealed) == ("$currency" in panel["title"])
