"""Masking of known secrets."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as some

from exporter.masking import RECOGNIZED, masked

SECRET = "~8Q/a secret+with=signs&more"


@pytest.mark.parametrize("encoded", [SECRET, quote(SECRET, safe=""), quote(SECRET, safe="").replace("%20", "+")])
def test_a_secret_is_masked_in_every_encoding(encoded: str) -> None:
    """Plain, as in a URL, and as in a form."""
    assert "<<secret>>, twice <secret>." == masked(f"<{encoded}>, twice {encoded}.", [SECRET])


@given(some.text(), some.text(min_size=RECOGNIZED), some.integers(min_value=RECOGNIZED))
def test_a_truncated_secret_is_masked(before: str, secret: str, length: int) -> None:
    """At most seven characters of it stay."""
    assert secret[:RECOGNIZED] not in masked(before + secret[:length], [secret]).replace("<secret>", "\0")


def test_a_text_without_a_secret_stays() -> None:
    """An empty secret masks nothing."""
    assert "text" == masked("text", ["", "another"])
