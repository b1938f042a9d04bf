"""The formats: exact digits for programs, and no text that a program or a terminal would act on."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from exporter.report.formats import FORMATS, as_csv, as_json, as_jsonl, as_list, as_markdown, as_xml
from exporter.report.table import Column, Kind, Row, Table
from exporter.report.terminal import as_table
from exporter.report_options import REPORT_FORMATS

LONG = Decimal("120.5682999999995904716")
COLUMNS = (
    Column("account"),
    Column("name"),
    Column("currency"),
    Column("cost", Kind.AMOUNT, summable=True),
    Column("users", Kind.NUMBER, summable=True),
    Column("seen", Kind.TIME),
)


def row(name: str = "Shop", cost: Decimal | None = LONG, **more: object) -> Row:
    seen = datetime(2026, 11, 20, 12, tzinfo=UTC)
    return {"account": "a", "name": name, "currency": "EUR", "cost": cost, "users": 7, "seen": seen, **more}  # type: ignore[dict-item]


def table(*rows: Row) -> Table:
    return Table("report", COLUMNS, rows)


HOSTILE = (
    "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "a|b", "<script>&amp;", "[x](https://example.com)",
    "\x1b[31mred", "\x9b2J", "\u202egnp.exe", "two\nlines", "quote\"'", "a,b", "`code`", "*bold*", "\u2028", "",
)  # fmt: skip


def test_every_format_of_the_command_line_exists() -> None:
    """And `table`."""
    assert {*REPORT_FORMATS} == {"table", *FORMATS}


def test_machine_formats_have_all_digits() -> None:
    """Tiny, large and negative amounts too, and never an exponent where programs may not read one."""
    amounts = [LONG, Decimal("-0.00000000000000000001"), Decimal("1E+3"), Decimal("12345678901234567890.12")]
    found = table(*(row(f"{n}", cost) for n, cost in enumerate(amounts)))
    assert amounts == [one["cost"] for one in json.loads(as_json([found]), parse_float=Decimal, parse_int=Decimal)]
    assert amounts == [json.loads(line, parse_float=Decimal)["cost"] for line in as_jsonl([found]).splitlines()]
    texts = [format(amount, "f") for amount in amounts]
    assert texts == [one["cost"] for one in csv.DictReader(io.StringIO(as_csv([found])))]
    assert texts == [one.findtext("cost") for one in ElementTree.fromstring(as_xml([found]))]
    assert [f"cost     : {text}" for text in texts] == [one for one in as_list([found]).splitlines() if "cost" in one]


def test_what_is_not_known_is_not_zero() -> None:
    """Null, an empty cell, no element, no line, and a mark in a table; a total over it is left out."""
    found = table(row(), row("Lab", None))
    assert [LONG, None] == [one["cost"] for one in json.loads(as_json([found]), parse_float=Decimal)]
    assert ["120.5682999999995904716", ""] == [one["cost"] for one in csv.DictReader(io.StringIO(as_csv([found])))]
    assert [True, False] == [one.find("cost") is not None for one in ElementTree.fromstring(as_xml([found]))]
    assert 1 == as_list([found]).count("cost")
    lines = as_table([found]).splitlines()
    assert ["120.57 EUR", "-"] == [" ".join(line.split()[2:-2]) for line in lines[1:3]]
    assert "0.00" not in lines[3]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_text(text: str) -> None:
    """Whatever a name is, it is one cell: no formula, markup, further line or control character."""
    found = table(row(text), row())
    assert text == json.loads(as_json([found]))[0]["name"]
    (cells, _) = csv.DictReader(io.StringIO(as_csv([found])))
    assert not cells["name"].startswith(("=", "+", "-", "@", "\t"))
    assert 2 == len(ElementTree.fromstring(as_xml([found])))
    for form in (as_table, as_markdown, as_list, as_csv, as_xml, as_json, as_jsonl):
        shown = form([found])
        assert not {"\x1b", "\x9b", "\u202e", "\u2028"} & {*shown}
    (_, _, first, *_) = as_markdown([found]).splitlines()
    assert 6 == first.replace("\\|", "").count("|")
    assert "<script>" not in first
    assert 4 == len(as_table([found]).splitlines())


def test_numbers_are_no_formulas() -> None:
    """A credit stays a number in a spreadsheet."""
    assert "a,Shop,EUR,-12.5,7,2026-11-20T12:00:00Z" in as_csv([table(row(cost=Decimal("-12.5")))])


def test_several_reports() -> None:
    """Each row names its report; columns that only one of them has are empty in the others."""
    other = Table("other", (Column("account"), Column("users", Kind.NUMBER)), [{"account": "b", "users": 1}])
    found = [table(row()), other]
    assert ["report", "other"] == [one["report"] for one in json.loads(as_json(found))]
    assert "report,account,name,currency,cost,users,seen" == as_csv(found).splitlines()[0]
    assert as_csv(found).splitlines()[-1] == "other,b,,,,1,"
    assert ["report", "other"] == [line for line in as_table(found).splitlines() if line in ("report", "other")]


def test_amounts_for_people_are_cents_with_their_currency() -> None:
    """What is less than a cent keeps two digits; totals are by account and currency."""
    rows = [row(cost=Decimal("0.00123")), row("b"), row("c", currency="SEK"), row("d", currency="SEK")]
    lines = as_table([table(*rows)]).splitlines()
    assert ["0.0012 EUR", "120.57 EUR", "120.57 SEK", "120.57 SEK", "120.57 EUR", "241.14 SEK"] == [
        match[0] for line in lines[1:] for match in re.finditer(r"[0-9.]+ [A-Z]{3}", line)
    ]
    assert [2, 0] == [sum("total" in line for line in lines), as_table([table(row())]).count("total")]
