"""Tables: one row per label set, one column per query."""

from collections.abc import Mapping, Sequence
from typing import Any

from exporter.mixin.dashboards.panels import (
    AGE,
    ALIGNED,
    CHANGE,
    DAYS,
    LARGE_AMOUNTS,
    MONEY,
    RATIO,
    Json,
    Query,
    Steps,
    Unit,
    override,
    panel,
    thresholds,
)

SCOPES = {
    r"^\/subscriptions\/([^\/]{8})[^\/]*$": "subscription $1",
    r"^\/subscriptions\/([^\/]{8})[^\/]*\/resourceGroups\/([^\/]+)$": "$2 in $1",
    r"^.*\/billingAccounts\/([^\/]+)$": "billing account $1",
    r"^.*\/managementGroups\/([^\/]+)$": "management group $1",
}
"""How scopes of Azure are shown: what identifies them is at their end."""
MONTH_UNITS: Mapping[str, Unit] = {
    "Month to date": MONEY,
    "Projected": MONEY,
    "Last month": MONEY,
    "Change": RATIO,
    "Data (d)": DAYS,
}
MONTH_STEPS: Mapping[str, Steps] = {"Change": CHANGE, "Data (d)": AGE}
"""Units and colours of the columns on the month of accounts."""
EMPTY = "-"
"""What a cell of a table without a value shows."""


def table(
    title: str,
    description: str,
    columns: Mapping[str, str],
    *queries: Query,
    sort: str,
    units: Mapping[str, Unit],
    descending: bool = True,
    steps: Mapping[str, Steps] | None = None,
    gauges: Sequence[str] = (),
    texts: Mapping[str, Json] | None = None,
    links: Mapping[str, tuple[str, str]] | None = None,
    widths: Mapping[str, int] | None = None,
    hidden: Sequence[str] = (),
    shortened: Mapping[str, Mapping[str, str]] | None = None,
    empty: str = "no data",
) -> Json:
    """One row per label set and one column per query; `columns` maps the labels to show, in order, to their titles.

    By the title of a column: its unit, colours (`steps`), mapping of values to `texts`, link (text and address), and
    width in pixels; the columns without a width share what is left. `gauges` are ratios that are drawn as bars from 0
    to 1; `hidden` columns are only for links, as is the currency if the title names it. Texts that match a pattern are
    `shortened` to its replacement. Sorted by the column `sort`. A table without rows shows the text `empty`.

    All queries must have exactly the labels of `columns`, or some of them: Grafana merges rows whose common columns
    are equal. So each query is an aggregation, and the first one limits the rows of all.
    """
    values = {f"Value #{chr(65 + n)}": query.legend for n, query in enumerate(queries)}
    order = [*columns, *values]
    made = panel(
        "table",
        title,
        description,
        ALIGNED,
        queries,
        {"cellHeight": "sm", "showHeader": True, "sortBy": [{"desc": descending, "displayName": sort}]},
        custom={"align": "auto", "cellOptions": {"type": "auto"}, "filterable": True, "minWidth": 70},
        table=True,
        no_value=empty,
    )
    styles: dict[str, Json] = {}
    concealed = {*hidden, columns.get("currency")} if "$currency" in title else {*hidden}
    for column in (*columns.values(), *values.values()):
        unit = units.get(column, MONEY)
        styles[column] = {"noValue": EMPTY} | ({"unit": unit.id, "decimals": unit.decimals} if unit != MONEY else {})
        styles[column] |= _colours(column, (steps or {}).get(column), column in gauges, (texts or {}).get(column))
        if column in (shortened or {}):
            styles[column]["mappings"] = _shortened((shortened or {})[column])
        if column in (widths or {}):
            styles[column]["custom.width"] = (widths or {})[column]
        if column in (links or {}):
            text, address = (links or {})[column]
            styles[column]["links"] = [{"title": text, "url": address}]
        if column in concealed:
            styles[column]["custom.hidden"] = True
    made["fieldConfig"]["overrides"] = [
        *([LARGE_AMOUNTS] if MONEY in units.values() else []),
        *(override("byName", name, style) for name, style in styles.items()),
    ]
    made["transformations"] = [
        {
            "id": "filterFieldsByName",
            "options": {"include": {"names": order if len(queries) > 1 else [*columns, "Value"]}},
        },
        {"id": "merge", "options": {}},
        {
            "id": "organize",
            "options": {
                "excludeByName": {},
                "indexByName": {name: place for place, name in enumerate(order)},
                "renameByName": dict(columns) | values | ({"Value": queries[0].legend} if len(queries) == 1 else {}),
            },
        },
    ]
    return made


def limited(expr: str, labels: Sequence[str], most: str) -> str:
    """The series of `expr` for the rows that `most` selects, by their labels."""
    return f"{expr} and on ({', '.join(labels)}) {most}"


def _shortened(patterns: Mapping[str, str]) -> list[Json]:
    return [
        {"type": "regex", "options": {"pattern": f"/{pattern}/", "result": {"index": place, "text": text}}}
        for place, (pattern, text) in enumerate(patterns.items())
    ]


def _unknown(colour: str) -> Json:
    """A value that is not known is not in the colour of the first step, which would say that all is well."""
    return {"type": "special", "options": {"match": "null+nan", "result": {"text": EMPTY, "color": colour}}}


def _colours(column: str, steps: Steps | None, gauge: bool, texts: Json | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if texts is not None:
        found["mappings"] = [texts, _unknown("transparent")]
        found["custom.cellOptions"] = {"type": "color-background", "mode": "basic"}
    if steps is not None:
        text = steps[0][1] == "text"
        found.setdefault("mappings", [_unknown("text" if text else "transparent")])
        found["thresholds"] = thresholds(steps)
        found.setdefault("custom.cellOptions", {"type": "color-text" if text else "color-background", "mode": "basic"})
    if gauge:
        found |= {"min": 0, "max": 1, "custom.cellOptions": {"type": "gauge", "mode": "basic"}}
        if steps is None:
            found["color"] = {"mode": "fixed", "fixedColor": "blue"}
    return found
