"""Grafana's core panels, as functions that return their JSON (classic schema 39)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}


@dataclass(frozen=True)
class Unit:
    """A Grafana unit and the number of decimals to show."""

    id: str
    decimals: int | None = None


MONEY = Unit("locale", 2)
"""Grafana has a unit for each currency but none that follows a variable. So money is a plain number with thousands
separators, and legends, columns or titles name the currency."""
COUNT, RATIO, SECONDS, DAYS = Unit("locale", 0), Unit("percentunit", 1), Unit("s"), Unit("locale", 1)
"""Days are plain numbers, since Grafana shows many of them as weeks, and the next row as months."""
PER_SECOND, BYTES, NONE = Unit("reqps"), Unit("bytes"), Unit("none")
BUDGET = ((0, "green"), (0.5, "blue"), (0.8, "orange"), (1, "red"))
"""Colours of a budget by its used ratio, at the thresholds of the alerts."""
EMPTY = "-"
"""What a cell of a table without a value shows."""
Steps: TypeAlias = Sequence[tuple[float, str]]


@dataclass(frozen=True)
class Query:
    """An expression and the legend of its series; in a table, the title of the value column."""

    expr: str
    legend: str = ""


def timeseries(title: str, description: str, unit: Unit, *queries: Query, stacked: bool = False, **more: Any) -> Json:
    """Lines or stacked areas."""
    custom: Json = {"lineWidth": 1, "fillOpacity": 30 if stacked else 8, "showPoints": "auto", "spanNulls": 86_400_000}
    custom["stacking"] = {"group": "A", "mode": "normal" if stacked else "none"}
    options = {
        "legend": {"calcs": ["lastNotNull"], "displayMode": "table", "placement": "right", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    return _panel("timeseries", title, description, unit, queries, options, custom=custom, instant=False, **more)


def stat(title: str, description: str, unit: Unit, *queries: Query, **more: Any) -> Json:
    """The newest value of each series with its name."""
    options = {
        "colorMode": "value",
        "graphMode": "none",
        "justifyMode": "auto",
        "orientation": "auto",
        "reduceOptions": _newest(),
        "textMode": "value_and_name",
    }
    return _panel("stat", title, description, unit, queries, options, **more)


def bars(title: str, description: str, unit: Unit, *queries: Query, **more: Any) -> Json:
    """A horizontal bar for the newest value of each series."""
    options = {
        "displayMode": "basic",
        "orientation": "horizontal",
        "reduceOptions": _newest(),
        "showUnfilled": True,
        "valueMode": "color",
    }
    return _panel("bargauge", title, description, unit, queries, options, **more)


def table(
    title: str,
    description: str,
    columns: Mapping[str, str],
    *queries: Query,
    sort: str,
    units: Mapping[str, Unit],
    steps: Mapping[str, Steps] | None = None,
    links: Mapping[str, tuple[str, str]] | None = None,
) -> Json:
    """One row per label set and one column per query; `columns` maps the labels to show, in order, to their titles.

    `units` and `steps` (colours) are by column; `links` maps a column to its link text and address. Sorted by the
    column `sort`, largest first. Columns that are not shown, such as the name of a family, are removed before the rows
    are merged: rows that differ in them would stay apart.
    """
    heads = dict(columns)
    values = {f"Value #{chr(65 + n)}": query.legend for n, query in enumerate(queries)}
    order = [*heads, *values]
    overrides = [_override(column, [("unit", unit.id), ("decimals", unit.decimals)]) for column, unit in units.items()]
    for column, thresholds in (steps or {}).items():
        cell = {"mode": "basic", "type": "color-background"}
        overrides.append(_override(column, [("thresholds", _steps(thresholds)), ("custom.cellOptions", cell)]))
    for column, (text, address) in (links or {}).items():
        overrides.append(_override(column, [("links", [{"title": text, "url": address}])]))
    panel = _panel(
        "table",
        title,
        description,
        NONE,
        queries,
        {"cellHeight": "sm", "showHeader": True, "sortBy": [{"desc": True, "displayName": sort}]},
        custom={"align": "auto", "cellOptions": {"type": "auto"}, "filterable": True, "minWidth": 90},
        table=True,
        no_value=EMPTY,
    )
    panel["fieldConfig"]["overrides"] = overrides
    panel["transformations"] = [
        {
            "id": "filterFieldsByName",
            "options": {"include": {"names": order if len(queries) > 1 else [*heads, "Value"]}},
        },
        {"id": "merge", "options": {}},
        {
            "id": "organize",
            "options": {
                "excludeByName": {},
                "indexByName": {name: place for place, name in enumerate(order)},
                "renameByName": heads | values | ({"Value": queries[0].legend} if len(queries) == 1 else {}),
            },
        },
    ]
    return panel


def _panel(
    kind: str,
    title: str,
    description: str,
    unit: Unit,
    queries: Sequence[Query],
    options: Json,
    *,
    custom: Json | None = None,
    instant: bool = True,
    table: bool = False,
    steps: Steps = ((0, "text"),),
    mappings: Sequence[Json] = (),
    no_value: str = "no data",
    **bounds: float,
) -> Json:
    defaults: Json = {
        "color": {"mode": "palette-classic" if kind == "timeseries" else "thresholds"},
        "custom": custom or {},
        "decimals": unit.decimals,
        "mappings": list(mappings),
        "noValue": no_value,
        "thresholds": _steps(steps),
        "unit": unit.id,
        **bounds,
    }
    return {
        "type": kind,
        "title": title,
        "description": description,
        "datasource": DATASOURCE,
        "fieldConfig": {"defaults": {k: v for k, v in defaults.items() if v is not None}, "overrides": []},
        "options": options,
        "targets": [
            {
                "datasource": DATASOURCE,
                "editorMode": "code",
                "expr": query.expr,
                "format": "table" if table else "time_series",
                "instant": instant,
                "legendFormat": query.legend,
                "range": not instant,
                "refId": chr(65 + n),
            }
            for n, query in enumerate(queries)
        ],
    }


def _newest() -> Json:
    return {"calcs": ["lastNotNull"], "fields": "", "values": False}


def _steps(steps: Steps) -> Json:
    first, *others = steps
    values: list[Json] = [{"color": first[1], "value": None}]
    return {"mode": "absolute", "steps": values + [{"color": colour, "value": value} for value, colour in others]}


def _override(column: str, properties: Sequence[tuple[str, Any]]) -> Json:
    return {
        "matcher": {"id": "byName", "options": column},
        "properties": [{"id": name, "value": value} for name, value in properties if value is not None],
    }
