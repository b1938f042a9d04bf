"""Answers whose bodies are wrong although HTTP has nothing to object to."""

import json
import zlib
from typing import Any

import pytest

from exporter.simulator.b2c import faults as b2c
from exporter.simulator.ea import faults as ea
from exporter.simulator.partner_center import faults as partner_center
from exporter.simulator.server.faults import Gateway, Status, Truncated

from .conftest import Browser

FRAMINGS: tuple[Any, ...] = ("length", "chunked", "close")
FRAMING_HEADERS = {
    "length": ("200", None, None),
    "chunked": (None, "chunked", None),
    "close": (None, None, "close"),
}


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_truncated_answer_looks_complete(browser: Browser, framing: Any) -> None:
    """Its first bytes arrive without an error, framed in each of HTTP's three ways; the next answer is whole."""
    whole = browser.ea("usagedetails").content
    browser.sim.faults.script("usagedetails", Truncated(200, framing))
    answer = browser.ea("usagedetails")
    headers = [answer.headers.get(name) for name in ("Content-Length", "Transfer-Encoding", "Connection")]
    assert (200, whole[:200]) == (answer.status_code, answer.content)
    assert list(FRAMING_HEADERS[framing]) == headers
    assert "application/json; charset=utf-8" == answer.headers["Content-Type"]
    assert whole == browser.ea("usagedetails").content


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("after", [0, 10**9])
def test_a_truncated_answer_may_be_empty_or_whole(browser: Browser, framing: Any, after: int) -> None:
    """No byte, or all of them: what is sent is what was asked for."""
    whole = browser.ea("balancesummary").content
    browser.sim.faults.script("balancesummary", Truncated(after, framing))
    assert whole[:after] == browser.ea("balancesummary").content


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_compressed_answer_can_end_at_a_flush(browser: Browser, framing: Any) -> None:
    """It decodes to what was asked for, and yet the stream has no end."""
    whole = browser.ea("usagedetails").content
    browser.sim.faults.script("usagedetails", Truncated(5000, framing, gzip=True))
    answer = browser.ea("usagedetails", stream=True)
    stream = zlib.decompressobj(wbits=31)
    assert "gzip" == answer.headers["Content-Encoding"]
    assert whole[:5000] == stream.decompress(answer.raw.read(decode_content=False))
    assert not stream.eof


def test_a_truncated_answer_by_close_is_quiet(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    """The server logs nothing about an answer that went past its HTTP library."""
    browser.sim.faults.script("balancesummary", Truncated(10, "close"), times=2)
    for _ in range(3):
        browser.ea("balancesummary")
    assert [] == [record.message for record in caplog.records if record.name.startswith(("uvicorn", "asyncio"))]


@pytest.mark.parametrize(("status", "length"), [(200, "0"), (204, None)])
def test_a_body_can_be_empty(browser: Browser, status: int, length: str | None) -> None:
    """By its length, or by the status that has no content and so no length."""
    browser.sim.faults.script("usagedetails", Status(status))
    answer = browser.ea("usagedetails")
    assert (status, b"", length) == (answer.status_code, answer.content, answer.headers.get("Content-Length"))


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (ea.soft_error("c", "m"), {"error": {"code": "c", "message": "m"}}),
        (
            b2c.soft_error("c", "m"),
            {"odata.error": {"code": "c", "message": {"lang": "en", "value": "m"}, "values": None}},
        ),
        (
            partner_center.soft_error("c", "m"),
            {"code": "c", "description": "m", "data": [], "source": "PartnerApiServiceControllers"},
        ),
    ],
)
def test_an_error_can_come_with_200(browser: Browser, fault: Status, expected: object) -> None:
    """In each service's own envelope and content type."""
    browser.sim.faults.script("usagedetails", fault)
    answer = browser.ea("usagedetails")
    assert (200, expected) == (answer.status_code, json.loads(answer.content))
    assert answer.headers["Content-Type"].startswith("application/json")
    assert ("odata" in answer.headers["Content-Type"]) == ("odata.error" in answer.text)


@pytest.mark.parametrize("status", [200, 400, 403, 404, 502, 503])
@pytest.mark.parametrize(
    ("server", "name"), [("nginx", "nginx"), ("iis", "Microsoft-IIS/10.0"), ("proxy", "squid/5.7")]
)
def test_a_gateway_answers_with_its_page(browser: Browser, server: Any, name: str, status: int) -> None:
    """HTML with the status in it, under the server's name, whatever was requested."""
    browser.sim.faults.script("usagedetails", Gateway(status, server))
    answer = browser.ea("usagedetails")
    assert (status, name) == (answer.status_code, answer.headers["Server"])
    assert answer.headers["Content-Type"].startswith("text/html")
    assert str(status) in answer.text
    assert "<html" in answer.text
