"""The simulated company: the source of all answers of the simulator."""

from collections.abc import Callable
from datetime import UTC, datetime

from exporter.simulator.world.azure import AzureTenant
from exporter.simulator.world.b2c import Application, B2cTenant, UserCount
from exporter.simulator.world.balance import Balance
from exporter.simulator.world.enrollment import Enrollment
from exporter.simulator.world.ledger import UsageLedger
from exporter.simulator.world.partner import Customer, Partner, Subscription
from exporter.simulator.world.usage import UsageRow

__all__ = [
    "Application",
    "AzureTenant",
    "B2cTenant",
    "Balance",
    "Customer",
    "Enrollment",
    "Partner",
    "Subscription",
    "UsageLedger",
    "UsageRow",
    "UserCount",
    "World",
]


class World:
    """The simulated tenants, the same for the same seed and instant; past days never change.

    Clients take their credentials from here, tests the expected values.
    """

    def __init__(self, seed: int, clock: Callable[[], datetime]) -> None:
        def now() -> datetime:
            return clock().astimezone(UTC)

        self.seed = seed
        self.b2c = B2cTenant(seed, now)
        self.ea = Enrollment(seed, now)
        self.partner_center = Partner(seed, now)
        self.azure = AzureTenant(seed, now, self.ea.enrollment)
