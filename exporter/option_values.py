"""How the values of options are read, and shown in `--help`."""

import argparse
import re
from datetime import timedelta
from typing import Any


class Defaults(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Leaves the example in one line, and adds the default to the help of each option with a value that has one."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        if action.default in (None, "") or isinstance(action.default, bool):
            return action.help
        return super()._get_help_string(action)


class Once(argparse.Action):
    """Stores the value of an option; an option that is repeated is an error, since one value would be ignored."""

    _given = False

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option_string: Any = None
    ) -> None:
        if self._given:
            raise argparse.ArgumentError(self, "may be given only once")
        self._given = True
        setattr(namespace, self.dest, values)


class Each(argparse.Action):
    """Collects the values of an option that may be repeated; its type makes a tuple of each."""

    _given: tuple[str, ...] = ()

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option_string: Any = None
    ) -> None:
        self._given += values
        setattr(namespace, self.dest, self._given)


def level(text: str) -> str:
    """A log level, by either of the names of warnings."""
    return "warn" if text == "warning" else text


def port(text: str) -> int:
    """A port, 0 for any."""
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def count(text: str) -> int:
    """A number of things."""
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 999999")
    return int(text)


def duration(text: str) -> timedelta:
    """Seconds or minutes."""
    found = re.fullmatch(r"([1-9][0-9]{0,3})(s|m)", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is not a duration such as 30s or 2m")
    return timedelta(seconds=int(found[1]) * (60 if found[2] == "m" else 1))


def path(text: str) -> str:
    """A path of the web server that is not one of its own pages."""
    if not re.fullmatch(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+/?", text) or text.startswith("/-/"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a path such as /metrics")
    return text
