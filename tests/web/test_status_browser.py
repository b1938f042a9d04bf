"""The status page in a real browser: readable at every width, in light and dark, with no script and no error."""

import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from exporter.web.status.observed import Observed
from exporter.web.status.page import StatusPage
from tests.browser import Browser, chromium
from tests.web import companies

COMPANIES: dict[str, Callable[[], Observed]] = {
    "healthy": companies.healthy,
    "broken": companies.broken,
    "starting": companies.starting,
    "large": companies.large,
}
WIDER = "document.documentElement.scrollWidth > window.innerWidth"
PAINTED = "getComputedStyle(document.body).backgroundColor"
CONTRASTS = (Path(__file__).parent / "contrasts.js").read_text()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Serves the page of each company below its name, with the page's own headers."""
    pages = {name: StatusPage(observe, "/metrics") for name, observe in COMPANIES.items()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            page = pages.get(url.path.strip("/"))
            self.send_response(200 if page else 404)
            for name, text in page.headers.items() if page else ():
                self.send_header(name, text)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.render(dict(parse_qsl(url.query))).encode() if page else b"")

        def log_message(self, *arguments: object) -> None:
            """Stay quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory, module_tool: Callable[[str], str]) -> Iterator[Browser]:
    profile = tmp_path_factory.mktemp("profile")
    with chromium(module_tool("chromedriver"), module_tool("chromium"), profile) as window:
        yield window


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 768, 1280])
@pytest.mark.parametrize("company", COMPANIES)
def test_the_page_is_readable(browser: Browser, address: str, company: str, width: int, scheme: str) -> None:
    """Nothing is wider than the screen, and text has the contrast that WCAG 2.1 (AA) requires.

    The pictures are written to the directory PICTURES, if it is set.
    """
    browser.shows_as(width, scheme)
    browser.open(f"{address}/{company}?refresh=off")
    if directory := os.environ.get("PICTURES"):
        (Path(directory) / f"{company}-{width}-{scheme}.png").write_bytes(browser.picture())
    assert browser.evaluate(WIDER) is False
    assert [] == browser.evaluate(CONTRASTS)
    assert ("rgb(245, 246, 248)" if scheme == "light" else "rgb(16, 19, 23)") == browser.evaluate(PAINTED)
