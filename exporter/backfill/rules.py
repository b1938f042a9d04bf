"""The commands that evaluate the recording rules over what was written."""

import re
import shlex
from collections.abc import Iterator, Sequence
from datetime import timedelta

from exporter.backfill.instants import LAST
from exporter.backfill.output import Output
from exporter.backfill.promtool import BLOCK
from exporter.mixin.installation import Installation
from exporter.mixin.rules import Record, RuleFile
from exporter.model.periods import DAY, Days

EVALUATED_EVERY = "5m"
"""As far as queries look back, so that there is a recorded sample at any instant; a block has fewer than the 11,000
instants that Prometheus evaluates at once."""

WAIT = 90
"""Seconds between two passes: Prometheus looks once a minute for blocks that were moved into its storage."""
SERVER = "http://localhost:9090"


def described(output: Output, days: Days, every: timedelta | None) -> Sequence[str]:
    """What to do with the recording rules, as lines of a shell."""
    rules = shlex.quote(str(output.blocks.with_name("rules")))
    look_back = int((every or DAY).total_seconds()) - 1
    last = f"{days.end}T{int(LAST.total_seconds()) // 3600}:{int(LAST.total_seconds()) % 3600 // 60}:00Z"
    files = [file for file in Installation().rule_files() if any(_records(file))]
    passes = list(levels(*files))
    names = " ".join(f"{rules}/{file.name}.yml" for file in files)
    evaluate = (
        f"promtool tsdb create-blocks-from rules --url={SERVER} --start={days.start}T00:00:00Z --end={last} "
        f"--eval-interval={EVALUATED_EVERY} --max-block-duration={BLOCK} "
        f"--output-dir={shlex.quote(str(output.blocks))} {names}"
    )
    move = f"mv {shlex.quote(str(output.blocks))}/* /var/lib/prometheus/"
    return (
        "# Evaluate the recording rules over the past. Meanwhile, Prometheus must look back to the last sample:",
        f"# prometheus --query.lookback-delta={look_back}s …",
        f"azure-billing-exporter dump rules --directory={rules}",
        "# Rules use the results of others, which Prometheus finds once a minute. The waits alone take "
        f"{(len(passes) + 1) * WAIT // 60} minutes:",
        f"for level in $(seq {len(passes)}); do sleep {WAIT}; {evaluate} && {move} || break; done; sleep {WAIT}",
        f"# Check the result, which lists the recorded series; the last pass adds {', '.join(passes[-1])}:",
        f"promtool query instant --time={last} {SERVER} 'count by (__name__) ({{__name__=~\".+:.+\"}})'",
    )


def levels(*files: RuleFile) -> Iterator[Sequence[str]]:
    """The names of the recorded series in levels: each depends on rules of earlier levels only.

    Rules may record different series of one name.
    """
    waiting: dict[str, str] = {}
    for rule in (rule for file in files for rule in _records(file)):
        waiting[rule.name] = f"{waiting.get(rule.name, '')} {rule.expr}"
    while waiting:
        ready = [name for name, expr in waiting.items() if not (_named(expr) - {name}) & waiting.keys()]
        if not ready:
            raise AssertionError(f"rules that depend on one another: {sorted(waiting)}")
        yield ready
        waiting = {name: expr for name, expr in waiting.items() if name not in ready}


def _records(file: RuleFile) -> Iterator[Record]:
    return (rule for group in file.groups for rule in group.rules if isinstance(rule, Record))


def _named(expr: str) -> set[str]:
    return set(re.findall(r"\b\w+:[\w:]+", expr))
