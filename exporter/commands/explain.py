"""`explain`: where a figure comes from, by what is stored."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from exporter.config import load
from exporter.errors import ConfigError, Failure
from exporter.explain.search import NothingFound, search
from exporter.explain.selector import parse
from exporter.explain.text import as_json, as_text, printable

EXIT_FOUND, EXIT_ERROR, EXIT_NONE = 0, 1, 3


def explain(arguments: argparse.Namespace) -> int:
    """Print the origin of each series that the selector matches; exit code 3 if there is none, 1 for an error.

    Sends no request, and reads the files of a running exporter without delaying it.
    """
    try:
        selector = parse(arguments.selector)
    except ValueError as error:
        raise ConfigError([f"explain: {arguments.selector!r}: {error}"]) from error
    try:
        found = search(selector, load(Path(arguments.config_file)), datetime.now(UTC), _warn)
    except NothingFound as nothing:
        for line in str(nothing).splitlines():
            _error(line)
        return EXIT_NONE
    except Failure as failure:
        _error(str(failure))
        return EXIT_ERROR
    if arguments.format == "json":
        print(msgspec.json.format(msgspec.json.encode(as_json(found))).decode())
        return EXIT_FOUND
    for line in as_text(found):
        print(printable(line))
    return EXIT_FOUND


def _warn(text: str) -> None:
    _error(f"warning: {text}")


def _error(text: str) -> None:
    sys.stderr.write(f"{printable(text)}\n")
