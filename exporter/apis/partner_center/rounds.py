"""One request per customer: resumed after a failure, and stopped by no customer alone."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from exporter.apis.partner_center.findings import NAMED, listed
from exporter.errors import Failure, RateLimited, Reason, Rejected, SignInRequired
from exporter.model.collection import Run

T = TypeVar("T")
OUTAGE = 3
"""So many customers in a row that can't be read are a failure of the service and not of theirs."""
OF_THE_ACCOUNT = frozenset({Reason.UNAUTHORIZED, Reason.CREDENTIAL_UNREADABLE, Reason.LOGIN, Reason.TLS})
"""Reasons that are the same for every customer."""


@dataclass(slots=True)
class Round(Generic[T]):
    """What was read already, and which customers could not be."""

    results: dict[str, T] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    suspects: frozenset[str] = frozenset()

    def read(self, customers: Iterable[str], fetch: Callable[[str], T]) -> None:
        """Fetch what is missing; a customer that is refused, or fails, is passed over.

        Raises a failure that concerns all of them, and where several customers in a row, or all from one on to the
        last, could not be read: all else is kept, and those who failed come last in the next run, which then passes
        them over.
        """
        unsure: list[Failure] = []
        failed = self.suspects | self.failures.keys()
        for customer in sorted(self.missing(customers), key=lambda one: one in failed):
            try:
                self.results[customer] = fetch(customer)
            except Failure as failure:
                if isinstance(failure, RateLimited | SignInRequired) or failure.reason in OF_THE_ACCOUNT:
                    raise
                self.failures[customer] = failure
                if isinstance(failure, Rejected):
                    unsure.clear()
                elif customer not in failed:
                    unsure.append(failure)
                if len(unsure) == OUTAGE:
                    raise
            else:
                unsure.clear()
                self.failures.pop(customer, None)
        if unsure:
            raise unsure[-1]

    def missing(self, customers: Iterable[str]) -> list[str]:
        """Who is still to be read."""
        return [
            customer
            for customer in customers
            if customer not in self.results and not isinstance(self.failures.get(customer), Rejected)
        ]

    def finish(self, run: Run, what: str) -> Mapping[str, T]:
        """What was read; whom it is missing is told to the run, and another round begins."""
        passed_over = sorted(self.failures)
        for customer in passed_over[:NAMED]:
            run.warn(f"{what} of customer {customer} not read: {self.failures[customer]}")
        if rest := passed_over[NAMED:]:
            run.warn(f"{what} of {len(rest)} more customers not read: {listed(rest)}")
        self.suspects = frozenset(self.failures)
        self.failures = {}
        return self.results
