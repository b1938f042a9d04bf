"""CSV as it really comes: a byte order mark, lines before the header, localized headers, quotes across lines."""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Sequence

from exporter.errors import Malformed

MOST_PREAMBLE = 50
"""Lines that may stand before the header."""
ENGLISH = re.compile(r".*\(([^()]*)\)\s*")
csv.field_size_limit(1 << 24)


def table(
    chunks: Iterable[bytes], required: Sequence[str], title: str = ""
) -> tuple[dict[str, int], Iterator[list[str]]]:
    """Where each column stands, by its English name in lower case, and the rows.

    The header is the first line that names all `required` columns (in lower case). A localized header has the
    English name in parentheses: `Kosten (Cost)`. Nothing at all, or nothing but a line that begins with `title`, is no
    rows; anything else without a header (a page of HTML, a cut header) is `Malformed`.
    """
    rows = csv.reader(_lines(chunks))
    before: list[str] = []
    try:
        for number, row in enumerate(rows):
            columns = {_english(name): place for place, name in reversed(list(enumerate(row)))}
            if columns.keys() >= set(required):
                return columns, _rows(rows, len(row))
            before += ["".join(row)] if any(row) else []
            if number >= MOST_PREAMBLE:
                break
    except csv.Error as error:
        raise Malformed(f"CSV: {error}") from error
    if not before or (len(before) == 1 and title and before[0].startswith(title)):
        return {}, iter(())
    raise Malformed(f"CSV: no header with the columns {', '.join(required)} in the first {MOST_PREAMBLE} lines")


def _rows(rows: Iterator[list[str]], width: int) -> Iterator[list[str]]:
    try:
        for row in rows:
            if len(row) == width:
                yield row
            elif row:
                raise Malformed(f"CSV: a row of {len(row)} fields below a header of {width}")
    except csv.Error as error:
        raise Malformed(f"CSV: {error}") from error


def _english(name: str) -> str:
    found = ENGLISH.fullmatch(name)
    return (found[1] if found else name).strip().lower()


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Text lines with their ends, decoded as they arrive."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    rest = ""
    try:
        for chunk in chunks:
            *lines, rest = (rest + decoder.decode(chunk)).split("\n")
            for line in lines:
                yield line + "\n"
        rest += decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise Malformed(f"CSV: {error.reason}") from error
    if rest:
        yield rest
