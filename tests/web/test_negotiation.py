"""Content negotiation, as RFC 9110 defines it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.web.negotiation import accepts_gzip, prefers_openmetrics

PROMETHEUS = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("GZIP; q=0.5", True),
        ("gzip ; q = 0.5", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("gzip;q=2", False),
        ("br", False),
        ("", False),
    ],
)
def test_gzip_is_sent_to_clients_that_accept_it(header: str, accepted: bool) -> None:
    """RFC 9110 12.5.3, with weights."""
    assert accepted == accepts_gzip(header)


@pytest.mark.parametrize(
    ("header", "preferred"),
    [
        (PROMETHEUS, True),
        ("application/openmetrics-text", True),
        ("Application/OpenMetrics-Text; version=1.0.0; charset=utf-8", True),
        ("application/openmetrics-text; charset=utf-8; version=1.0.0", True),
        ('application/openmetrics-text; version="1.0.0"; charset="UTF-8"', True),
        ("application/openmetrics-text;q=0.5;version=1.0.0", True),
        ("application/openmetrics-text, text/plain", True),
        ("application/openmetrics-text;q=0.5, */*;q=0.5", True),
        ("application/*", True),
        ("text/plain;q=0.2, application/openmetrics-text;q=0.3, */*", True),
        ("*/*, application/openmetrics-text;q=0", False),
        ("*/*;q=0.9, application/openmetrics-text;q=0.1", False),
        ("text/*;q=0.9, application/openmetrics-text;q=0.1", False),
        ("application/openmetrics-text;q=0.2, text/plain;q=0.8", False),
        ("application/openmetrics-text;q=0", False),
        ("application/openmetrics-text;version=2.0.0", False),
        ("application/openmetrics-text;version=2.0.0, */*;q=0.1", False),
        ("application/openmetrics-text;charset=utf-16", False),
        ("application/openmetrics-text;q=much", False),
        ("application/openmetrics-text;q=1.5", False),
        ("text/html,application/xhtml+xml,*/*;q=0.8", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_openmetrics_is_sent_to_clients_that_prefer_it(header: str, preferred: bool) -> None:
    """In a supported version; the most specific range of the header applies (RFC 9110 12.5.1)."""
    assert preferred == prefers_openmetrics(header)


@given(st.text(alphabet=st.sampled_from('aq=;,"*/. 01\\é')) | st.text())
def test_any_header_is_understood(header: str) -> None:
    """No header raises an exception."""
    assert {prefers_openmetrics(header), accepts_gzip(header)} <= {True, False}
