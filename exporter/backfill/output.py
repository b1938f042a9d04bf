"""The files that are written of parts."""

import resource
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from exporter.backfill.openmetrics import Described, Target, Writer
from exporter.backfill.parts import TIMESTAMPS_LABELS, Parts, described_family
from exporter.backfill.reading import Outcome
from exporter.backfill.units import Unit
from exporter.errors import ConfigError
from exporter.model.periods import Days
from exporter.storage import replacing

READABLE = 0o644
"""The mode of the files: Prometheus runs as another user."""


class Output:
    """A file of everything, or a directory with a file for each billing period; parts are stored beside it.

    What does not exist yet is a file if its name has a suffix.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_directory = path.is_dir() or not (path.exists() or path.suffix)
        self.parts = path / "parts" if self.is_directory else path.with_name(f"{path.name}.parts")
        self.blocks = path / "blocks" if self.is_directory else path.with_name(f"{path.name}.blocks")

    def write(self, writer: Writer, parts: Parts, outcomes: Sequence[Outcome], days: Days) -> list[Path]:
        """Write the billing periods of which everything was read; the one file only if all of them were."""
        _allow_open_files()
        periods = by_period(outcomes)
        whole = {period: found for period, found in periods.items() if all(outcome.header for outcome in found)}
        groups: dict[Path, Sequence[Outcome]]
        groups = {self.path / f"{period.start:%Y%m}.om": found for period, found in whole.items()}
        if not self.is_directory:
            groups = {self.path: outcomes} if len(whole) == len(periods) else {}
        for path, found in groups.items():
            with _named(path), replacing(path, mode=READABLE) as file:
                writer.write([parts.path(outcome.unit) for outcome in found], days, file)
        return list(groups)


def by_period(outcomes: Sequence[Outcome]) -> dict[Days, list[Outcome]]:
    """The outcomes of each billing period, in the order of time."""
    found: dict[Days, list[Outcome]] = {}
    for outcome in sorted(outcomes, key=lambda outcome: outcome.unit.period.start):
        found.setdefault(outcome.unit.period, []).append(outcome)
    return found


def described(outcomes: Sequence[Outcome]) -> Described:
    """The families of all parts, by name."""
    headers = [outcome.header for outcome in outcomes if outcome.header]
    return {name: text for header in headers for name, (text, _) in header.families.items()}


def require_distinct(target: Target, units: Iterable[Unit]) -> None:
    """Raises `ConfigError` for a label of `--label` that a family of the reports has itself."""
    jobs = {unit.job.key: unit.job for unit in units}.values()
    own = {name for job in jobs for family in job.collector.families for name in described_family(family)[1]}
    if taken := sorted({name for name, _ in target} & (own | set(TIMESTAMPS_LABELS))):
        raise ConfigError([f"--label: {', '.join(taken)}: series would have the label twice"])


def _allow_open_files() -> None:
    """A file of everything is merged from all parts at once."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        text = f"--output: {path}: {error.strerror}; what was read is stored, so the next run continues"
        raise ConfigError([text]) from error
