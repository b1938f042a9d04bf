"""How the values of options are read."""

import argparse
import re
from datetime import timedelta


def level(text: str) -> str:
    """The name of a level as Prometheus' programs write it."""
    return "warn" if text == "warning" else text


def port(text: str) -> int:
    """A TCP port; 0 for any that is free."""
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def count(text: str) -> int:
    """A whole number; 0 usually is no limit."""
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
    """The path of a URL, other than those below `/-/`."""
    if not re.fullmatch(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+/?", text) or text.startswith("/-/"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a path such as /metrics")
    return text
