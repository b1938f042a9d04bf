"""The exporter's pages, over a real socket."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import pytest
import requests
import uvicorn

from exporter.app import Exporter
from exporter.commands.run import Running, served
from exporter.commands.simulate import write_config
from exporter.config import load
from exporter.simulator import Simulator
from exporter.web.listeners import listen
from tests.harness import Clock, ExporterHarness, parsed
from tests.runtime.collectors import collection, job


@pytest.fixture
def address(harness: ExporterHarness) -> Iterator[str]:
    """The address of the pages of `harness`."""
    with serving(harness.exporter) as found:
        yield found


@dataclass(frozen=True)
class Collected:
    """An exporter that has read the whole company, and the address of its pages."""

    exporter: Exporter
    address: str


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collected]:
    """One for all tests that only read its pages."""
    clock = Clock()
    with Simulator(seed=1, clock=clock) as simulator:
        config = write_config(simulator, tmp_path_factory.mktemp("collected"))
        harness = ExporterHarness(config, clock).without_waiting()
        harness.run()
    with serving(harness.exporter) as address:
        yield Collected(harness.exporter, address)


@contextmanager
def serving(exporter: Exporter) -> Iterator[str]:
    """The address of the pages of an exporter."""
    socket = listen("127.0.0.1:0")
    app = served(Running(Path(), exporter), "/metrics", enable_lifecycle=False)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    server.should_exit = True
    thread.join()


def test_there_are_no_metrics_before_what_is_stored_is_restored(simulator: Simulator, tmp_path: Path) -> None:
    """A part of the page would look like the whole; the exporter is healthy, but not ready."""
    with serving(Exporter(load(write_config(simulator, tmp_path)))) as address:
        found = {path: requests.get(f"{address}{path}", timeout=60) for path in ("/metrics", "/-/ready", "/-/healthy")}
    assert [503, 503, 200] == [answer.status_code for answer in found.values()]
    assert found["/-/ready"].text == "not ready: restoring\n"


def test_metrics_have_two_formats_and_may_be_compressed(collected: Collected) -> None:
    """All with the same samples."""
    text = requests.get(f"{collected.address}/metrics", headers={"Accept-Encoding": "identity"}, timeout=60)
    compressed = requests.get(
        f"{collected.address}/metrics", headers={"Accept-Encoding": "gzip"}, timeout=60, stream=True
    )
    openmetrics = requests.get(
        f"{collected.address}/metrics", headers={"Accept": "application/openmetrics-text;version=1.0.0"}, timeout=60
    )
    assert text.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert openmetrics.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert ("gzip", None) == (compressed.headers["Content-Encoding"], text.headers.get("Content-Encoding"))
    decompressed = gzip.decompress(compressed.raw.read(decode_content=False)).decode()
    published = {key for key in parsed(text.text) if key[0].startswith(("azure_ea", "azure_b2c", "partner"))}
    assert published <= parsed(decompressed).keys()
    assert openmetrics.text.endswith("# EOF\n")
    assert openmetrics.text.startswith(collected.exporter.store.current.body.decode())


def test_a_response_is_complete_while_collections_are_published(harness: ExporterHarness, address: str) -> None:
    """It has all of one collection, in the accepted encoding, and ends with the exporter's own metrics."""
    store, publisher = harness.exporter.store, job("busy")
    pages = cycle([collection(**{f"who{n}": str(amount) for n in range(2000)}) for amount in range(5)])
    store.publish(publisher, next(pages))
    finished = threading.Event()

    def publish() -> None:
        while not finished.is_set():
            store.publish(publisher, next(pages))

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        with requests.Session() as client:
            for number in range(200):
                form = ("gzip", "identity")[number % 2]
                answer = client.get(f"{address}/metrics", headers={"Accept-Encoding": form}, timeout=60, stream=True)
                body = answer.raw.read(decode_content=False)
                assert (form, str(len(body))) == (
                    answer.headers.get("Content-Encoding", "identity"),
                    answer.headers["Content-Length"],
                )
                lines = (gzip.decompress(body) if form == "gzip" else body).splitlines()
                amounts = [line.rpartition(b" ")[2] for line in lines if line.startswith(b"cost{")]
                assert (2000, 1) == (len(amounts), len(set(amounts)))
                assert lines[-1].startswith(b"azure_billing_exporter_")
    finally:
        finished.set()
        thread.join()


@pytest.mark.parametrize("form", ["gzip", "identity"])
def test_head_has_the_headers_of_get(collected: Collected, form: str) -> None:
    """And no body, so that the connection can be reused."""
    with requests.Session() as client:
        client.headers["Accept-Encoding"] = form
        head = client.head(f"{collected.address}/metrics", timeout=60)
        page = client.get(f"{collected.address}/metrics", timeout=60)
    assert head.content == b""
    assert (head.headers.keys(), True) == (page.headers.keys(), int(head.headers["Content-Length"]) > 1000)
    assert head.headers.get("Content-Encoding", "identity") == form


def test_openmetrics_is_valid_for_its_reference_parser(collected: Collected) -> None:
    """The page relies on gauges having the same form in both formats."""
    from prometheus_client.openmetrics.parser import text_string_to_metric_families as read

    page = requests.get(
        f"{collected.address}/metrics", headers={"Accept": "application/openmetrics-text"}, timeout=60
    ).text
    families = [family.name for family in read(page)]  # type: ignore[no-untyped-call]
    assert len(families) == len(set(families)) > 40


def test_ready_once_every_collector_has_published(harness: ExporterHarness, address: str) -> None:
    """Until then the page names the missing ones; the exporter is healthy from the start."""
    before = requests.get(f"{address}/-/ready", timeout=60)
    required = [job for job in harness.exporter.jobs if job.collector.required]
    assert (503, len(required)) == (before.status_code, before.text.count("not ready: "))
    assert requests.get(f"{address}/-/healthy", timeout=60).status_code == 200
    harness.run()
    after = requests.get(f"{address}/-/ready", timeout=60)
    assert (200, "ready\n") == (after.status_code, after.text)


def test_the_status_page_has_the_state_of_each_collector(collected: Collected) -> None:
    """Every account and collector, its state, and links."""
    page = requests.get(f"{collected.address}/", timeout=60)
    assert page.headers["Content-Type"].startswith("text/html")
    expected = ["contoso-ea", "usagedetails", "tenantUserCount", "usagerecords", 'href="/metrics"', ">OK<"]
    assert [] == [text for text in expected if text not in page.text]


@pytest.mark.parametrize("path", ["/metrics", "/", "/-/healthy", "/-/ready"])
def test_only_get_and_head_are_allowed(address: str, path: str) -> None:
    """Anything else is 405 with Allow, and HEAD has no body."""
    refused = requests.post(f"{address}{path}", timeout=60)
    assert (405, {"GET", "HEAD"}) == (refused.status_code, set(refused.headers["Allow"].split(", ")))
    assert requests.head(f"{address}{path}", timeout=60).content == b""


def test_an_unknown_path_is_not_found(address: str) -> None:
    """Nothing else is served."""
    assert requests.get(f"{address}/etc/passwd", timeout=60).status_code == 404
