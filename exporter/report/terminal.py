"""The format `table`: aligned columns; on a terminal also bars, and a sparkline for each currency by days."""

import io
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, localcontext

from rich.box import SIMPLE_HEAD, Box
from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.table import Table as Grid
from rich.text import Text

from exporter.model.families import EXACT
from exporter.report.table import CURRENCY, DATE, Column, Kind, Row, Table, Value
from exporter.report.text import short, shown
from exporter.report.totals import totals

BAR, BLOCKS = 16, " ▏▎▍▌▋▊▉█"
SPARKS = "▁▂▃▄▅▆▇█"
UNLIMITED = 100_000
"""A width that no line reaches, so that files and pipes have every row in one line."""
NONE = "-"
LEAST, GAP = 16, 2
"""To how many characters labels are folded, and the space between columns."""


def as_table(tables: Sequence[Table], *, width: int | None = None, colours: bool = False) -> str:
    """The tables below each other; `width` is that of a terminal, None for a file or a pipe."""
    console = Console(
        file=io.StringIO(),
        width=UNLIMITED,
        force_terminal=colours,
        color_system="standard" if colours else None,
        highlight=False,
        legacy_windows=False,
    )
    filled = [table for table in tables if table.rows]
    for number, table in enumerate(filled):
        if number:
            console.print()
        if len(filled) > 1:
            console.print(Text(table.report, style="bold"))
        if width is None:
            console.print(_grid(table, _widths(table, UNLIMITED), None, box=None))
        else:
            _print(console, table, width)
    text = console.file.getvalue() if isinstance(console.file, io.StringIO) else ""
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def _print(console: Console, table: Table, width: int) -> None:
    """With bars where there is space. Of a table that does not fit, lines are longer than those of the terminal; one
    row has a line for each value.
    """
    attempts = (UNLIMITED, _charted(table)), (UNLIMITED, None), (LEAST, None)
    for longest, charted in attempts:
        widths = _widths(table, longest)
        if sum(widths) + GAP * len(widths) + (BAR if charted else -GAP) <= width:
            console.print(_grid(table, widths, charted))
            break
    else:
        if len(table.rows) > 1:
            console.print(_grid(table, _widths(table, UNLIMITED), None))
        else:
            console.print(_upright(table.rows[0], shown(table.columns)))
    for line in _sparklines(table):
        console.print(Text(line))


def _upright(row: Row, columns: Mapping[str, Column]) -> Grid:
    grid = Grid.grid(padding=(0, GAP, 0, 0))
    grid.add_column()
    grid.add_column(justify="right")
    for name, column in columns.items():
        grid.add_row(Text(name.replace("_", " "), style="bold"), _cell(column, row))
    return grid


def _grid(table: Table, widths: Sequence[int], charted: Column | None, box: Box | None = SIMPLE_HEAD) -> Grid:
    columns = shown(table.columns)
    grid = Grid(box=box, show_edge=False, pad_edge=False, padding=(0, GAP if box is None else GAP - 1, 0, 0))
    for column, width in zip(columns.values(), widths, strict=True):
        title = Text(column.name.replace("_", " ") if box else column.name, style="bold")
        justify: JustifyMethod = "left" if column.is_label else "right"
        grid.add_column(title, justify=justify, overflow="fold", width=width if box else None, no_wrap=box is None)
    if charted:
        grid.add_column("", no_wrap=True, width=BAR)
    most = dict(_most(table, charted)) if charted else {}
    for row in table.rows:
        bar = [Text(_bar(row, charted, most), style="cyan")] if charted else []
        grid.add_row(*(_cell(column, row) for column in columns.values()), *bar)
    for row in totals(table):
        cells = [Text(short(column, row), style="bold") for column in columns.values()]
        grid.add_row(*cells, *[Text("")] * bool(charted))
    return grid


def _widths(table: Table, longest: int) -> list[int]:
    """The widths of columns whose labels are folded to `longest`; figures, and words of titles, are never broken."""
    rows = (*table.rows, *totals(table))
    found = []
    for column in shown(table.columns).values():
        width = max((cell_len(short(column, row)) for row in rows), default=1)
        words = max(map(len, column.name.split("_")))
        found.append(max(words, min(longest, width) if column.is_label else width))
    return found


def _cell(column: Column, row: Row) -> Text:
    text = short(column, row)
    return Text(text if text or column.is_label else NONE)


def _charted(table: Table) -> Column | None:
    """The column with bars: the first one whose figures add up to a whole."""
    return next(iter(table.summable()), None) if len(table.rows) > 1 else None


def _most(table: Table, column: Column) -> Iterator[tuple[Value, Decimal]]:
    """The largest figure of each currency."""
    for currency in dict.fromkeys(row.get(CURRENCY) for row in table.rows):
        figures = [_figure(row, column) for row in table.rows if row.get(CURRENCY) == currency]
        yield currency, max(figures, default=Decimal(0))


def _figure(row: Row, column: Column) -> Decimal:
    """For pictures only, where what is not known is not drawn."""
    value = row.get(column.name)
    return Decimal(value) if isinstance(value, Decimal | int) else Decimal(0)


def _bar(row: Row, column: Column, most: Mapping[Value, Decimal]) -> str:
    figure, largest = _figure(row, column), most[row.get(CURRENCY)]
    if figure <= 0 or largest <= 0:
        return ""
    full, eighths = divmod(int(figure / largest * BAR * 8), 8)
    return BLOCKS[8] * full + (BLOCKS[eighths] if eighths else "" if full else BLOCKS[1])


def _sparklines(table: Table) -> Iterator[str]:
    """The sum of each day of the table, by currency."""
    column = _charted(table)
    if DATE not in table.labels or not column:
        return
    for currency in dict.fromkeys(row.get(CURRENCY) for row in table.rows):
        days: dict[Value, Decimal] = {}
        with localcontext(EXACT):
            for row in (row for row in table.rows if row.get(CURRENCY) == currency):
                days[row.get(DATE)] = days.get(row.get(DATE), Decimal(0)) + _figure(row, column)
        if len(days) > 1 and (largest := max(days.values())) > 0:
            line = "".join(SPARKS[max(0, int(days[day] / largest * 7))] for day in sorted(days, key=str))
            unit = f" {currency}" if column.kind is Kind.AMOUNT else ""
            yield f"{min(days, key=str)} {line} {max(days, key=str)}  {column.name}{unit}"
