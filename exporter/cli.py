"""The command `azure-billing-exporter`, its signals and its exit codes."""

import errno
import os
import signal
import sys
from collections.abc import Sequence

from exporter.signals import Signals

EXIT_OK, EXIT_ERROR, EXIT_INTERRUPTED = 0, 1, 128 + signal.SIGINT
SERVING = {"run", "demo", "simulate"}
"""The commands that Ctrl-C stops as intended."""
UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
"""What a write to the standard output fails with."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 for success, 1 for an error in the configuration, 2 for one on the command line.

    3 if `explain` finds nothing, `report` has no rows, or a report does not work with `check-config --online`. With
    `--once` also 1 if a required report could not be read. 128 and the number of the signal that ended a command before
    it was done; those that serve end with 0. A pipe that is closed by its reader, as by `head`, is no failure.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or (words[0].startswith("-") and words[0] not in {"-h", "--help", "--version"}):
        words.insert(0, "run")
    serves = words[0] in SERVING and "--once" not in words
    signals = Signals() if words[0] == "run" and serves else None
    try:
        return _run(words, signals, serves=serves)
    except KeyboardInterrupt:
        return EXIT_OK if serves else EXIT_INTERRUPTED


def _run(words: Sequence[str], signals: Signals | None, *, serves: bool) -> int:
    from exporter import logs  # imports take long, and signals are handled before them
    from exporter.arguments import parsed
    from exporter.errors import ConfigError
    from exporter.subcommands import COMMANDS

    chosen = parsed(words)
    chosen.signals = signals
    logs.setup(chosen.log_level, chosen.log_format)
    code = EXIT_OK
    try:
        code = COMMANDS[chosen.command].load(once=chosen.once)(chosen)
        sys.stdout.flush()
    except ConfigError as error:
        for text in error.errors:
            sys.stderr.write(f"{text}\n")
        return EXIT_ERROR
    except BrokenPipeError:
        _discard_output()
    except OSError as error:
        if serves or error.filename is not None or error.errno not in UNWRITABLE:
            raise
        _discard_output()
        sys.stderr.write(f"standard output: {error.strerror}\n")
        return EXIT_ERROR
    return code


def _discard_output() -> None:
    """What is still buffered would fail again at the end of the process."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
