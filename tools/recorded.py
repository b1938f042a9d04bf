"""What recording rules would have recorded, queried from a Prometheus that has the history of their sources."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import requests
import yaml

Rules: TypeAlias = dict[str, str]
"""Expressions by the name of the recorded series."""


def levels(*files: Path) -> Iterator[Rules]:
    """The rules in levels, so that each depends only on rules of earlier levels.

    Rules that record different series of one name are united.
    """
    groups = (group for file in files for group in yaml.safe_load(file.read_text())["groups"])
    waiting: Rules = {}
    for rule in (rule for group in groups for rule in group["rules"] if "record" in rule):
        others = f"{waiting[rule['record']]}\nor " if rule["record"] in waiting else ""
        waiting[rule["record"]] = f"{others}({rule['expr']})"
    while ready := {name: expr for name, expr in waiting.items() if not (_named(expr) - {name}) & waiting.keys()}:
        yield ready
        waiting = {name: expr for name, expr in waiting.items() if name not in ready}
    if waiting:
        raise RuntimeError(f"these rules depend on one another: {', '.join(sorted(waiting))}")


def series(address: str, rules: Rules, start: datetime, end: datetime, every: timedelta) -> Iterator[str]:
    """OpenMetrics lines with timestamps, from `start` to `end`."""
    for name, expr in rules.items():
        for labels, at, value in evaluated(address, expr, start, end, every):
            yield f"{name}{{{labels}}} {value} {at}"
    yield "# EOF"


def evaluated(
    address: str, expr: str, start: datetime, end: datetime, every: timedelta
) -> Iterator[tuple[str, float, str]]:
    """The labels, times and values of an expression.

    One with `@ end()` is evaluated instant by instant, because the end of a range query is another.
    """
    answers: Iterator[list[dict[str, Any]]]
    if "@ end()" in expr:
        steps = (end - start) // every
        times = [(end - number * every).timestamp() for number in range(steps, -1, -1)]
        answers = (_answer(address, "query", query=expr, time=str(at)) for at in times)
    else:
        instants = {"start": str(start.timestamp()), "end": str(end.timestamp()), "step": str(every.total_seconds())}
        answers = iter([_answer(address, "query_range", query=expr, **instants)])
    for found in (one for answer in answers for one in answer):
        named = (f"{label}={_quoted(text)}" for label, text in found["metric"].items() if label != "__name__")
        labels = ",".join(named)
        yield from ((labels, at, value) for at, value in found.get("values") or [found["value"]])


def _answer(address: str, path: str, **params: str) -> list[dict[str, Any]]:
    answer = requests.get(f"http://{address}/api/v1/{path}", params=params, timeout=600)
    answer.raise_for_status()
    result: list[dict[str, Any]] = answer.json()["data"]["result"]
    return result


def _named(expr: str) -> set[str]:
    return set(re.findall(r"\b\w+:[\w:]+", expr))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
    return f'"{escaped}"'
