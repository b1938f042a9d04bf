"""Records that are published in part or not at all, by customer or subscription."""

from collections import defaultdict

from exporter.model.collection import Run

MOST_NAMED = 10
"""Ids that a warning names; more are counted."""
LONGEST_ID = 64


class Findings:
    """What is wrong with the answers for `what`; `correlation` is the last request's id for Microsoft's support."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.correlation = ""
        self._warned: defaultdict[str, list[str]] = defaultdict(list)
        self._dropped: defaultdict[tuple[str, str], list[str]] = defaultdict(list)

    def warn(self, text: str, identity: str) -> None:
        """Something of a record is not published, or not as stated."""
        self._warned[text].append(identity)

    def drop(self, text: str, identity: str) -> None:
        """A record is not published at all."""
        self._dropped[text, self.correlation].append(identity)

    def report(self, run: Run) -> None:
        """Add one warning for each kind of finding to the run."""
        for (text, correlation), ids in self._dropped.items():
            run.drop(
                f"{self.what}: dropped, {text} ({len(ids)}): {listed(ids)} [MS-CorrelationId {correlation}]", len(ids)
            )
        for text, ids in self._warned.items():
            run.warn(f"{self.what}: {text} ({len(ids)}): {listed(ids)}")


def listed(ids: list[str]) -> str:
    """The first ids, and the number of the others."""
    shown = ", ".join(identity[:LONGEST_ID] for identity in ids[:MOST_NAMED])
    return f"{shown} and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else shown
