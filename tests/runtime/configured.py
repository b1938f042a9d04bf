"""An exporter of accounts that read balances, whose configuration a test changes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exporter.app import Exporter
from exporter.config import Config, loads
from exporter.runtime.job import Job
from tests.balances import configuration
from tests.harness import Clock, Scrape, scrape


class Configured:
    """An exporter of accounts that read balances, and its configuration."""

    def __init__(self, url: str, storage: Path, clock: Clock, *names: str) -> None:
        self.url = url
        self.storage = storage
        self.exporter = Exporter(self.config(*names), clock=clock)

    def config(self, *names: str, more: str = "", key: str = "k") -> Config:
        return loads(self.text(*names, more=more, key=key), "test")

    def text(self, *names: str, more: str = "", key: str = "k") -> str:
        return configuration(
            self.url, self.storage, {name: number for number, name in enumerate(names, 100)}, more=more, key=key
        )

    def job(self, account: str) -> Job:
        (found,) = [job for job in self.exporter.jobs if job.account == account]
        return found

    def scrape(self) -> Scrape:
        return scrape(self.exporter)

    def own(self, account: str) -> set[str]:
        """The families of the exporter's own series of an account."""
        return {
            name
            for name, labels in self.scrape()
            if name.startswith("azure_billing_exporter") and ("account", account) in labels
        }


@contextmanager
def collecting(found: Configured) -> Iterator[Configured]:
    found.exporter.start()
    try:
        yield found
    finally:
        found.exporter.stop()
