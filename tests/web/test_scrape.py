"""Responses to scrapes, over a real socket."""

import gzip
import shutil
import subprocess
import threading
import zlib
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import quote

import pytest
import uvicorn
import zstandard

from exporter.runtime.own import OwnMetrics
from exporter.runtime.reload import Reload
from exporter.runtime.store import SnapshotStore
from exporter.runtime.telemetry import Telemetry
from exporter.web.listeners import listen
from exporter.web.pages import application
from exporter.web.status.observed import Observed
from exporter.web.status.page import StatusPage
from tests.runtime.collectors import NOW, collection, job

FORMS = ("gzip", "zstd", "identity")


class Served:
    """Published collections and own metrics whose clock a test advances, on a real socket."""

    def __init__(self) -> None:
        self.store = SnapshotStore()
        self.telemetry = Telemetry()
        self.telemetry.configured(Reload(NOW))
        self.now = 0.0
        own = OwnMetrics(self.telemetry, lambda: self.now)
        self.app = application(
            lambda: self.store.current,
            own,
            status=StatusPage(lambda: Observed((), NOW, NOW), "/metrics"),
            not_ready=tuple,
        )
        self.listening = listen("127.0.0.1:0")
        self.port = self.listening.getsockname()[1]

    def get(self, path: str = "/metrics", method: str = "GET", **fields: str) -> tuple[HTTPResponse, bytes]:
        """The response and its body, not decoded."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, headers={name.replace("_", "-"): text for name, text in fields.items()})
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def names(self, *names: str, accept: str = "") -> bytes:
        """The families of `name[]`."""
        return self.get("/metrics?" + "&".join(f"name[]={quote(name)}" for name in names), Accept=accept)[1]


@pytest.fixture
def served() -> Iterator[Served]:
    """A server with two published accounts, one of which has many series."""
    found = Served()
    found.store.publish(job("a"), collection(x="1", y="2.50"))
    found.store.publish(job("b"), collection(**{f"who{number}": str(number) for number in range(20_000)}))
    server = uvicorn.Server(uvicorn.Config(found.app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [found.listening]})
    thread.start()
    yield found
    server.should_exit = True
    thread.join()


def decoded(response: HTTPResponse, body: bytes) -> bytes:
    """The page; gzip is read by a single call of zlib's inflate."""
    match response.headers.get("Content-Encoding", "identity"):
        case "gzip":
            assert gzip.decompress(body) == zlib.decompress(body, zlib.MAX_WBITS + 16)
            return gzip.decompress(body)
        case "zstd":
            return zstandard.ZstdDecompressor().stream_reader(body, read_across_frames=True).read()
        case _:
            return body


@pytest.mark.parametrize("accept", ["", "application/openmetrics-text"])
def test_all_codings_have_the_same_page(served: Served, accept: str) -> None:
    """With its exact length, and an ETag of their own."""
    found = [served.get(Accept=accept, Accept_Encoding=form) for form in FORMS]
    assert [str(len(body)) for _, body in found] == [response.headers["Content-Length"] for response, _ in found]
    assert list(FORMS) == [response.headers.get("Content-Encoding", "identity") for response, _ in found]
    (page,) = {decoded(*one) for one in found}
    assert page.startswith(served.store.current.body)
    assert 3 == len({response.headers["ETag"] for response, _ in found})
    assert {"Accept, Accept-Encoding"} == {response.headers["Vary"] for response, _ in found}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("path", ["/metrics", "/metrics?name[]=cost"])
def test_head_has_the_headers_of_get_and_no_body(served: Served, path: str, form: str) -> None:
    """RFC 9110 9.3.2; the date may differ."""
    responses = [served.get(path, method, Accept_Encoding=form) for method in ("HEAD", "GET")]
    head, page = [dict(response.headers) | {"date": ""} for response, _ in responses]
    assert (head, b"") == (page, responses[0][1])


@pytest.mark.parametrize("path", ["/", "/-/healthy", "/-/ready"])
def test_every_page_has_a_head(served: Served, path: str) -> None:
    """With the same length."""
    responses = [served.get(path, method) for method in ("HEAD", "GET")]
    assert [200, 200] == [response.status for response, _ in responses]
    assert responses[0][0].headers["Content-Length"] == str(len(responses[1][1]))
    assert b"" == responses[0][1]


