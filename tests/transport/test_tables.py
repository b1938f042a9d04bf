"""CSV as it comes."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import Malformed
from exporter.transport.tables import table

REQUIRED = ("date", "cost")


def read(*chunks: bytes) -> tuple[dict[str, int], list[list[str]]]:
    columns, rows = table(chunks, REQUIRED, "Usage", {"extendedcost": "cost"})
    return columns, list(rows)


@pytest.mark.parametrize(
    "header", [b"Date,Cost", b'\xef\xbb\xbf"Datum (Date)",Kosten (Cost)', b"DATE , Co_st", b"Date,Extended-Cost"]
)
def test_a_header_may_be_spelled_in_many_ways(header: bytes) -> None:
    """Case, blanks, hyphens, underscores, a translation, an older name."""
    columns, rows = read(header + b"\r\n1,2\r\n")
    assert (0, 1) == (columns["date"], columns["cost"])
    assert [["1", "2"]] == rows


def test_the_newer_of_two_names_counts() -> None:
    """A column's own name before an older one."""
    assert 2 == read(b"Extended Cost,Date,Cost\n1,2,3\n")[0]["cost"]


def test_a_title_alone_is_an_empty_answer() -> None:
    """And a header alone is one."""
    assert ({}, []) == read(b"Usage Data Extract\r\n\r\n")
    assert [] == read(b"Date,Cost\r\n")[1]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xef\xbb\xbf",
        b"\r\n\r\n",
        b" \r\n",
        b"Usage\r\nDate,Co",
        b'Date,Cost\r\n1,"2\r\n3,4\r\n',
        b'Date,Cost\n"1"x,2',
    ],
)
def test_anything_else_is_malformed(body: bytes) -> None:
    """Nothing at all is not an empty table, and an unclosed quote does not swallow rows."""
    with pytest.raises(Malformed, match="CSV: "):
        read(body)


@given(st.binary(max_size=200), st.integers(1, 50))
def test_no_bytes_raise_anything_else(body: bytes, size: int) -> None:
    """Wherever they are cut."""
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    for head in (b"", b"Date,Cost\r\n"):
        with suppress(Malformed):
            read(head, *chunks)
