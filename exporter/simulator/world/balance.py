"""Balance of a prepayment: what it began with, what was added, what usage took from it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from exporter.simulator.world.chance import chance
from exporter.simulator.world.periods import first_day, next_period

AGREEMENT_MONTH = 7
"""An agreement year begins with July: the yearly prepayment arrives, what is left of the last one is lost."""
PREPAYMENT = Decimal(52_000)


@dataclass(frozen=True)
class Balance:
    """The balance summary of a billing period; amounts in the enrollment's currency.

    ending = beginning + purchases + adjustments - utilized, total overage = overage + billed separately,
    total usage = utilized + total overage = the sum of the period's usage rows.
    """

    period: str
    beginning: Decimal
    purchases: tuple[tuple[str, Decimal], ...]
    adjustments: tuple[tuple[str, Decimal], ...]
    utilized: Decimal
    service_overage: Decimal
    charges_billed_separately: Decimal
    marketplace: Decimal

    @property
    def new_purchases(self) -> Decimal:
        """The sum of the purchases."""
        return sum((amount for _, amount in self.purchases), Decimal(0))

    @property
    def adjusted(self) -> Decimal:
        """The sum of the adjustments."""
        return sum((amount for _, amount in self.adjustments), Decimal(0))

    @property
    def ending(self) -> Decimal:
        """What is left of the prepayment."""
        return self.beginning + self.new_purchases + self.adjusted - self.utilized

    @property
    def total_overage(self) -> Decimal:
        """What the prepayment does not cover."""
        return self.service_overage + self.charges_billed_separately

    @property
    def total_usage(self) -> Decimal:
        """All usage, covered or not."""
        return self.utilized + self.total_overage


@dataclass(frozen=True)
class Ledger:
    """Balances; `spent` gives what of a period's usage the prepayment may cover, and the rest."""

    seed: int
    spent: Callable[[str], tuple[Decimal, Decimal]]
    marketplace: Callable[[str], Decimal]

    def balance(self, period: str) -> Balance:
        """The balance of `period`, carried over from the beginning of its agreement year."""
        for balance in self._year(period):
            if balance.period == period:
                return balance
        raise ValueError(f"no such billing period: {period}")

    def _year(self, period: str) -> Iterator[Balance]:
        wanted = first_day(period)
        year = wanted.year if wanted.month >= AGREEMENT_MONTH else wanted.year - 1
        current, carried = f"{year}{AGREEMENT_MONTH:02d}", Decimal(0)
        for _ in range(12):
            balance = self._balance(current, carried)
            yield balance
            current, carried = next_period(current), balance.ending

    def _balance(self, period: str, beginning: Decimal) -> Balance:
        dice = chance(self.seed, "balance", period)
        purchases: list[tuple[str, Decimal]] = []
        if first_day(period).month == AGREEMENT_MONTH:
            purchases.append(("Azure Prepayment", PREPAYMENT))
        # A purchase without a name is documented.
        purchases.append((dice.choice(("Top-up", "Reserved capacity", "")), Decimal(dice.randrange(2, 12) * 50)))
        adjustments = [("SLA Credit", Decimal(dice.randrange(100, 9_900)).scaleb(-2))]
        if dice.random() < 0.3:
            adjustments.append(("Promo Credit", Decimal(dice.randrange(1, 5) * 100)))
        coverable, separate = self.spent(period)
        available = beginning + sum(amount for _, amount in (*purchases, *adjustments))
        utilized = min(available, coverable)
        return Balance(
            period=period,
            beginning=beginning,
            purchases=tuple(purchases),
            adjustments=tuple(adjustments),
            utilized=utilized,
            service_overage=coverable - utilized,
            charges_billed_separately=separate,
            marketplace=self.marketplace(period),
        )
