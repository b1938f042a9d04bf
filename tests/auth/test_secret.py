"""Secrets from text and from files."""

from pathlib import Path

import jwt
import pytest
import requests

from exporter.auth.api_key import ApiKey
from exporter.auth.secret import Secret
from exporter.errors import Reason, Rejected, Transient


def test_a_file_is_read_again_at_each_use(tmp_path: Path) -> None:
    """A rotated secret needs no restart; the line end of an editor is no part of it."""
    file = tmp_path / "secret"
    file.write_text("one\n")
    secret = Secret(path=file)
    assert secret.read() == "one"
    file.write_text("two")
    assert secret.read() == "two"


def test_a_secret_can_not_be_printed() -> None:
    """Not even by accident, in a repr."""
    assert "hush" not in repr(Secret("hush"))


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe"])
def test_a_file_without_a_secret_is_reported_by_its_name(tmp_path: Path, content: bytes | None) -> None:
    """Missing, empty or not text; it may come in a moment."""
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Transient, match="secret: ") as raised:
        Secret(path=file).read()
    assert Reason.CREDENTIAL_UNREADABLE == raised.value.reason


def test_a_key_that_no_header_can_carry_is_refused_without_showing_it() -> None:
    """A line break in a header would be an injection."""
    with pytest.raises(Rejected) as raised:
        ApiKey(Secret("two\nlines"))(requests.Request("GET", "https://localhost/").prepare())
    assert "two" not in str(raised.value)


@pytest.mark.parametrize(("ends", "reported"), [(1, True), (4_000_000_000, False), (None, False)])
def test_an_expired_key_says_so_where_it_is_refused(ends: int | None, reported: bool) -> None:
    """The service says 401 alone."""
    key = jwt.encode({"exp": ends} if ends else {}, "x" * 32)
    assert reported == ("expired on 1970-01-01" in ApiKey(Secret(key)).hint)
