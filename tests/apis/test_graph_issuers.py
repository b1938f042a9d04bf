"""Issuers as labels: the provider is recognized, and nobody else is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from exporter.apis.b2c.graph.issuers import published

GUID = "eeee0002-0000-4000-8000-00000000abcd"


@pytest.mark.parametrize(
    ("issuer", "expected"),
    [
        ("facebook.com", "facebook.com"),
        ("externalazuread", "externalazuread"),
        ("contoso identity 2", "contoso identity 2"),
        ("https://login.example.org/tenant/v2.0", "https://login.example.org/tenant/v2.0"),
        (f"https://login.microsoftonline.com/{GUID}/v2.0", "https://login.microsoftonline.com/*/v2.0"),
        (f"https://idp.example/users/{GUID.replace('-', '')}", "https://idp.example/users/*"),
        (f"https://idp.example/u-{GUID}-x", "https://idp.example/*"),
        ("login.example.org/users/4915550100123", "login.example.org/users/*"),
        ("https://idp.example/anna@mail.example/v2.0", "https://idp.example/*/v2.0"),
        ("https://idp.example/anna%40mail.example", "https://idp.example/*"),
        ("https://anna:secret@idp.example:8443/oauth?user=anna#anna", "https://idp.example:8443/oauth"),
        ("https://idp.example/ey01ab23cd45ef67ab89cd01", "https://idp.example/*"),
        ("https://dev-12345678.okta.com/oauth2/default", "https://dev-12345678.okta.com/oauth2/default"),
        (f"https://{GUID}.idp.example", ""),
        (GUID, ""),
        ("anna@mail.example", ""),
        ("tel:+4915550100123", ""),
        ("tel:4915550100123", ""),
        ("4915550100123", ""),
        ("https://", ""),
        ("", ""),
    ],
)
def test_what_may_identify_a_user_is_no_part_of_the_name(issuer: str, expected: str) -> None:
    assert expected == published(issuer)


@given(some.from_regex(r"[a-z]{0,5}(://)?[a-z.]{0,9}/?[-_.~a-z0-9/?#@:]{0,9}", fullmatch=True), some.integers(0, 4))
def test_no_form_publishes_an_id_or_an_address(around: str, place: int) -> None:
    """Wherever they are."""
    for personal in (GUID, "anna@mail.example", "+4915550100123"):
        found = published(f"{around[:place]}{personal}{around[place:]}")
        assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}|anna@|4915550100123", found)