@pytest.mark.parametrize("form", FORMS)
def test_a_known_page_is_not_sent_again(served: Served, form: str) -> None:
    """Until something is published, or the exporter's own metrics are rendered again."""
    etag = served.get(Accept_Encoding=form)[0].headers["ETag"]
    for known in (etag, f'W/{etag}, "other"', "*"):
        response, body = served.get(Accept_Encoding=form, If_None_Match=known)
        assert (304, b"", etag) == (response.status, body, response.headers["ETag"])
        assert "Accept, Accept-Encoding" == response.headers["Vary"]
    assert 200 == served.get(Accept_Encoding=form, If_None_Match='"other"')[0].status
    assert 200 == served.get(Accept="application/openmetrics-text", Accept_Encoding=form, If_None_Match=etag)[0].status
    served.store.publish(job("c"), collection(x="3"))
    assert 200 == served.get(Accept_Encoding=form, If_None_Match=etag)[0].status
    etag = served.get(Accept_Encoding=form)[0].headers["ETag"]
    served.now += 1
    assert 200 == served.get(Accept_Encoding=form, If_None_Match=etag)[0].status


def test_names_select_families(served: Served) -> None:
    """Published and own ones, by the name of the family or of its samples; in the order of the page."""
    expected = b'# HELP users Who they are.\n# TYPE users gauge\nusers{account="a"} 3\nusers{account="b"} 3\n'
    assert expected == served.names("users")
    both = served.names("azure_billing_exporter_config_last_reload_successful", "users", "users")
    assert both.startswith(expected)
    assert both.endswith(b"\nazure_billing_exporter_config_last_reload_successful 1.0\n")
    for name in ("process_cpu_seconds_total", "process_cpu_seconds"):
        assert 3 == served.names(name).count(b"\n")
    assert (b"", b"") == (served.names("unknown"), served.names(""))
    assert expected + b"# EOF\n" == served.names("users", accept="application/openmetrics-text")
    assert served.store.current.body.partition(b"# HELP users")[0] == served.names("cost")


def test_the_number_of_names_is_limited(served: Served) -> None:
    """A long query is refused, and other parameters are ignored."""
    response, body = served.get("/metrics?" + "&".join(["name[]=cost"] * 101))
    assert (400, b"at most 100 parameters, such as name[]\n") == (response.status, body)
    assert 200 == served.get("/metrics?name=cost&x")[0].status


def test_a_path_is_not_redirected(served: Served) -> None:
    """A redirect would name the host that the client sent."""
    response, _ = served.get("/metrics/", Host="elsewhere.example")
    assert (404, None) == (response.status, response.headers.get("Location"))


@pytest.mark.parametrize("form", ["gzip", "zstd"])
def test_curl_decodes_every_coding(served: Served, form: str) -> None:
    """An independent decoder, if it is installed and supports the coding."""
    curl = shutil.which("curl")
    if not curl or form not in subprocess.run([curl, "--version"], capture_output=True, text=True).stdout.replace(
        "libz", "gzip"
    ):
        pytest.skip(f"curl with {form} is not installed")
    url = f"http://127.0.0.1:{served.port}/metrics"
    command = [curl, "--silent", "--fail", "--compressed", "--header", f"Accept-Encoding: {form}", url]
    found = subprocess.run(command, capture_output=True, check=True).stdout
    assert found.startswith(served.store.current.body)


GO = """package main
import ("io"; "net/http"; "os")
func main() {
	response, err := http.Get(os.Args[1])
	if err != nil || !response.Uncompressed { os.Exit(1) }
	if _, err := io.Copy(os.Stdout, response.Body); err != nil { os.Exit(1) }
}
"""


def test_go_decodes_gzip(served: Served, tmp_path: Path) -> None:
    """Prometheus is written in Go; this needs its compiler."""
    go = shutil.which("go")
    if not go:
        pytest.skip("go is not installed")
    source = tmp_path / "main.go"
    source.write_text(GO)
    command = [go, "run", str(source), f"http://127.0.0.1:{served.port}/metrics"]
    found = subprocess.run(command, capture_output=True, check=True).stdout
    assert found.startswith(served.store.current.body)
