"""The last lines of a table for people: the sum of each column, by account and currency."""

from collections.abc import Iterator

from exporter.report.table import ACCOUNT, CURRENCY, Row, Table, Value, total

TOTAL = "total"


def totals(table: Table) -> Iterator[Row]:
    """One row for each account and currency with several rows; a sum with a part that is not known is left out.

    Accounts have no sum: one may be a part of another one.
    """
    first = next((name for name in table.labels if name not in (ACCOUNT, CURRENCY)), "")
    summable = table.summable()
    groups: dict[tuple[Value, ...], list[Row]] = {}
    for row in table.rows:
        groups.setdefault((row.get(ACCOUNT), row.get(CURRENCY)), []).append(row)
    for (account, currency), rows in groups.items():
        sums = {column.name: total(rows, column) for column in summable}
        if len(rows) > 1 and any(value is not None for value in sums.values()):
            yield {ACCOUNT: account, first: TOTAL, CURRENCY: currency, **sums}
