"""Errors that come with a success."""

import json

import pytest

from exporter.transport.error_bodies import soft_error

ERROR = {"code": "c", "message": "m"}
ROWS = [{"name": f"row {number}", "error": "of a row"} for number in range(20_000)]


@pytest.mark.parametrize(
    "body",
    [{"error": ERROR}, {"error": ERROR, "value": ROWS}, {"value": ROWS, "error": ERROR}, {"value": [], "error": ERROR}],
    ids=["alone", "before the rows", "after the rows", "without rows"],
)
def test_an_error_is_found_beside_any_number_of_rows(body: object) -> None:
    """Rows that come with an error are not all rows."""
    assert "c: m" == soft_error(json.dumps(body).encode())


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1]], ids=["many", "one"])
def test_a_column_of_that_name_is_no_error(rows: object) -> None:
    """Only a property of the answer itself is."""
    assert "" == soft_error(json.dumps({"value": rows, "error": None}).encode())
