"""1,000 accounts with 13 collectors each in one process: start, first runs, memory, threads and the own series.

The service is a process of its own, which answers each request at once.
"""

import asyncio
import os
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from exporter.apis import ea
from exporter.apis.api import AccountReport, Api
from exporter.apis.ea.settings import Settings
from exporter.apis.settings import AccountSettings
from exporter.app import Exporter
from exporter.config import Config
from exporter.model.collection import Run
from exporter.model.families import Family, Labels
from exporter.runtime.own import Format
from exporter.transport.session import Session

ACCOUNTS, COLLECTORS = 1000, 13
GOAL_THREADS = 300


def report(number: int) -> type[AccountReport[Session, Settings]]:
    """A report of one request and one series."""

    class Small(AccountReport[Session, Settings]):
        """A small report."""

        name = f"report{number}"
        fresh_every = timedelta(hours=6)
        families = (Family(f"azure_bench_{number}", "x", Labels.from_attributes(), lambda record: record),)

        def collect(self, now: datetime, run: Run) -> Iterable[Any]:
            self.client.get("report", validators=run.validators)
            yield Decimal(1)

    return Small


API: Api = replace(
    ea.API,
    reports=tuple(report(number) for number in range(COLLECTORS)),
    client=lambda settings, session, storage: session,
)


class Accounts(Config):
    """A configuration with this many accounts."""

    number: int
    address: str

    def paths(self) -> Iterator[tuple[str, Api, AccountSettings]]:
        for index in range(self.number):
            given = {"name": f"a{index}", "enrollment": str(index), "api_key": "k", "base_url": self.address}
            yield f"ea[{index}]", API, API.section.model_validate(given)


def service(port: Connection) -> None:
    """Answer every request with an empty object."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1000)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


def memory() -> float:
    """Resident megabytes of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Measure and print."""
    here, there = get_context("spawn").Pipe()
    child = get_context("spawn").Process(target=service, args=(there,), daemon=True)
    child.start()
    address = f"http://127.0.0.1:{here.recv()}"
    with TemporaryDirectory() as directory:
        small, large = (
            measure(Path(directory) / str(accounts), address, accounts) for accounts in (ACCOUNTS // 10, ACCOUNTS)
        )
    print(f"making it, per account, {ACCOUNTS} to {ACCOUNTS // 10} accounts: {large / small:.2f} (goal 1.5)")
    child.terminate()


def measure(directory: Path, address: str, accounts: int) -> float:
    """Measure and print one number of accounts; returns the seconds per account until the exporter is made."""
    before, started = memory(), time.perf_counter()
    given = {"storage": {"path": directory}, "address": address}
    exporter = Exporter(Accounts.model_validate(given | {"number": accounts}))
    jobs, threads = len(exporter.jobs), threading.active_count()
    kilobytes = (memory() - before) * 1e3 / accounts
    print(f"{accounts} accounts, {jobs} collectors")
    made = time.perf_counter() - started
    print(f"  made in {made:.2f} s, {kilobytes:.0f} kB per account")
    started, most = time.perf_counter(), 0
    exporter.start()
    while len(exporter.store.current.collections) < jobs:
        most = max(most, threading.active_count() - threads)
        time.sleep(0.02)
    seconds = time.perf_counter() - started
    print(f"  first runs in {seconds:.1f} s, {jobs / seconds:.0f} per second")
    print(f"  at most {most} threads (goal: {GOAL_THREADS})")
    started = time.perf_counter()
    exporter.own.refresh(Format.TEXT)
    own = bytes(exporter.own.current[Format.TEXT].page.plain)
    seconds = time.perf_counter() - started
    lines = sum(not line.startswith(b"#") for line in own.splitlines())
    print(
        f"  own series: {lines}, {lines / jobs:.1f} per collector, {len(own) / 1e6:.1f} MB, rendered in {seconds:.2f} s"
    )
    print(f"  memory: {memory():.0f} MB, {memory() - before:.0f} MB of it for these accounts")
    started = time.perf_counter()
    done = exporter.configure(Accounts.model_validate(given | {"number": accounts - 1}))
    print(f"  a reload that removes {done.removed} collectors: {time.perf_counter() - started:.2f} s")
    exporter.stop()
    return made / accounts


if __name__ == "__main__":
    main()
