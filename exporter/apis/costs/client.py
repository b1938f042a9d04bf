"""What the collectors of usage need of an API's client."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import date

from exporter.apis.costs.selection import Batches, Selection
from exporter.model.collection import Validators
from exporter.model.families import Samples
from exporter.model.periods import DAY, Days, billing_month

METERS = Selection(("meter_id",))


class UsageClient(ABC):
    """Usage in ranges of days, and the meters in it, which the price sheet needs."""

    def __init__(self) -> None:
        self._meters: tuple[Days, frozenset[str]] | None = None
        self._costs: dict[Days, Samples] = {}

    @property
    @abstractmethod
    def always(self) -> tuple[str, ...]:
        """Columns that are read whether or not they become labels."""

    @abstractmethod
    def usage(
        self, period: Days | None, today: date, selection: Selection, validators: Validators
    ) -> Iterator[tuple[Days, Batches]]:
        """Usage of a period, or of the current billing period, in the ranges that are read at once, in their order.

        Nothing at all for days without data. Where the service itself decides which period is the current one, its
        rows may be of the previous month.
        """

    @abstractmethod
    def currency(self, published: str, today: date) -> str:
        """The currency of rows that do not state theirs, `published` if it is not known any more; empty if they do."""

    @abstractmethod
    def oldest(self, today: date) -> date:
        """The first day that the API may have usage of."""

    def share_costs(self, month: Days, costs: Samples) -> None:
        """Store the costs of a whole month, and those of the month before."""
        previous = billing_month(month.start - DAY)
        self._costs = {each: self._costs[each] for each in (previous,) if each in self._costs} | {month: costs}

    def costs_of(self, month: Days) -> Samples | None:
        """The shared costs of a month; None if they are not stored."""
        return self._costs.get(month)

    def share_meters(self, month: Days, meters: frozenset[str]) -> None:
        """Store which meters have usage in a month."""
        self._meters = month, meters

    def meters_in_use(self, today: date) -> frozenset[str]:
        """The meters with usage in the current billing period; read only while no run of usage has shared them."""
        if self._meters and self._meters[0] == billing_month(today) and self._meters[1]:
            return self._meters[1]
        ranges = self.usage(None, today, METERS, Validators())
        return frozenset(
            str(meter) for _, batches in ranges for batch in batches for _, (meter, *_), *_ in batch if meter
        )
