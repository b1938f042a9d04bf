"""How long reports take that mostly wait for the service: parts read at once against one after the other.

The service takes 300 ms for each page of 1,000 rows. Both read the same 200 pages of usage, or 200 customers, and must
publish the same samples.
"""

import json
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bench.rows import rows
from exporter.apis import partner_center
from exporter.apis.costs.usage_reports import UsageDetails
from exporter.apis.ea import API
from exporter.apis.partner_center.collectors import SubscriptionUsageRecords
from exporter.auth.api_key import ApiKey
from exporter.auth.secret import Secret
from exporter.model.collection import Collector, Run
from exporter.model.families import Samples, fold
from exporter.transport.http import HttpClient, Unobserved
from exporter.transport.network import Limits, Network
from exporter.transport.session import Session
from exporter.transport.stop import Stop

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
FIRST, DAYS = date(2026, 10, 15), 31
"""Not a billing period, which is read page by page."""
PAGE, PAGES, CUSTOMERS = 1_000, 200, 200
SECONDS = 0.3
AT_ONCE = 4
GOAL = 3.5


class Service:
    """Usage by its days, and customers; each answer takes `SECONDS`."""

    def __init__(self) -> None:
        self._days: dict[str, list[str]] = {}
        for number, row in enumerate(rows(PAGE * PAGES)):
            day = str(FIRST + timedelta(number % DAYS))
            self._days.setdefault(day, []).append(json.dumps(row | {"date": f"{day}T00:00:00"}))
        ids = [str(uuid.UUID(int=number)) for number in range(CUSTOMERS)]
        self._customers = {"items": [_record(one) for one in ids]}

    def answer(self, path: str, query: Mapping[str, str]) -> bytes:
        """The body for a request, `SECONDS` after it."""
        at = time.perf_counter() + SECONDS
        body = self._usage(path, query) if "usagedetails" in path else json.dumps(self._other(path)).encode()
        time.sleep(max(0.0, at - time.perf_counter()))
        return body

    def _other(self, path: str) -> object:
        if path.endswith("balancesummary"):
            return {"currencyCode": "EUR"}
        if path == "/v1/customers/usagerecords":
            return self._customers
        return {"items": [_record(f"{path.split('/')[3]}-{number}") for number in range(5)]}

    def _usage(self, path: str, query: Mapping[str, str]) -> bytes:
        start, end = (date.fromisoformat(query[name]) for name in ("startTime", "endTime"))
        days = (str(start + timedelta(number)) for number in range((end - start).days + 1))
        found = [row for day in days for row in self._days.get(day, ())]
        skipped = int(query.get("skip", "0"))
        following = skipped + PAGE
        link = f"{query['base']}{path}?startTime={start}&endTime={end}&skip={following}"
        following_link = json.dumps(link if following < len(found) else None)
        return f'{{"data": [{",".join(found[skipped:following])}], "nextLink": {following_link}}}'.encode()


def _record(identity: str) -> dict[str, Any]:
    return {
        "resourceId": identity,
        "resourceName": f"Name of {identity}",
        "totalCost": 12.5,
        "currencyCode": "EUR",
        "isUpgraded": True,
        "lastModifiedDate": "2026-11-29T12:00:00+00:00",
    }


@contextmanager
def served() -> Iterator[str]:
    """The address of the service, in a process of its own."""
    context = get_context("spawn")
    ready = context.SimpleQueue()
    process = context.Process(target=_serve, args=(ready,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ready.get()}"
    finally:
        process.terminate()
        process.join()


def _serve(ready: Any) -> None:
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            query = dict(parse_qsl(url.query)) | {"base": f"http://{self.headers['Host']}"}
            body = service.answer(url.path, query)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ready.put(server.server_address[1])
    server.serve_forever()


def _session(url: str, at_once: int) -> Session:
    network = Network(Limits(per_account=at_once))
    http = HttpClient(origin=url, observer=Unobserved(), timeout=60, network=network)
    return Session(http, ApiKey(Secret("k")), base_url=url, observer=Unobserved(), stopped=Stop(), clock=lambda: NOW)


def usage(url: str, at_once: int, directory: Path) -> Collector:
    """The report of the enrollment's usage in November."""
    period = {"start": FIRST, "end": FIRST + timedelta(DAYS - 1)}
    settings = API.section.model_validate(
        {"enrollment": "1", "api_key": "k", "base_url": url, "usage": {"period": period}}
    )
    collectors = API.collectors(settings, _session(url, at_once), directory)
    return next(one for one in collectors if isinstance(one, UsageDetails))


def subscriptions(url: str, at_once: int, directory: Path) -> Collector:
    """The report of the subscriptions of all customers."""
    api = partner_center.API
    settings = api.section.model_validate(
        {
            "tenant": "csp.example",
            "client_id": str(uuid.UUID(int=1)),
            "client_secret": "s",
            "base_url": url,
            "detail": "subscriptions",
            "requests_per_minute": 6000,
        }
    )
    collectors = api.collectors(settings, _session(url, at_once), directory)
    return next(one for one in collectors if isinstance(one, SubscriptionUsageRecords))


def collected(report: Collector) -> tuple[float, Mapping[str, Samples]]:
    """Seconds from the first request to the samples, and the samples."""
    started = time.perf_counter()
    samples = fold(report.collect(NOW, Run(NOW)), report.families)
    return time.perf_counter() - started, dict(samples)


def main() -> None:
    """Print the ratios."""
    with served() as url, TemporaryDirectory() as directory:
        for name, build in (("usage of a range of days", usage), ("subscriptions of customers", subscriptions)):
            alone, expected = collected(build(url, 1, Path(directory)))
            together, found = collected(build(url, AT_ONCE, Path(directory)))
            if expected != found or not any(expected.values()):
                sys.exit(f"{name}: the samples differ")
            print(
                f"{name}: {alone:.1f} s one after the other, {together:.1f} s with {AT_ONCE} at once: "
                f"ratio {alone / together:.2f} (at least {GOAL:g})"
            )


if __name__ == "__main__":
    main()
