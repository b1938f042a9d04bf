"""A dashboard made of rows: its layout, its annotations and the links to the other dashboards."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from exporter.mixin.dashboards.panels import DATASOURCE, Json
from exporter.mixin.dashboards.variables import SOURCE, Variable
from exporter.mixin.links import DASHBOARDS

TAG = "azure-billing"
WIDTH = 24
CUSTOMER, SUBSCRIPTION = "azure-billing-customer", "azure-billing-subscription"
"""The dashboards of one customer (variables account, customer_id) and one subscription (account, subscription)."""


@dataclass(frozen=True)
class Annotation:
    """Instants that charts mark: those when `expr` has a series, checked once an hour.

    `text` may name labels as legends do.
    """

    name: str
    expr: str
    text: str
    colour: str

    def json(self) -> Json:
        """The JSON that Grafana stores."""
        return {
            "datasource": DATASOURCE,
            "enable": True,
            "hide": False,
            "iconColor": self.colour,
            "name": self.name,
            "tagKeys": "",
            "target": {"expr": self.expr, "interval": "1h", "refId": "Anno"},
            "textFormat": self.text,
            "titleFormat": self.name,
            "useValueForTime": "off",
        }


MONTH = Annotation("Month begins", "day_of_month() == 1 and hour() == 0", "UTC", "blue")
RELOADED = Annotation(
    "Configuration loaded",
    "max by (instance) (changes(azure_billing_exporter_config_last_reload_success_timestamp_seconds[1h])) > 0",
    "{{instance}}",
    "purple",
)
RESTATED = Annotation(
    "Data restated",
    "max by (account) (changes(azure_billing_exporter_collector_data_changed_timestamp_seconds"
    '{account=~"$account",collector=~"usagedetails_previous_month|usage_previous_month"}[1h])) > 0 '
    'or max by (account) (resets(azure_billing:cost:month_to_date{account=~"$account"}[1h])) > 0 '
    "unless on (account) max by (account) (changes(azure_billing:period:start_timestamp_seconds[1h])) > 0",
    "{{account}}: last month has changed, or a cost has decreased",
    "orange",
)
BUILT_IN: Json = {
    "builtIn": 1,
    "datasource": {"type": "grafana", "uid": "-- Grafana --"},
    "enable": True,
    "hide": True,
    "iconColor": "rgba(0, 211, 255, 1)",
    "name": "Annotations & Alerts",
    "type": "dashboard",
}


@dataclass(frozen=True)
class Row:
    """A heading and the panels below it, each with its width (of 24 columns) and height."""

    title: str
    panels: Sequence[tuple[Json, int, int]]


def dashboard(
    uid: str,
    title: str,
    description: str,
    variables: Sequence[Variable],
    rows: Sequence[Row],
    days: int = 30,
    annotations: Sequence[Annotation] = (MONTH, RESTATED, RELOADED),
) -> Json:
    """The JSON to import; the time range is the last `days` days."""
    return {
        "annotations": {"list": [BUILT_IN, *(annotation.json() for annotation in annotations)]},
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


def row_link(uid: str, **fields: str) -> str:
    """The URL of the dashboard about a row: variables by the title of the column with their value.

    The data source and the time range are kept.
    """
    chosen = (f"var-{name}=${{__data.fields.{column}:percentencode}}" for name, column in fields.items())
    return link(uid, *chosen, "${datasource:queryparam}", "${__url_time_range}")


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
