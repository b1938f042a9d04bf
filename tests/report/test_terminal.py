"""Tables on a terminal: bars, sparklines, folding and colours, none of which is in files and pipes."""

from decimal import Decimal

from exporter.report.table import Column, Kind, Row, Table
from exporter.report.terminal import as_table

DAYS = Table(
    "usage",
    (Column("account"), Column("date"), Column("currency"), Column("cost", Kind.AMOUNT, summable=True)),
    [{"account": "a", "date": f"2026-11-0{n}", "currency": "EUR", "cost": Decimal(n)} for n in range(1, 5)],
)


def names(text: str, width: int, label: str = "Fjällräven Fastigheter and its subsidiaries") -> str:
    columns = (Column("account"), Column("customer_name"), Column("users", Kind.NUMBER, summable=True))
    rows: list[Row] = [{"account": "a", "customer_name": label, "users": n} for n in (1, 2)]
    return as_table([Table(text, columns, rows)], width=width)


def test_a_pipe_gets_plain_lines() -> None:
    """No bars, no rules, no colours; titles are the names of the columns."""
    text = as_table([DAYS])
    assert "account  date             cost\na        2026-11-01   1.00 EUR\n" == "".join(text.splitlines(True)[:2])
    assert text.isascii()
    assert "\x1b" not in text


def test_a_terminal_gets_bars_and_a_sparkline() -> None:
    """The largest figure has the longest bar; the line has a character for each day."""
    lines = as_table([DAYS], width=80, colours=True).splitlines()
    assert ["████", "████████", "████████████", "████████████████"] == [
        line.partition("EUR")[2].replace("\x1b[36m", "").replace("\x1b[0m", "").strip() for line in lines[2:6]
    ]
    assert "2026-11-01 ▂▄▆█ 2026-11-04  cost EUR" == lines[-1]
    assert "\x1b[36m" in lines[2]
    assert "\x1b" not in as_table([DAYS], width=80)


def test_a_narrow_terminal_folds_labels_but_no_figures() -> None:
    """First the bars go, then labels are folded; a table that still does not fit has long lines."""
    assert [True, False, False] == ["█" in names("t", width) for width in (90, 62, 40)]
    assert ["Fjällräven", "Fastigheter and", "its subsidiaries"] == [
        line[9:25].strip() for line in names("t", 40).splitlines()[2:5]
    ]
    assert "Fjällräven Fastigheter and its subsidiaries" in names("t", 10)


def test_negative_and_unknown_figures_have_no_bar() -> None:
    """A credit, and what is not known."""
    rows: list[Row] = [
        {"account": "a", "date": "2026-11-01", "currency": "EUR", "cost": cost}
        for cost in (Decimal(-1), None, Decimal(1))
    ]
    lines = as_table([Table("usage", DAYS.columns, rows)], width=80).splitlines()
    assert [0, 0, 16] == [line.count("█") for line in lines[2:5]]
