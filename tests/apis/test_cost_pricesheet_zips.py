"""The zip of a price sheet: cut, altered, too large, or not to be stored."""

import io
import struct
import tempfile
import zipfile

import pytest

from exporter.apis.cost_management.price_sheets import PriceSheets
from exporter.apis.costs.records import Price
from exporter.errors import Malformed, Reason
from tests.apis.cost_scopes import ENROLLMENT, ScopeHarness
from tests.apis.price_sheets import EA, START, ZIP, csv, ea_row, failing, ready, zipped
from tests.harness import Answer, CannedService


def patched(content: bytes, place: int, form: str, value: int) -> bytes:
    """With another number at a place that is counted from the end."""
    changed = bytearray(content)
    struct.pack_into(form, changed, len(content) + place, value)
    return bytes(changed)


GOOD = zipped(csv(EA, ea_row("m1")))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html></html>",
        GOOD[:-1],
        GOOD[:-30],
        GOOD[20:],
        patched(GOOD, -10, "<L", 0xFFFFFF),
        patched(GOOD, -6, "<L", 0xFFFFFFF),
        patched(GOOD, -22 - 60, "<L", 0x7FFFFFFF),
        zipped(csv(EA, ea_row("m1")), name="part{}.txt"),
        zipped(csv(EA, ea_row("m1")), method=zipfile.ZIP_BZIP2),
        zipped(csv(EA, ea_row("m1")), method=zipfile.ZIP_LZMA),
        zipped(*[b""] * 2, name="{}.csv"),
        zipped(csv("MeterID,UnitPrice", {"MeterID": "m1", "UnitPrice": "1"})),
        zipped(csv(EA, ea_row("m1", CurrencyCode="euros"))),
        zipped(csv(EA, ea_row("m1", "1_000"))),
        zipped(b"Reservation only\r\n"),
    ],
)
def test_a_zip_that_is_not_as_documented_is_malformed(canned: CannedService, content: bytes) -> None:
    """Cut, altered, or of something else."""
    canned.answer(ZIP, Answer(content))
    assert failing(canned, ready(canned)).type is Malformed


def read(canned: CannedService, content: bytes, **limits: int) -> list[Price]:
    """The prices of a zip that is ready at once."""
    canned.answer(START, ready(canned))
    canned.answer(ZIP, Answer(content))
    return list(PriceSheets(ScopeHarness(canned, ENROLLMENT).arm, **limits).prices())


def test_a_zip_is_not_larger_than_what_we_store(canned: CannedService) -> None:
    """75 MB are documented."""
    assert 1 == len(read(canned, GOOD, max_size=len(GOOD)))
    with pytest.raises(Malformed, match="larger than"):
        read(canned, GOOD, max_size=len(GOOD) - 1)


def test_a_bomb_does_not_explode(canned: CannedService) -> None:
    """The files together have a limit, however small they are in the zip."""
    file = csv(EA, *[ea_row("m1")] * 5_000)
    bomb = zipped(file, file)
    assert 10_000 == len(read(canned, bomb, max_unpacked=2 * len(file)))
    with pytest.raises(Malformed, match="without compression"):
        read(canned, bomb, max_unpacked=2 * len(file) - 1)


def test_a_zip_with_a_long_list_of_files_is_not_opened(canned: CannedService) -> None:
    """The list alone would take more memory than the zip, wherever its size is stated."""
    many = zipped(*[b""] * 20_000, name="{}.csv" + "x" * 10)
    canned.answer(ZIP, Answer(many))
    assert "too many files" in str(failing(canned, ready(canned)).value)


def test_a_full_disk_is_named(canned: CannedService, monkeypatch: pytest.MonkeyPatch) -> None:
    """The directory for temporary files, since the cause is on this machine."""

    class Full(io.BytesIO):
        def __init__(self, max_size: int) -> None:
            super().__init__()

        def write(self, chunk: object) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", Full)
    canned.answer(ZIP, Answer(GOOD))
    caught = failing(canned, ready(canned))
    assert Reason.STORAGE == caught.value.reason  # type: ignore[attr-defined]
    assert "No space left on device" in str(caught.value)
