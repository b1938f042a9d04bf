"""The command `azure-billing-exporter`, its signals and its exit codes."""

import os
import sys
from collections.abc import Sequence

from exporter.signals import Signals

EXIT_OK, EXIT_ERROR = 0, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 for success, 1 for an error in the configuration, 2 for one on the command line.

    3 if `explain` finds nothing, `report` has no rows, or a report does not work with `check-config --online`. With
    `--once` also 1 if a required report could not be read, and 128 and the number of the signal that ended it.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or (words[0].startswith("-") and words[0] not in {"-h", "--help", "--version"}):
        words.insert(0, "run")
    signals = Signals() if words[0] == "run" and "--once" not in words else None
    return _run(words, signals)


def _run(words: Sequence[str], signals: Signals | None) -> int:
    from exporter import logs  # imports take long, and signals are handled before them
    from exporter.arguments import parsed
    from exporter.errors import ConfigError
    from exporter.subcommands import COMMANDS

    chosen = parsed(words)
    chosen.signals = signals
    logs.setup(chosen.log_level, chosen.log_format)
    try:
        code = COMMANDS[chosen.command].load(once=chosen.once)(chosen)
        sys.stdout.flush()
    except ConfigError as error:
        for text in error.errors:
            sys.stderr.write(f"{text}\n")
        return EXIT_ERROR
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else it is reported again at the end
        return EXIT_ERROR
    except KeyboardInterrupt:
        return EXIT_OK
    else:
        return code
