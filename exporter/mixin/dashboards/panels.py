"""Grafana's core panels except tables, as functions that return their JSON (classic schema 39)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from exporter.mixin.templates import NO_MINOR_UNITS

Json: TypeAlias = dict[str, Any]
Steps: TypeAlias = Sequence[tuple[float, str]]
"""Colours from a value on; the first one also applies below its value."""

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}


@dataclass(frozen=True)
class Unit:
    """A Grafana unit and the number of decimals to show."""

    id: str
    decimals: int | None = None


MONEY = Unit("locale", 2)
"""Grafana has a unit for each currency but none that follows a variable. So money is a number with thousands
separators, and legends, columns or titles name the currency. All lines of a chart need the same unit, else each unit
has an axis of its own."""
ALIGNED = Unit("none", 2)
"""Money in tables and figures, with cents: the unit with separators drops zeros at the end, so that amounts in a column
would not align."""
LARGE_AMOUNTS: Json = {
    "matcher": {"id": "byValue", "options": {"reducer": "max", "op": "gte", "value": 100_000}},
    "properties": [{"id": "unit", "value": "locale"}, {"id": "decimals", "value": 0}],
}
"""Columns and figures with such an amount show whole units with separators, which align too and can be read."""
COUNT, RATIO, SECONDS = Unit("locale", 0), Unit("percentunit", 1), Unit("s")
DAYS, HOURS = Unit("none", 1), Unit("none", 1)
"""Plain numbers, since Grafana shows many days as weeks and the next row as months; columns name the unit."""
PER_SECOND, BYTES = Unit("reqps"), Unit("bytes")
WITHOUT_CENTS = rf"/\b({NO_MINOR_UNITS.replace(' ', '|')})\b/"
"""Legends with a currency that has no minor unit."""
BUDGET = ((0, "green"), (0.5, "blue"), (0.8, "orange"), (1, "red"))
"""Colours of a budget by its used ratio, at the default thresholds of the alerts."""
PACE = ((0, "transparent"), (1, "orange"), (1.5, "red"))
CHANGE = ((0, "text"), (0.1, "orange"), (0.5, "red"))
"""Colours of a change against last month."""
AGE = ((0, "text"), (3, "orange"), (7, "red"))
"""Colours of the age of amounts in days: an account that can't be read keeps its last ones."""
OTHERS = "#808080"
"""Grey that recedes in both themes, for what is left of a total."""


@dataclass(frozen=True)
class Query:
    """An expression and the legend of its series; in a table, the title of the value column.

    In a chart, `dashed` lines are what is compared with: a mean, a forecast, a limit; `colour` is a fixed one.
    """

    expr: str
    legend: str = ""
    dashed: bool = False
    colour: str = ""


def timeseries(
    title: str,
    description: str,
    unit: Unit,
    *queries: Query,
    stacked: bool = False,
    days: bool = False,
    interval: str = "",
    wide: bool = False,
    at_least: float | None = None,
    **more: Any,
) -> Json:
    """Lines, stacked areas, or with `days` one stacked bar a day.

    `interval` is the least distance of two points, such as `1h` for series that change a few times a day. A `wide`
    chart has its legend at the right. The axis includes 0, and `at_least`.
    """
    custom: Json = {
        "axisSoftMin": 0,
        "lineWidth": 1,
        "fillOpacity": 80 if days else 30 if stacked else 0,
        "showPoints": "never" if days else "auto",
        "spanNulls": 10_800_000,
        "stacking": {"group": "A", "mode": "normal" if stacked or days else "none"},
    }
    if days:
        custom |= {"drawStyle": "bars", "barAlignment": 1, "barWidthFactor": 0.8}
    if at_least is not None:
        custom |= {"axisSoftMax": at_least}
    place: Json = {"placement": "right", "width": 470} if wide else {"placement": "bottom"}
    options = {
        "legend": {
            "calcs": ["lastNotNull"],
            "displayMode": "table",
            "showLegend": True,
            "sortBy": "Last *",
            "sortDesc": True,
            **place,
        },
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    least = interval or ("1d" if days else "")
    made = panel("timeseries", title, description, unit, queries, options, custom=custom, instant=False, **more)
    made["fieldConfig"]["overrides"] = [*_without_cents(unit), *_styles(queries)]
    return made | ({"interval": least} if least else {})


def stat(title: str, description: str, unit: Unit, *queries: Query, named: bool = True, **more: Any) -> Json:
    """The newest value of each series, not `named` if there is only one.

    A query with a colour has it from 1 on. Amounts and figures of many series are as large as fits; a fixed size would
    cut them.
    """
    options = {
        "colorMode": "value",
        "graphMode": "none",
        "justifyMode": "center",
        "orientation": "auto",
        "reduceOptions": _newest(),
        "text": {"titleSize": 14} | ({} if named or unit is MONEY else {"valueSize": 40}),
        "textMode": "value_and_name" if named else "value",
    }
    money = unit is MONEY
    made = panel("stat", title, description, ALIGNED if money else unit, queries, options, **more)
    coloured = [
        override("byFrameRefID", chr(65 + n), {"thresholds": thresholds(((0, "text"), (1, query.colour)))})
        for n, query in enumerate(queries)
        if query.colour
    ]
    made["fieldConfig"]["overrides"] = [*([LARGE_AMOUNTS] if money else []), *_without_cents(unit), *coloured]
    return made


def panel(
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
    """A panel of any kind without its place on the dashboard."""
    defaults: Json = {
        "color": {"mode": "palette-classic" if kind == "timeseries" else "thresholds"},
        "custom": custom or {},
        "decimals": unit.decimals,
        "mappings": list(mappings),
        "noValue": no_value,
        "thresholds": thresholds(steps),
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


def thresholds(steps: Steps) -> Json:
    """Colours by value, as Grafana stores them."""
    first, *others = steps
    values: list[Json] = [{"color": first[1], "value": None}]
    return {"mode": "absolute", "steps": values + [{"color": colour, "value": value} for value, colour in others]}


def texts(values: Mapping[int, tuple[str, str]]) -> Json:
    """A mapping of values to a text and a colour."""
    return {
        "type": "value",
        "options": {
            str(value): {"color": colour, "index": index, "text": text}
            for index, (value, (text, colour)) in enumerate(values.items())
        },
    }


def override(matcher: str, name: str, properties: Mapping[str, Any]) -> Json:
    """Properties of the fields that a matcher finds, such as `byName`; later overrides take precedence."""
    return {
        "matcher": {"id": matcher, "options": name},
        "properties": [{"id": key, "value": value} for key, value in properties.items() if value is not None],
    }


def _without_cents(unit: Unit) -> list[Json]:
    return [override("byRegexp", WITHOUT_CENTS, {"unit": MONEY.id, "decimals": 0})] if unit is MONEY else []


def _styles(queries: Sequence[Query]) -> list[Json]:
    found = []
    for n, query in enumerate(queries):
        properties: Json = {}
        if query.dashed:
            properties |= {"custom.lineStyle": {"fill": "dash", "dash": [8, 8]}, "custom.lineWidth": 2}
            properties |= {"custom.fillOpacity": 0, "custom.stacking": {"group": "B", "mode": "none"}}
        if query.colour:
            properties["color"] = {"mode": "fixed", "fixedColor": query.colour}
        if properties:
            found.append(override("byFrameRefID", chr(65 + n), properties))
    return found


def _newest() -> Json:
    return {"calcs": ["lastNotNull"], "fields": "", "values": False}
