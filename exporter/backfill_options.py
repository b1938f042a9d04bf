"""The options of `backfill`, and how their values are read."""

import argparse
import re
from datetime import date, timedelta
from typing import Any


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of `backfill`."""
    command.add_argument("--from", dest="since", metavar="DAY", type=_day, required=True, help="the first day")
    command.add_argument(
        "--to", dest="until", metavar="DAY", type=_day, help="the last day (UTC); without it, yesterday"
    )
    command.add_argument(
        "--output",
        metavar="DIR|FILE",
        required=True,
        help="directory, for a file per billing period, or one file; what was read is stored beside it",
    )
    command.add_argument(
        "--every",
        metavar="DURATION",
        type=_step,
        help="time between the samples of a day, such as 1h; without it, each day has one sample, at 23:50 (UTC)",
    )
    command.add_argument(
        "--account",
        dest="accounts",
        metavar="NAME",
        action="append",
        default=[],
        help="read this account only; may be repeated",
    )
    command.add_argument(
        "--label",
        dest="labels",
        metavar="NAME=VALUE",
        action=_Labels,
        type=_label,
        default=(),
        help="label that Prometheus adds to what it scrapes, such as job=azure-billing; may be repeated",
    )
    command.add_argument(
        "--rules", action="store_true", help="also print the commands that evaluate the recording rules over the past"
    )
    command.add_argument(
        "--remote-write.url",
        dest="remote_write_url",
        metavar="URL",
        type=_url,
        help="also send the samples there, such as http://localhost:9090/api/v1/write",
    )
    command.add_argument(
        "--remote-write.headers-file",
        dest="remote_write_headers",
        metavar="FILE",
        help="file with headers of these requests, one per line, such as Authorization: Bearer … or X-Scope-OrgID: 1",
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2024-01-01") from None


def _step(text: str) -> timedelta:
    found = re.fullmatch(r"([0-9]{1,4})([mh])", text)
    step = timedelta(minutes=int(found[1]) * (60 if found[2] == "h" else 1)) if found else timedelta()
    if not timedelta(0) < step <= timedelta(days=1) or timedelta(days=1) % step:
        raise argparse.ArgumentTypeError(f"{text!r} does not divide a day evenly, as 5m, 1h or 6h do")
    return step


def _label(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", name) or name.startswith("__"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a label such as job=azure-billing")
    return name, value


class _Labels(argparse.Action):
    """Collects labels; a name that is repeated is an error, since series would have the label twice."""

    _given: tuple[tuple[str, str], ...] = ()

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option_string: Any = None
    ) -> None:
        if values[0] in dict(self._given):
            raise argparse.ArgumentError(self, f"{values[0]} may be given only once")
        self._given += (values,)
        setattr(namespace, self.dest, self._given)


def _url(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/@?#]+(/[^\s?#]*)?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a URL such as http://localhost:9090/api/v1/write")
    return text
