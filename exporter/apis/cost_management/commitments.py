"""Reservations and savings plans: what they cost this month, and how much of it was not used."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from exporter.apis.cost_management import metrics
from exporter.apis.cost_management.commitment_records import Commitment, CommitmentUse
from exporter.apis.cost_management.costs import Costs
from exporter.apis.cost_management.exports.manifest import OtherCosts
from exporter.apis.costs.aggregate import Aggregate
from exporter.apis.costs.records import SummedUsage
from exporter.apis.costs.reports import Report
from exporter.apis.costs.settings import CostSettings
from exporter.model.collection import Run
from exporter.model.families import Family
from exporter.model.periods import next_month

RESERVATION, SAVINGS_PLAN = "reservation", "savings_plan"
UNUSED = {"unusedreservation": RESERVATION, "unusedsavingsplan": SAVINGS_PLAN}
"""Charge types of amortized costs."""
NOT_AMORTIZED = frozenset({"purchase", "refund"})
"""What buys or returns a commitment: amortized costs have it at zero, if at all."""


class Commitments(Report[Costs, CostSettings]):
    """Reservations and savings plans, from amortized costs."""

    name: ClassVar[str] = "commitments"
    fresh_every: ClassVar[timedelta] = timedelta(hours=24)
    required: ClassVar[bool] = False
    families: ClassVar[tuple[Family, ...]] = metrics.COMMITMENTS

    def next_period(self, after: datetime) -> datetime | None:
        return next_month(after)

    def records(self, now: datetime, run: Run) -> Iterator[CommitmentUse]:
        """Nothing from an export of actual costs, which does not have them."""
        try:
            yield from self._uses(now, run)
        except OtherCosts:
            text = "the export has actual costs, and only an export of amortized costs or in FOCUS shows utilization"
            run.warn(f"{self.titled(run)}: {text}")

    def _uses(self, now: datetime, run: Run) -> Iterator[CommitmentUse]:
        run.validators.require("day", str(now.date()))
        selection, days, batches = self.client.commitments(now.date(), run.validators)
        aggregate = Aggregate(selection, (), now.date())
        aggregate.add(batches, days, now.date()).report(run, self.titled(run), lags=False)
        found: dict[tuple[Commitment, str], CommitmentUse] = {}
        unpriced: Counter[tuple[Commitment, str]] = Counter()
        for row in aggregate.usage(""):
            if commitment := commitment_of(row):
                use = found.setdefault((commitment, row.currency), CommitmentUse(commitment, row.currency))
                use.add(row.cost or Decimal(0), unused=is_unused(row))
                if row.unpriced:
                    unpriced[commitment, row.currency] += row.unpriced
        for key, rows in unpriced.items():
            del found[key]
            run.drop(f"{self.titled(run)}: {rows} rows of a {key[0].title} state no cost, so it is absent", rows)
        yield from self._with_known_ratios(found.values(), run)

    def _with_known_ratios(self, uses: Iterable[CommitmentUse], run: Run) -> Iterator[CommitmentUse]:
        """What is unused without saying of what leaves no ratio of its type."""
        uses = list(uses)
        nameless = {
            use.commitment.title for use in uses if use.unused and not use.commitment.id and not use.commitment.name
        }
        for kind in sorted(nameless):
            text = f"unused costs do not name their {kind}, so utilization is absent"
            run.warn(f"{self.titled(run)}: {text}")
        for use in uses:
            use.comparable = use.commitment.title not in nameless
            yield use


def is_unused(row: SummedUsage) -> bool:
    """Whether the row is the part of a commitment that nothing used."""
    return _text(row, "charge_type") in UNUSED or _text(row, "commitment_status") == "unused"


def commitment_of(row: SummedUsage) -> Commitment | None:
    """The commitment that a row's cost belongs to, with its id in lower case, as ids are compared without regard to it.

    None for costs outside of commitments.
    """
    id_ = (row.values.get("benefit_id") or row.values.get("reservation_id") or "").lower()
    name = row.values.get("benefit_name") or row.values.get("reservation_name") or ""
    if _text(row, "charge_type") in NOT_AMORTIZED or not (id_ or name or is_unused(row)):
        return None
    return Commitment(_type(row, id_), id_, name)


def _type(row: SummedUsage, id_: str) -> str:
    stated = _text(row, "commitment_type").replace(" ", "")
    by_charge = UNUSED.get(_text(row, "charge_type"), "")
    is_plan = by_charge == SAVINGS_PLAN or stated == "savingsplan" or "/savingsplan" in id_.lower()
    return SAVINGS_PLAN if is_plan else RESERVATION


def _text(row: SummedUsage, name: str) -> str:
    return row.values.get(name, "").strip().lower()
