"""An External ID tenant: the directory that follows the B2C tenant."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from exporter.simulator.world.application import Application
from exporter.simulator.world.chance import guid, secret
from exporter.simulator.world.directory import Directory
from exporter.simulator.world.insights import Activity
from exporter.simulator.world.insights_ledger import InsightsLedger

OPENED = date(2025, 6, 1)
GROUPS = (("local", 6.0), ("google.com", 2.5), ("facebook.com", 1.25), ("other", 0.01))
"""Groups of users, and how many a day join them."""


class ExternalTenant:
    """The directory and the credentials of the program that reads its reports."""

    def __init__(self, seed: int, now: Callable[[], datetime]) -> None:
        self.seed = seed
        self.now = now
        self.tenant = "pedalwerkeclub.onmicrosoft.com"
        self.tenant_id = guid(seed, "external tenant")
        self.client_id = guid(seed, "external client")
        self.client_secret = secret(seed, "external")
        self.applications = tuple(
            Application(guid(seed, "club", name), name, size) for name, size in (("Club", 180), ("Bike rental", 95))
        )
        self.directory = Directory(seed, self.tenant, self._groups)
        self.activity = Activity(seed, self.applications, OPENED)
        self.ledger = InsightsLedger(self.activity)

    def users(self, day: date) -> int:
        """The user objects at the end of `day`; of today, now."""
        end = datetime.combine(day + timedelta(days=1), datetime.min.time(), self.now().tzinfo)
        return sum(self._groups(min(end, self.now())).values())

    def _groups(self, at: datetime) -> dict[str, int]:
        hours = max(
            0, int((at.replace(tzinfo=None) - datetime.combine(OPENED, datetime.min.time())) / timedelta(hours=1))
        )
        return {name: int(a_day * hours / 24) for name, a_day in GROUPS}
