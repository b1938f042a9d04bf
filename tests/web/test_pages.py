"""The exporter's pages, over a real socket."""

import gzip
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
import uvicorn

from exporter.commands.run import Running, served
from exporter.simulator import Simulator
from exporter.web.pages import accepts_gzip, takes_openmetrics
from exporter.web.server import listen
from tests.conftest import House
from tests.support import parsed


@pytest.fixture
def address(house: House) -> Iterator[str]:
    """Where the house's pages are."""
    socket = listen("127.0.0.1:0")
    app = served(Running(Path(), house.exporter), "/metrics", enable_lifecycle=False)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    server.should_exit = True
    thread.join()


def test_metrics_come_in_both_formats_plain_and_packed(house: House, address: str) -> None:
    """The same samples, whatever the client asks for."""
    house.run()
    text = requests.get(f"{address}/metrics", headers={"Accept-Encoding": "identity"}, timeout=5)
    packed = requests.get(f"{address}/metrics", headers={"Accept-Encoding": "gzip"}, timeout=5, stream=True)
    openmetrics = requests.get(
        f"{address}/metrics", headers={"Accept": "application/openmetrics-text;version=1.0.0"}, timeout=5
    )
    assert text.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert openmetrics.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert ("gzip", None) == (packed.headers["Content-Encoding"], text.headers.get("Content-Encoding"))
    unpacked = gzip.decompress(packed.raw.read(decode_content=False)).decode()
    published = {key for key in parsed(text.text) if key[0].startswith(("azure_ea", "azure_b2c", "partner"))}
    assert published <= parsed(unpacked).keys()
    assert openmetrics.text.endswith("# EOF\n")
    assert openmetrics.text.startswith(house.exporter.store.current.body.decode())


def test_openmetrics_is_what_its_reference_parser_reads(house: House, address: str) -> None:
    """Gauges look alike in both formats; this holds the page to it."""
    from prometheus_client.openmetrics.parser import text_string_to_metric_families as read

    house.run()
    page = requests.get(f"{address}/metrics", headers={"Accept": "application/openmetrics-text"}, timeout=5).text
    families = [family.name for family in read(page)]
    assert len(families) == len(set(families)) > 40


def test_ready_once_every_collector_has_published(house: House, address: str) -> None:
    """Until then it says what is missing; healthy it is from the start."""
    before = requests.get(f"{address}/-/ready", timeout=5)
    required = [job for job in house.exporter.jobs if job.collector.required]
    assert (503, len(required)) == (before.status_code, before.text.count("not ready: "))
    assert requests.get(f"{address}/-/healthy", timeout=5).status_code == 200
    house.run()
    assert (200, "ready\n") == (lambda page: (page.status_code, page.text))(
        requests.get(f"{address}/-/ready", timeout=5)
    )


def test_the_page_tells_how_each_collector_is_doing(
    simulator: Simulator, house_of: Callable[[str], House], house: House, address: str
) -> None:
    """Every account and collector, its state, and links; all text is escaped."""
    house.run()
    page = requests.get(f"{address}/", timeout=5)
    assert page.headers["Content-Type"].startswith("text/html")
    wanted = ["contoso-ea", "usagedetails", "tenantUserCount", "usagerecords", 'href="/metrics"', ">ok<"]
    assert [] == [text for text in wanted if text not in page.text]


@pytest.mark.parametrize("path", ["/metrics", "/", "/-/healthy", "/-/ready"])
def test_only_get_and_head_are_allowed(address: str, path: str) -> None:
    """Anything else is 405 with Allow, and HEAD has no body."""
    refused = requests.post(f"{address}{path}", timeout=5)
    assert (405, {"GET", "HEAD"}) == (refused.status_code, set(refused.headers["Allow"].split(", ")))
    assert requests.head(f"{address}{path}", timeout=5).content == b""


def test_an_unknown_path_is_not_found(address: str) -> None:
    """Nothing else is served."""
    assert requests.get(f"{address}/etc/passwd", timeout=5).status_code == 404


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("GZIP; q=0.5", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("br", False),
        ("", False),
    ],
)
def test_gzip_is_sent_to_who_accepts_it(header: str, accepted: bool) -> None:
    """RFC 9110 12.5.3, with its weights."""
    assert accepted == accepts_gzip(header)


PROMETHEUS = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        (PROMETHEUS, True),
        ("application/openmetrics-text", True),
        ("Application/OpenMetrics-Text; version=1.0.0; charset=utf-8", True),
        ("application/openmetrics-text;q=0.2, text/plain;q=0.8", False),
        ("application/openmetrics-text;q=0", False),
        ("application/openmetrics-text;version=2.0.0", False),
        ("application/openmetrics-text;q=much", False),
        ("text/html,application/xhtml+xml,*/*;q=0.8", False),
        ("", False),
    ],
)
def test_openmetrics_is_sent_to_who_would_rather_have_it(header: str, taken: bool) -> None:
    """In the version that is written, by RFC 9110's weights."""
    assert taken == takes_openmetrics(header)
