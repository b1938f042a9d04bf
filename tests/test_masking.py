"""Secrets in texts that others wrote."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as some

from exporter.masking import RECOGNIZED, masked

SECRET = "~8Q/a secret+with=signs&more"


@pytest.mark.parametrize("spelled", [SECRET, quote(SECRET, safe=""), quote(SECRET, safe="").replace("%20", "+")])
def test_a_secret_is_masked_however_it_is_spelled(spelled: str) -> None:
    """As it is, as a URL spells it, as a form spells it."""
    assert "<<secret>>, twice <secret>." == masked(f"<{spelled}>, twice {spelled}.", [SECRET])


@given(some.text(), some.text(min_size=RECOGNIZED), some.integers(min_value=RECOGNIZED))
def test_a_secret_that_was_cut_is_masked_as_well(before: str, secret: str, length: int) -> None:
    """Nothing of it is left but fewer than eight characters."""
    assert secret[:RECOGNIZED] not in masked(before + secret[:length], [secret]).replace("<secret>", "\0")


def test_a_text_without_a_secret_stays() -> None:
    """An empty secret hides nothing."""
    assert "text" == masked("text", ["", "another"])
