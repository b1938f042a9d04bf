"""Partner Center with 10,000 customers: from the answer's bytes to the published snapshot, against plain decoding.

Prints the CPU time of both, and their ratio. Every round brings other costs for the same customers.
"""

import json
import random
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests

from exporter.apis.partner_center.client import CUSTOMERS, Client
from exporter.apis.partner_center.collectors import UsageRecords
from exporter.apis.partner_center.reading.names import Naming
from exporter.apis.partner_center.settings import Settings
from exporter.auth.secret import Secret
from exporter.runtime.archive import Archive
from exporter.runtime.job import Job
from exporter.runtime.page import Block
from exporter.runtime.runner import Runner
from exporter.runtime.store import SnapshotStore
from exporter.runtime.telemetry import Telemetry
from exporter.transport.response import Response

NUMBER = 10_000
ROUNDS = 15
LIMIT = 3.0


class Answered:
    """A session that has the answer already."""

    pace = None

    def __init__(self, *contents: bytes) -> None:
        self._contents = cycle(contents)

    def get(self, url: str, *, headers: Mapping[str, str]) -> Response:
        request = requests.Request("GET", "http://localhost/").prepare()
        return Response(200, "OK", {"isMfaCompliant": "true"}, url, request, next(self._contents))


def answer(number: int, spent: int = 1) -> bytes:
    """An answer in the documented form: mostly Azure plans, two in three with a budget, 19 decimals.

    With another `spent` the same customers have the same budgets, but every cost, percentage and time differs.
    """
    chance, spending = random.Random(1), random.Random(spent)
    items = ",".join(_item(chance, spending, place) for place in range(number))
    links = '{"self":{"uri":"/customers/usagerecords","method":"GET","headers":[]}}'
    return (
        f'{{"totalCount":{number},"items":[{items}],"links":{links},"attributes":{{"objectType":"Collection"}}}}'
    ).encode()


def _item(chance: random.Random, spending: random.Random, place: int) -> str:
    legacy = place % 20 == 0
    name = f"Kundin {chance.randrange(10**6)} Müller & Söhne GmbH {place}"
    customer = str(uuid.UUID(int=chance.getrandbits(128)))
    kind = {"attributes": {"objectType": "SpendingBudget"}}
    item: dict[str, Any] = {
        "budget": {"amount": chance.randrange(10, 90_000), **kind} if place % 3 else kind,
        "percentUsed": spending.randrange(60_000) / 100,
        "isUpgraded": not legacy,
        "resourceId": customer,
        "id": customer,
        "resourceName": name,
        "name": name,
        "totalCost": 1,
        **({"currencyLocale": "fr-FR"} if legacy else {"currencyCode": chance.choice(("EUR", "SEK", "USD"))}),
        "usdTotalCost": 2,
        "lastModifiedDate": f"2026-11-19T12:{spending.randrange(60):02d}:{spending.randrange(60):02d}.1433333+00:00",
        "attributes": {"objectType": "CustomerMonthlyUsageRecord"},
    }
    text = json.dumps(item, ensure_ascii=False, separators=(",", ":"))
    for field, stands in (("totalCost", 1), ("usdTotalCost", 2)):
        money = f"{spending.randrange(10**4)}.{spending.randrange(10**19):019d}"
        text = text.replace(f'"{field}":{stands},', f'"{field}":{money},')
    return text


def best(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Seconds of CPU time of the quickest round."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def main() -> None:
    """Measure and print."""
    content = answer(NUMBER)
    client = Client(Answered(content, answer(NUMBER, spent=2)), account="csp", naming=Naming("show", Secret("")))  # type: ignore[arg-type]
    settings = Settings.model_validate(
        {"tenant": "csp.example", "client_id": str(uuid.UUID(int=1)), "client_secret": "s"}
    )
    with TemporaryDirectory() as directory:
        store = SnapshotStore()
        runner = Runner(store, Archive(Path(directory)), Telemetry(), lambda: datetime.now(UTC))
        job = Job("partner_center", "csp", UsageRecords(client, settings), UsageRecords.fresh_every)
        decoding = best(lambda: CUSTOMERS.typed.decode(content))
        publishing = best(lambda: store.publish(job, runner.collection(job)))
        body = store.current.body
        compressing = best(lambda: Block(body))
    print(f"{NUMBER} customers, {len(content) / 1e6:.1f} MB of JSON, {len(body) / 1e6:.1f} MB of metrics")
    print(f"decoding {decoding * 1e3:.1f} ms, from answer to published snapshot {publishing * 1e3:.1f} ms of CPU time")
    print(f"of that, compressing the page anew takes {compressing * 1e3:.1f} ms")
    print(f"answer to published, to decoding: ratio {publishing / decoding:.2f} (at most {LIMIT:g})")


if __name__ == "__main__":
    main()
