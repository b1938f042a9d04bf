"""What was found amiss in an answer that is published all the same, by customer or subscription."""

from exporter.model.collection import Run

NAMED = 10
"""So many ids are named; the rest is counted."""
LONGEST_ID = 64


class Findings:
    """Of one report; what is dropped comes with the number that Microsoft's support asks for, `correlation`.

    `stated` is how many records the answer itself says that there are.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self.correlation = ""
        self.stated = 0
        self._warned: dict[str, list[str]] = {}
        self._dropped: dict[tuple[str, str], list[str]] = {}

    def warn(self, text: str, identity: str) -> None:
        """Something of a record is not published, or not as stated."""
        self._warned.setdefault(text, []).append(identity)

    def drop(self, text: str, identity: str) -> None:
        """A record is not published at all."""
        self._dropped.setdefault((text, self.correlation), []).append(identity)

    def report(self, run: Run) -> None:
        """Tell the run: one text for each kind of finding."""
        for (text, correlation), ids in self._dropped.items():
            run.drop(
                f"{self.what}: dropped, {text} ({len(ids)}): {listed(ids)} [MS-CorrelationId {correlation}]", len(ids)
            )
        for text, ids in self._warned.items():
            run.warn(f"{self.what}: {text} ({len(ids)}): {listed(ids)}")


def listed(ids: list[str]) -> str:
    """The first ids, and how many more there are."""
    shown = ", ".join(identity[:LONGEST_ID] for identity in ids[:NAMED])
    return f"{shown} and {len(ids) - NAMED} more" if len(ids) > NAMED else shown
