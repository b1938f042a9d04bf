"""The panels of the dashboards, and their expressions for each selection of the variables."""

import re
from collections.abc import Iterator
from typing import Any

from exporter.mixin.dashboards import BOARDS
from tests.prometheus.conftest import Prometheus

Json = dict[str, Any]
Choice = dict[str, str]


def panels(board: Json) -> list[Json]:
    return [panel for panel in board["panels"] if panel["type"] != "row"]


PANELS = [(board, panel) for board in BOARDS for panel in panels(board)]
TABLES = [(board, panel) for board, panel in PANELS if panel["type"] == "table"]


def titled(part: Json) -> str:
    """The name of a dashboard or panel in the names of tests."""
    return str(part.get("uid") or part["title"])


def choices(prometheus: Prometheus, board: Json) -> Iterator[Choice]:
    """The possible selections: every value of each single-value variable, and *All* for the others."""
    found: list[Choice] = [{"__rate_interval": "1m", "__range": "30d", "account": ".*"}]
    for variable in board["templating"]["list"][1:]:
        if variable["type"] == "query" and variable["multi"]:
            found = [{**choice, variable["name"]: everything(prometheus, variable, choice)} for choice in found]
        else:
            found = [
                {**choice, variable["name"]: value}
                for choice in found
                for value in offered(prometheus, variable, choice)
            ]
    yield from found


def everything(prometheus: Prometheus, variable: Json, choice: Choice) -> str:
    """What *All* stands for."""
    return variable["allValue"] or f"({'|'.join(re.escape(value) for value in offered(prometheus, variable, choice))})"


def offered(prometheus: Prometheus, variable: Json, choice: Choice) -> list[str]:
    """The values of a variable, in the order of the data source; of a text, what it is at first."""
    if variable["type"] == "textbox":
        return [variable["query"]]
    return prometheus.variable(filled(variable["query"]["query"], choice), variable["regex"])


def filled(expression: str, choice: Choice) -> str:
    """The expression that Grafana sends."""
    escaped = {name: value.replace("\\", "\\\\") for name, value in choice.items()}
    return re.sub(r"\$(?:{([a-z_]\w*):pipe}|([a-z_]\w*))", lambda found: escaped[found[1] or found[2]], expression)


def titles(panel: Json) -> dict[str, str]:
    """The columns of a table, in order: the title by the name of the field."""
    (organized,) = (one["options"] for one in panel["transformations"] if one["id"] == "organize")
    order = [name for name in organized["indexByName"] if name in organized["renameByName"]]
    return {name: organized["renameByName"][name] for name in order} | {
        name: title for name, title in organized["renameByName"].items() if name == "Value"
    }
