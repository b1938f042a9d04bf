"""Rows as JSON, CSV, XML, Markdown or a list: exact digits, escaped text, no colours."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from xml.sax.saxutils import escape

import msgspec

from exporter.report.table import REPORT, Table, Value, united
from exporter.report.text import exact, printable, short, shown
from exporter.report.totals import totals

JSON = msgspec.json.Encoder(decimal_format="number")
FORMULA = re.compile(r"[=+\-@\t\r\n]")
"""How text begins that spreadsheets calculate."""
MARKDOWN = re.compile(r"([\\`*\[\]|~])")


def as_json(tables: Sequence[Table]) -> str:
    """An array of objects; a figure that is not known is null."""
    return _json(msgspec.json.format(JSON.encode(list(_objects(tables))), indent=2)) + "\n"


def as_jsonl(tables: Sequence[Table]) -> str:
    """An object in each line."""
    return "".join(f"{_json(JSON.encode(found))}\n" for found in _objects(tables))


def as_csv(tables: Sequence[Table]) -> str:
    """RFC 4180 with a header and line feeds; text that a spreadsheet would calculate begins with an apostrophe."""
    table, text = _one(tables), io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in table.columns)
    writer.writerows([_cell(row.get(column.name)) for column in table.columns] for row in table.rows)
    return text.getvalue()


def as_xml(tables: Sequence[Table]) -> str:
    """An element for each row, with an element for each value that is known."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<rows>"]
    table = _one(tables)
    names = [column.name for column in table.columns]
    for row in table.rows:
        known = [(name, value) for name in names if (value := row.get(name)) is not None]
        cells = [f"    <{name}>{escape(printable(exact(value)))}</{name}>" for name, value in known]
        lines += ["  <row>", *cells, "  </row>"]
    return "\n".join([*lines, "</rows>", ""])


def as_list(tables: Sequence[Table]) -> str:
    """A line for each value that is known, and an empty line between rows."""
    table = _one(tables)
    width = max((len(column.name) for column in table.columns), default=0)
    blocks = [
        "".join(
            f"{column.name:{width}} : {printable(exact(value))}\n"
            for column in table.columns
            if (value := row.get(column.name)) is not None
        )
        for row in table.rows
    ]
    return "\n".join(blocks)


def as_markdown(tables: Sequence[Table]) -> str:
    """A table of GitHub's Markdown for each report, with totals; its text is never markup."""
    return "\n".join(map(_markdown, (table for table in tables if table.rows)))


def _markdown(table: Table) -> str:
    columns = shown(table.columns)
    lines = [list(columns), [":---" if column.is_label else "---:" for column in columns.values()]]
    rows = (*table.rows, *totals(table))
    lines += [[_escaped(short(column, row)) for column in columns.values()] for row in rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _escaped(text: str) -> str:
    return MARKDOWN.sub(r"\\\1", escape(text))


def _cell(value: Value) -> str:
    if not isinstance(value, str):
        return exact(value)
    text = "".join(one if one in "\t\r\n" else printable(one) for one in value)
    return f"'{text}" if FORMULA.match(text) else text


def _objects(tables: Sequence[Table]) -> Iterator[Mapping[str, str | int | Decimal | None]]:
    for table in _each(tables):
        for row in table.rows:
            yield {column.name: _plain(row.get(column.name)) for column in table.columns}


def _json(encoded: bytes) -> str:
    """The same JSON, in which characters that are not shown are escaped."""
    text = encoded.decode()
    unsafe = {one for one in text if not one.isascii() and printable(one) != one}
    return text.translate({ord(one): json.dumps(one)[1:-1] for one in unsafe})


def _plain(value: Value) -> str | int | Decimal | None:
    return exact(value) if isinstance(value, datetime) else value


def _each(tables: Sequence[Table]) -> Sequence[Table]:
    """Of several reports each row says which one it is of."""
    return tables if len(tables) < 2 else [table.with_first(REPORT, table.report) for table in tables]


def _one(tables: Sequence[Table]) -> Table:
    return united("", _each(tables))


FORMATS: Mapping[str, Callable[[Sequence[Table]], str]] = {
    "json": as_json,
    "jsonl": as_jsonl,
    "csv": as_csv,
    "xml": as_xml,
    "list": as_list,
    "markdown": as_markdown,
}
"""The formats but `table`, which needs a terminal's properties."""
