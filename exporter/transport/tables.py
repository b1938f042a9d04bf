"""CSV as portals export it: a byte order mark, lines before the header, localized headers, quotes across lines."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from exporter.errors import Malformed

MAX_PREAMBLE = 50
"""Lines that may precede the header."""
ENGLISH = re.compile(r".*\(([^()]*)\)\s*")
SEPARATORS = re.compile(r"[\s_-]")
"""What a portal may put between the words of a column's name."""
LONGEST_LINE = 1 << 24
csv.field_size_limit(LONGEST_LINE)


def table(
    chunks: Iterable[bytes], required: Sequence[str], title: str = "", aliases: Mapping[str, str] | None = None
) -> tuple[dict[str, int], Iterator[list[str]]]:
    """The place of each column, by its English name in lower case without separators, and the rows.

    The header is the first line that names all `required` columns; `aliases` has older names of columns. A localized
    header has the English name in parentheses: `Kosten (Cost)`. Nothing but a line that begins with `title` is no
    rows. Anything else without a header is `Malformed`: no bytes at all, a page of HTML, a cut header; so is a quote
    that is never closed.
    """
    rows = csv.reader(_lines(chunks), strict=True)
    before: list[str] = []
    try:
        for number, row in enumerate(rows):
            columns = _columns(row, aliases or {})
            if columns.keys() >= set(required):
                _require_once(row, {*required, *(aliases or ())})
                return columns, _rows(rows, len(row))
            before += ["".join(row)] if any(map(str.strip, row)) else []
            if number >= MAX_PREAMBLE:
                break
    except csv.Error as error:
        raise Malformed(f"CSV: {error}") from error
    if not before:
        raise Malformed("CSV: the answer is empty, it has no header")
    if len(before) == 1 and title and before[0].startswith(title):
        return {}, iter(())
    raise Malformed(f"CSV: no header with the columns {', '.join(required)} in the first {MAX_PREAMBLE} lines")


def _columns(row: Sequence[str], aliases: Mapping[str, str]) -> dict[str, int]:
    columns = {column_name(name): place for place, name in reversed(list(enumerate(row)))}
    return {aliases[name]: place for name, place in columns.items() if name in aliases} | columns


def _require_once(header: Sequence[str], names: Collection[str]) -> None:
    """Raises `Malformed` if the header has one of the names twice: which of the columns counts is not known."""
    for name, number in Counter(map(column_name, header)).items():
        if number > 1 and name in names:
            raise Malformed(f"CSV: {number} columns have the name {name}")


def _rows(rows: Iterator[list[str]], width: int) -> Iterator[list[str]]:
    try:
        for row in rows:
            if len(row) == width:
                yield row
            elif row:
                raise Malformed(f"CSV: a row of {len(row)} fields below a header of {width}")
    except csv.Error as error:
        raise Malformed(f"CSV: {error}") from error


def column_name(name: str) -> str:
    """The English name of a column, in lower case without separators."""
    found = ENGLISH.fullmatch(name)
    return SEPARATORS.sub("", found[1] if found else name).lower()


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Text lines with their ends, decoded as they arrive."""
    return chain.from_iterable(_blocks(chunks))


def _blocks(chunks: Iterable[bytes]) -> Iterator[Iterable[str]]:
    """The whole lines of each chunk, and the rest at the end."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    rest = ""
    try:
        for chunk in chunks:
            text = rest + decoder.decode(chunk)
            end = text.rfind("\n") + 1
            yield io.StringIO(text[:end], newline="\n")
            rest = text[end:]
            if len(rest) > LONGEST_LINE:
                raise Malformed(f"CSV: a line of more than {LONGEST_LINE} characters")
        rest += decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise Malformed(f"CSV: {error.reason}") from error
    if rest:
        yield (rest,)
