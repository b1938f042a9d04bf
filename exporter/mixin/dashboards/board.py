"""A dashboard made of rows: its variables, its layout and the links to the other dashboards."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from exporter.mixin.dashboards.panels import DATASOURCE, Json
from exporter.mixin.links import DASHBOARDS

TAG = "azure-billing"
WIDTH = 24
CLASSIC = 5
"""The type of a variable's query that is written as text: `label_values(…)`, `label_names(…)`, `query_result(…)`."""


@dataclass(frozen=True)
class Variable:
    """A dashboard variable whose values are those of a label; `query` selects them from the data source.

    A variable that is not `multi` has exactly one value, such as a currency: amounts in two can't be summed.
    """

    name: str
    label: str
    query: str
    multi: bool = True
    regex: str = ""

    def json(self) -> Json:
        """The JSON that Grafana stores."""
        return {
            "allValue": ".*" if self.multi else None,
            "current": {},
            "datasource": DATASOURCE,
            "definition": self.query,
            "hide": 0,
            "includeAll": self.multi,
            "label": self.label,
            "multi": self.multi,
            "name": self.name,
            "options": [],
            "query": {"qryType": CLASSIC, "query": self.query, "refId": self.name},
            "refresh": 2,
            "regex": self.regex,
            "skipUrlSync": False,
            "sort": 1,
            "type": "query",
        }


SOURCE: Json = {
    "current": {},
    "hide": 0,
    "includeAll": False,
    "label": "Data source",
    "multi": False,
    "name": "datasource",
    "options": [],
    "query": "prometheus",
    "refresh": 1,
    "regex": "",
    "skipUrlSync": False,
    "type": "datasource",
}


@dataclass(frozen=True)
class Row:
    """A heading and the panels below it, each with its width (of 24 columns) and height."""

    title: str
    panels: Sequence[tuple[Json, int, int]]


def dashboard(
    uid: str, title: str, description: str, variables: Sequence[Variable], rows: Sequence[Row], days: int = 30
) -> Json:
    """The JSON to import; the time range is the last `days` days."""
    return {
        "annotations": {"list": []},
        "description": description,
        "editable": False,
        "fiscalYearStartMonth": 0,
        "graphTooltip": 1,
        "id": None,
        "links": [_links()],
        "panels": _laid_out(rows),
        "refresh": "5m",
        "schemaVersion": 39,
        "tags": [TAG],
        "templating": {"list": [SOURCE, *(variable.json() for variable in variables)]},
        "time": {"from": f"now-{days}d", "to": "now"},
        "timepicker": {},
        "timezone": "utc",
        "title": title,
        "uid": uid,
        "version": 1,
        "weekStart": "",
    }


def link(uid: str, *variables: str) -> str:
    """The URL of a dashboard with the values of variables, each `var-name=value` or Grafana's `${name:queryparam}`."""
    return f"{DASHBOARDS}/{uid}?{'&'.join(variables)}"


def _links() -> Json:
    return {
        "asDropdown": False,
        "icon": "external link",
        "includeVars": True,
        "keepTime": True,
        "tags": [TAG],
        "targetBlank": False,
        "title": "",
        "tooltip": "",
        "type": "dashboards",
        "url": "",
    }


def _laid_out(rows: Sequence[Row]) -> list[Json]:
    """Panels with ids and positions, from left to right and from top to bottom."""
    panels: list[Json] = []
    top = 0

    def place(panel: Json, **grid: int) -> None:
        panels.append(panel | {"id": len(panels) + 1, "gridPos": grid})

    for row in rows:
        heading: dict[str, Any] = {"type": "row", "title": row.title, "collapsed": False, "panels": []}
        place(heading, x=0, y=top, w=WIDTH, h=1)
        top, left, height = top + 1, 0, 0
        for panel, width, panel_height in row.panels:
            if left + width > WIDTH:
                top, left, height = top + height, 0, 0
            place(panel, x=left, y=top, w=width, h=panel_height)
            left, height = left + width, max(height, panel_height)
        top += height
    return panels
