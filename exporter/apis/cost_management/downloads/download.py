"""What each way to read costs provides."""

from collections.abc import Mapping
from datetime import date
from typing import Literal, Protocol, TypeAlias

from exporter.apis.costs.selection import Batches, Selection
from exporter.model.collection import Validators
from exporter.model.periods import Days

Cost: TypeAlias = Literal["actual", "amortized"]
"""`actual` is what is billed, purchases of reservations included; `amortized` distributes these over their term."""
METRICS: Mapping[Cost, str] = {"actual": "ActualCost", "amortized": "AmortizedCost"}
"""How the service names them."""
MARKETPLACE = ("marketplace_publisher", "marketplace_offer", "marketplace_plan")
"""Columns of files that are read from rows of third parties alone, since they would multiply the sums of all others."""

FIRST_DAY = date(2014, 5, 1)
"""There are no costs of earlier days. How far back queries and exports go is not documented."""

ALWAYS_FILES = ("unit_of_measure", "currency", "publisher_type", "subscription_name", *MARKETPLACE)
"""Columns that are always read of files."""


class Download(Protocol):
    """One way to read costs."""

    @property
    def always(self) -> tuple[str, ...]:
        """Columns that are read beside the labels: always `currency` and `publisher_type`."""

    @property
    def commitments(self) -> tuple[str, ...]:
        """The columns with which reservations and savings plans are read: `COMMITMENT_QUERY` or `COMMITMENT_FILES`."""

    def oldest(self, today: date) -> date:
        """The first day that can be requested."""

    def batches(self, days: Days, selection: Selection, cost: Cost, validators: Validators) -> Batches:
        """Rows of some days of one month (UTC), at least all that the service has; nothing for days without data.

        Columns of the selection are keys of `COLUMNS`, `currency`, or one of `MARKETPLACE`; `UNSET` for what the
        source does not have. Raises `NotModified` or a `Failure`.
        """
