"""Renders the status page."""

import base64
import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from importlib.resources import files
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from exporter.mixin.alerts.collector_sections import STALE
from exporter.mixin.links import RUNBOOK
from exporter.web.status.observed import Observed, Selection
from exporter.web.status.view import view

REFRESH_SECONDS, MAX_AGE_SECONDS = 15, 1.0


class StatusPage:
    """Renders the state that `observe` returns; every text in it is escaped, and the page has no scripts.

    `headers` belong to each response. They allow the page's own style sheet and nothing else.
    """

    def __init__(self, observe: Callable[[], Observed], metrics_path: str) -> None:
        self._observe = observe
        self._lock = threading.Lock()
        self._selection: Selection | None = None
        self._html, self._made = "", 0.0
        environment = Environment(
            loader=PackageLoader("exporter.web.status"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        style = files("exporter.web.status").joinpath("templates", "status.css").read_text()
        environment.globals |= {
            "metrics_path": metrics_path,
            "refresh_seconds": REFRESH_SECONDS,
            "runbook": RUNBOOK,
            "stale_link": f"{RUNBOOK}#{STALE.anchor}",
            "style": Markup(style),  # noqa: S704 (our own file; HTML has no escapes within <style>)
        }
        self._template = environment.get_template("status.html")
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self.headers = {
            "Cache-Control": "no-store",
            "Content-Security-Policy": (
                f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; "
                "form-action 'none'; frame-ancestors 'none'"
            ),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }

    def render(self, query: Mapping[str, str]) -> str:
        """The HTML for the parameters of a request, not older than a second; not to be called on the event loop.

        One page is made at a time, however many are requested.
        """
        selection = Selection.from_query(query)
        with self._lock:
            if selection != self._selection or time.monotonic() > self._made + MAX_AGE_SECONDS:
                self._html = self._rendered(selection)
                self._selection, self._made = selection, time.monotonic()
            return self._html

    def _rendered(self, selection: Selection) -> str:
        def link(**changes: str) -> str:
            parameters = urlencode(selection.query(**changes))
            return f"/?{parameters}" if parameters else "/"

        return self._template.render(view=view(self._observe(), selection), selection=selection, link=link)
