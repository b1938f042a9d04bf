"""One request per customer, resumed after a failure; a single customer's failure does not stop it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from exporter.apis.partner_center.reading.findings import MOST_NAMED, listed
from exporter.errors import Failure, RateLimited, Reason, Rejected, SignInRequired
from exporter.model.collection import Run
from exporter.transport.parallel import in_order

T = TypeVar("T")
OUTAGE = 3
"""So many failures in a row are a failure of the service, not of the customers."""
OF_THE_ACCOUNT = frozenset({Reason.UNAUTHORIZED, Reason.CREDENTIAL_UNREADABLE, Reason.LOGIN, Reason.TLS})
"""Reasons that concern every customer."""


@dataclass(slots=True)
class Round(Generic[T]):
    """What was read so far, and the customers that could not be read."""

    results: dict[str, T] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    suspects: frozenset[str] = frozenset()

    def read(self, customers: Iterable[str], fetch: Callable[[str], T], at_once: int) -> None:
        """Fetch what is missing, so many at once; a customer that is refused, or fails, is skipped.

        Raises a failure that concerns every customer, and the last of several in a row or at the end, which may be
        an outage: results are stored, and the next run reads those customers last and skips them if they fail again.
        """
        unsure: list[Failure] = []
        failed = self.suspects | self.failures.keys()
        customers = sorted(self.missing(customers), key=lambda one: one in failed)
        outcomes = in_order((partial(_outcome, fetch, customer) for customer in customers), at_once)
        for customer, outcome in zip(customers, outcomes, strict=True):
            if not isinstance(outcome, Failure):
                self.results[customer] = outcome
                unsure.clear()
                self.failures.pop(customer, None)
                continue
            if isinstance(outcome, RateLimited | SignInRequired) or outcome.reason in OF_THE_ACCOUNT:
                raise outcome
            self.failures[customer] = outcome
            if isinstance(outcome, Rejected):
                unsure.clear()
            elif customer not in failed:
                unsure.append(outcome)
            if len(unsure) == OUTAGE:
                raise outcome
        if unsure:
            raise unsure[-1]

    def missing(self, customers: Iterable[str]) -> list[str]:
        """The customers that are still to be read."""
        return [
            customer
            for customer in customers
            if customer not in self.results and not isinstance(self.failures.get(customer), Rejected)
        ]

    def finish(self, run: Run, what: str) -> Mapping[str, T]:
        """The results; warns of the customers that are missing in them, and ends the round."""
        skipped = sorted(self.failures)
        for customer in skipped[:MOST_NAMED]:
            run.warn(f"{what} of customer {customer} not read: {self.failures[customer]}")
        if rest := skipped[MOST_NAMED:]:
            run.warn(f"{what} of {len(rest)} more customers not read: {listed(rest)}")
        self.suspects = frozenset(self.failures)
        self.failures = {}
        return self.results


def _outcome(fetch: Callable[[str], T], customer: str) -> T | Failure:
    """The result for a customer, or its failure."""
    try:
        return fetch(customer)
    except Failure as failure:
        return failure
