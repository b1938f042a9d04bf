"""Content negotiation, as RFC 9110 defines it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.web.negotiation import OPENMETRICS, TEXT, Coding, accepted_coding, accepted_offer, choices, matches

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
    assert accepted == (accepted_coding(header) is Coding.GZIP)


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
    assert (OPENMETRICS if preferred else TEXT) == accepted_offer(header)


@given(st.text(alphabet=st.sampled_from('aq=;,"*/. 01\\é')) | st.text())
def test_any_header_is_understood(header: str) -> None:
    """No header raises an exception."""
    assert accepted_offer(header).version
    assert accepted_coding(header).value
    assert matches(header, '"x"') in (True, False)


@pytest.mark.parametrize(
    ("header", "content_type"),
    [
        ("application/openmetrics-text;version=0.0.1", "application/openmetrics-text; version=0.0.1; charset=utf-8"),
        ("text/plain;version=1.0.0;escaping=allow-utf-8", "text/plain; version=1.0.0; charset=utf-8"),
        ("text/plain;version=1.0.0, text/plain;version=0.0.4", "text/plain; version=0.0.4; charset=utf-8"),
        ("text/plain;version=0.0.4;q=0.1, text/plain;version=1.0.0", "text/plain; version=1.0.0; charset=utf-8"),
        (
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,"
            + PROMETHEUS,
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        ),
        ("text/plain;version=9", "text/plain; version=0.0.4; charset=utf-8"),
        ("image/png", "text/plain; version=0.0.4; charset=utf-8"),
        ('image/png;title="a, */*;q=1", application/openmetrics-text;q=0.1', OPENMETRICS.content_type),
        ('application/openmetrics-text;version="1.\\0.0"', OPENMETRICS.content_type),
        ("application/openmetrics-text;version=1.0.0;q=0, application/openmetrics-text;q=0.5, */*;q=0.1", "text/plain"),
    ],
)
def test_the_version_is_one_that_the_client_accepts(header: str, content_type: str) -> None:
    """A client that accepts none of them gets the text format, as from every exporter."""
    assert accepted_offer(header).content_type.startswith(content_type)


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("gzip, zstd", Coding.ZSTD),
        ("gzip, deflate, br, zstd", Coding.ZSTD),
        ("gzip, zstd;q=0.9", Coding.GZIP),
        ("zstd;q=0, *", Coding.GZIP),
        ("*", Coding.GZIP),
        ("x-gzip", Coding.GZIP),
        ("identity, gzip;q=0.5", Coding.IDENTITY),
        ("identity, gzip", Coding.GZIP),
        ("identity;q=0", Coding.IDENTITY),
    ],
)
def test_the_coding_of_the_highest_weight_is_used(header: str, coding: Coding) -> None:
    """Among equals zstd, then gzip; `*` does not mean zstd."""
    assert coding == accepted_coding(header)


@pytest.mark.parametrize(
    ("header", "matched"),
    [
        ('"x"', True),
        ('W/"x"', True),
        ('"a", W/"b" ,"x"', True),
        (" * ", True),
        ('"a, *"', False),
        ("x", False),
        ('"X"', False),
        ("", False),
    ],
)
def test_a_known_representation_is_recognized(header: str, matched: bool) -> None:
    """RFC 9110 13.1.2."""
    assert matched == matches(header, '"x"')


def test_separators_in_quoted_strings_are_text() -> None:
    """Also escaped quotes; a string without an end extends to the end of the field."""
    quoted, following = choices(r'a;t="x, \"y;q=0";q=0.5, b;u="never, ending')
    assert ({"t": 'x, "y;q=0'}, 0.5) == (quoted.parameters, quoted.weight)
    assert ("b", {"u": '"never, ending'}) == (following.name, following.parameters)
