"""Pages that name their successor."""

import pytest

from exporter.errors import Malformed
from exporter.transport.paging import pages


def test_pages_are_followed_to_the_one_without_a_successor() -> None:
    """None and an empty link both end the list."""
    following = {"a": "b", "b": "c", "c": ""}
    assert ["a", "b", "c"] == list(pages("a", lambda link: link, following.get))


def test_a_link_that_leads_back_is_malformed() -> None:
    """Nobody reads in circles."""
    following = {"a": "b", "b": "a"}
    with pytest.raises(Malformed, match="leads back"):
        list(pages("a", lambda link: link, following.get))
