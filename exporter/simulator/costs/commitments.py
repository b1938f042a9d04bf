"""A reservation, a savings plan and a refund: charges that the retired reports never had."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from exporter.simulator.costs.rows import ZERO, CostRow
from exporter.simulator.world.chance import chance, guid
from exporter.simulator.world.periods import last_day, period_of

DIGITS = Decimal("1E-8")
REFUND = Decimal("-55.20")
REFUND_DAY = 12
ON_DEMAND = Decimal("0.1371")


@dataclass(frozen=True)
class Commitment:
    """A reservation or a savings plan, paid at the beginning of each month."""

    kind: Literal["Reservation", "Savings Plan"]
    name: str
    monthly: Decimal
    product: str

    @property
    def model(self) -> str:
        """Its pricing model, without the blank."""
        return self.kind.replace(" ", "")

    @property
    def unused(self) -> str:
        """The charge type of what was paid and not used."""
        return f"Unused{self.model}"


COMMITMENTS = (
    Commitment("Reservation", "VM_RI_01-06-2026", Decimal("744.00"), "Reserved VM Instance, D2s v3, EU West, 3 Years"),
    Commitment("Savings Plan", "Compute_SavingsPlan", Decimal("310.00"), "Compute savings plan, 1 Year"),
)


@dataclass(frozen=True)
class Commitments:
    """The commitments of one subscription, in one currency; `like` has the fields that all rows share."""

    seed: int
    like: CostRow

    def rows(self, day: date, today: date) -> Iterator[CostRow]:
        """The rows of `day` that are known `today`: a purchase at once, what it covers the next day.

        In a month that has ended, the amortized cost of each commitment is its purchase, to the last digit.
        """
        for commitment in COMMITMENTS:
            row = self._row(commitment, day)
            if day.day == 1:
                yield replace(
                    row,
                    actual=commitment.monthly,
                    quantity=Decimal(1),
                    effective_price=commitment.monthly,
                    charge_type="Purchase",
                    frequency="Recurring",
                    subscription_id="",
                    subscription_name="",
                    meter_id="",
                )
            if day < today:
                yield from self._covered(commitment, row, day)
        if day.day == REFUND_DAY:
            yield replace(self.like, date=day, actual=REFUND, amortized=REFUND, quantity=Decimal(-1),
                          effective_price=-REFUND, charge_type="Refund", frequency="OneTime",
                          resource_id="", resource_group="")  # fmt: skip

    def _covered(self, commitment: Commitment, row: CostRow, day: date) -> Iterator[CostRow]:
        hours = chance(self.seed, commitment.name, day).randrange(12, 25)
        share = _share(commitment.monthly, day)
        used = (share * hours / 24).quantize(DIGITS, ROUND_HALF_UP)
        machine = f"vm-{commitment.model.lower()}-001"
        group = "rg-committed"
        path = f"/subscriptions/{row.subscription_id}/resourceGroups/{group}"
        yield replace(
            row,
            amortized=used,
            quantity=Decimal(hours),
            effective_price=ZERO,
            resource_group=group,
            resource_id=f"{path}/providers/Microsoft.Compute/virtualMachines/{machine}",
        )
        if share != used:
            yield replace(row, amortized=share - used, quantity=Decimal(24 - hours), charge_type=commitment.unused)

    def _row(self, commitment: Commitment, day: date) -> CostRow:
        return replace(
            self.like,
            date=day,
            actual=ZERO,
            amortized=ZERO,
            product=commitment.product,
            pricing_model=commitment.model,
            resource_id="",
            resource_group="",
            additional_info="",
            tags={},
            commitment_kind=commitment.kind,
            commitment_id=guid(self.seed, commitment.name),
            commitment_name=commitment.name,
            order_id=guid(self.seed, commitment.name, "order"),
            order_name=commitment.product,
            term="36" if commitment.kind == "Reservation" else "12",
        )


def _share(monthly: Decimal, day: date) -> Decimal:
    """A day's part of a monthly price; the last day takes what rounding leaves."""
    last = last_day(period_of(day))
    part = (monthly / last.day).quantize(DIGITS, ROUND_HALF_UP)
    return part if day != last else monthly - part * (last.day - 1)
