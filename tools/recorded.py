"""What recording rules would have recorded, queried from a Prometheus that has the history of their sources."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import requests
import yaml

Rules: TypeAlias = dict[str, str]
"""Expressions by the name of the recorded series."""


def levels(*files: Path) -> Iterator[Rules]:
    """The rules in levels, so that each depends only on rules of earlier levels.

    Rules with `@ end()` are left out, because a range query has a different end.
    """
    groups = (group for file in files for group in yaml.safe_load(file.read_text())["groups"])
    waiting: Rules = {rule["record"]: rule["expr"] for group in groups for rule in group["rules"] if "record" in rule}
    while ready := {name: expr for name, expr in waiting.items() if not (_named(expr) - {name}) & waiting.keys()}:
        yield {name: expr for name, expr in ready.items() if "@ end()" not in expr}
        waiting = {name: expr for name, expr in waiting.items() if name not in ready}


def series(address: str, rules: Rules, start: datetime, end: datetime, every: timedelta) -> Iterator[str]:
    """OpenMetrics lines with timestamps."""
    for name, expr in rules.items():
        params = {"query": expr, "start": str(start.timestamp()), "end": str(end.timestamp())}
        params["step"] = str(every.total_seconds())
        answer = requests.get(f"http://{address}/api/v1/query_range", params=params, timeout=60)
        answer.raise_for_status()
        for found in answer.json()["data"]["result"]:
            labels = ",".join(
                f"{label}={_quoted(text)}" for label, text in found["metric"].items() if label != "__name__"
            )
            yield from (f"{name}{{{labels}}} {value} {at}" for at, value in found["values"])
    yield "# EOF"


def _named(expr: str) -> set[str]:
    return set(re.findall(r"\b\w+:[\w:]+", expr))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
    return f'"{escaped}"'
