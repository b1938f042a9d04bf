"""The simulated company: the source of all answers of the simulator."""

from collections.abc import Callable
from datetime import UTC, datetime

from exporter.simulator.world.application import Application
from exporter.simulator.world.azure import AzureTenant
from exporter.simulator.world.b2c import ORDINARY, PILOT, B2cSize, B2cTenant, UserCount
from exporter.simulator.world.b2c_ledger import B2cLedger
from exporter.simulator.world.balance import Balance
from exporter.simulator.world.enrollment import Enrollment
from exporter.simulator.world.external_id import ExternalTenant
from exporter.simulator.world.ledger import UsageLedger
from exporter.simulator.world.partner import Customer, Partner, Subscription
from exporter.simulator.world.usage import UsageRow

__all__ = [
    "Application",
    "AzureTenant",
    "B2cLedger",
    "B2cSize",
    "B2cTenant",
    "Balance",
    "Customer",
    "Enrollment",
    "ExternalTenant",
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

    def __init__(self, seed: int, clock: Callable[[], datetime], b2c_size: B2cSize = ORDINARY) -> None:
        def now() -> datetime:
            return clock().astimezone(UTC)

        self.seed = seed
        self.b2c = B2cTenant(seed, now, b2c_size)
        self.pilot = B2cTenant(seed, now, PILOT, domain="pedalwerkepilot")
        self.external_id = ExternalTenant(seed, now)
        self.ea = Enrollment(seed, now)
        self.partner_center = Partner(seed, now)
        self.azure = AzureTenant(seed, now, self.ea.enrollment)
