"""Reservations and savings plans, as families are read from them."""

from dataclasses import dataclass
from decimal import Decimal

from exporter.model.budgets import RATIO


@dataclass(frozen=True, slots=True)
class Commitment:
    """A reservation or a savings plan; `id` or `name` is empty where the source does not state it."""

    type: str
    id: str
    name: str

    @property
    def title(self) -> str:
        """Its type in words, for messages."""
        return self.type.replace("_", " ")


@dataclass(slots=True)
class CommitmentUse:
    """The amortized cost of a commitment in a month, and the part of it that nothing used."""

    commitment: Commitment
    currency: str
    cost: Decimal = Decimal(0)
    unused: Decimal = Decimal(0)
    comparable: bool = True

    def add(self, cost: Decimal, *, unused: bool) -> None:
        """Add a row's cost."""
        self.cost += cost
        self.unused += cost if unused else 0

    @property
    def utilization(self) -> Decimal | None:
        """The used share, from 0 to 1; None if it is not known or nothing was committed."""
        if not self.comparable or self.cost <= 0:
            return None
        return RATIO.divide(self.cost - self.unused, self.cost)
