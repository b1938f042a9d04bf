"""`backfill`: the figures of past days as OpenMetrics with timestamps."""

import argparse
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from types import FrameType
from typing import TypeAlias

from exporter.backfill import promtool, rules
from exporter.backfill.instants import Instants
from exporter.backfill.openmetrics import Writer
from exporter.backfill.output import Output, described, require_distinct
from exporter.backfill.parts import Parts
from exporter.backfill.reading import Outcome, read_all
from exporter.backfill.remote_write.samples import Timeline
from exporter.backfill.remote_write.sending import Receiver, send_all
from exporter.backfill.units import beginning_later, units, without_history
from exporter.build import Build
from exporter.commands.backfill_progress import progress
from exporter.commands.output import require_own
from exporter.config import Config, load
from exporter.errors import ConfigError, Failure
from exporter.model.periods import DAY, Days
from exporter.runtime.job import Job
from exporter.runtime.telemetry import Telemetry
from exporter.transport.stop import Stop
from exporter.wiring import Wirer, Wiring

SIGNALS = (signal.SIGINT, signal.SIGTERM)
BEGINS = (b"# HELP ", b"# TYPE ", b"# EOF")
"""What a file of samples begins with."""
Clock: TypeAlias = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


def backfill(arguments: argparse.Namespace, clock: Clock = _now, new_stop: Callable[[], Stop] = Stop) -> int:
    """Exit code 0 if everything was read and written, else 1; 128 and the number of the signal that ended it.

    What was read stays in the directory of parts, so that the next run continues.
    """
    if arguments.remote_write_headers and not arguments.remote_write_url:
        arguments.parser.error("argument --remote-write.headers-file: only with --remote-write.url")
    with _interruptible():
        jobs = _jobs(load(Path(arguments.config_file)), arguments.accounts, clock, new_stop)
        return _backfill(arguments, jobs, clock, _receiver(arguments, new_stop()))


def _backfill(arguments: argparse.Namespace, jobs: Sequence[Job], clock: Clock, receiver: Receiver | None) -> int:
    days = _days(arguments, clock().date())
    output = Output(Path(arguments.output))
    if not output.is_directory:
        require_own("--output", output.path, BEGINS)
    for job in without_history(jobs):
        print(f"{job.account} {job.collector.name}: no figures of past days, left out", file=sys.stderr)
    for job, oldest in beginning_later(jobs, days, clock()):
        print(
            f"{job.account} {job.collector.name}: no figures before {oldest}; --from is {days.start}", file=sys.stderr
        )
    todo = list(units(jobs, days, clock()))
    if not todo:
        raise ConfigError([f"no report has figures of {days}; docs/backfill.md says how far back each one goes"])
    require_distinct(arguments.labels, todo)
    parts = Parts(output.parts)
    outcomes = []
    with progress(arguments, len(todo)) as shown:
        for outcome in read_all(todo, parts, clock):
            shown.advance(outcome)
            outcomes.append(outcome)
    writer = Writer(described(outcomes), Instants(arguments.every), arguments.labels)
    written = output.write(writer, parts, outcomes, days)
    if written:
        files = str(written[0]) if len(written) == 1 else f"{len(written)} files in {output.path}"
        print(f"# wrote {writer.samples} samples of {writer.series} series to {files}")
        more = rules.described(output, days, arguments.every) if arguments.rules else ()
        print("\n".join([*promtool.described(output), *more]))
    failed = _failed(outcomes, output)
    timeline = Timeline(Instants(arguments.every), arguments.labels)
    if receiver and not _send(send_all(receiver, timeline, parts, outcomes, days)):
        return 1
    return failed


def _receiver(arguments: argparse.Namespace, stop: Stop) -> Receiver | None:
    """The server of `--remote-write.url`; ConfigError before anything is read."""
    url = arguments.remote_write_url
    return Receiver(url, _headers(arguments.remote_write_headers), stop) if url else None


def _send(periods: Iterable[tuple[Days, int | None]]) -> bool:
    """Send what was read; whether the server has accepted all of it."""
    try:
        for period, number in periods:
            what = "sent before" if number is None else f"{number} samples sent"
            print(f"{period.start:%Y%m}: {what}", file=sys.stderr, flush=True)
    except Failure as failure:
        print(f"remote write: {failure}; run the command again to continue", file=sys.stderr)
        return False
    return True


def _headers(file: str | None) -> dict[str, str]:
    """The headers in a file; errors do not quote it."""
    if file is None:
        return {}
    try:
        lines = [line.partition(":") for line in Path(file).read_text().splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"--remote-write.headers-file: {file}: {error}"]) from error
    if not all(colon and name.strip() for name, colon, _ in lines):
        raise ConfigError([f"--remote-write.headers-file: {file}: each line must be a header, such as Name: value"])
    return {name.strip(): value.strip() for name, _, value in lines}


def _failed(outcomes: Sequence[Outcome], output: Output) -> int:
    """The exit code; says what is missing and what to do."""
    missing = sorted({f"{each.unit.period.start:%Y%m}" for each in outcomes if not each.header})
    if not missing:
        return 0
    nothing = "" if output.is_directory else f", so {output.path} was not written"
    text = (
        f"{', '.join(missing)}: not everything could be read{nothing}; what was read is stored: run the command again"
    )
    print(f"{text}, or disable the reports that failed", file=sys.stderr)
    return 1


def _days(arguments: argparse.Namespace, today: date) -> Days:
    """The days that are written; by default until yesterday (UTC)."""
    last = arguments.until or today - DAY
    if arguments.since > last:
        raise ConfigError([f"--from: {arguments.since} is after the last day {last}"])
    if last >= today:
        raise ConfigError([f"--to: {last} is not over yet; the last day is {today - DAY}"])
    return Days(arguments.since, last)


def _jobs(config: Config, accounts: Sequence[str], clock: Clock, new_stop: Callable[[], Stop]) -> list[Job]:
    """The enabled reports of the chosen accounts, connected as for collecting."""
    wirer = Wirer(Telemetry(Build.from_environment().revision), clock, new_stop)
    jobs = wirer.wired(config, Wiring()).jobs
    known = {job.account for job in jobs}
    if unknown := [name for name in accounts if name not in known]:
        raise ConfigError(
            [f"--account: no account is named {name!r}; there are {', '.join(sorted(known))}" for name in unknown]
        )
    return [job for job in jobs if not accounts or job.account in accounts]


@contextmanager
def _interruptible() -> Iterator[None]:
    """A signal ends the process with its number, wherever it is; files are replaced as a whole or not at all."""
    before = {number: signal.signal(number, _interrupted) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupted(number: int, frame: FrameType | None) -> None:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)  # another one would interrupt the end
    raise SystemExit(128 + number)
