"""Runs the queries of a dashboard as Grafana does, and measures them."""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests

WIDTH = 1_500
"""Points of a range query: the width of a panel in pixels."""
GOAL_SECONDS, GOAL_SERIES = 1.0, 1_000
ROUNDS = 3
DAYS = 30
STEPS = (60, 120, 300, 600, 900, 1_200, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400)
"""Grafana rounds the step up to a usual one."""
SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
SELECTOR = re.compile(r"\b(?:azure|partner_center|process)[\w:]++(?:{[^{}]*})?+(?! @)")
"""Not those with a fixed time, which read one sample of each series."""
Json = dict[str, Any]


@dataclass(frozen=True)
class Measured:
    """A query, the quickest time of some rounds, and how many series it reads over a range."""

    title: str
    seconds: float
    series: int
    expr: str

    def __str__(self) -> str:
        slow = "  ABOVE THE GOAL" if self.seconds > GOAL_SECONDS or self.series > GOAL_SERIES else ""
        reads = f", {self.series:,} series over the range" if self.series else ""
        return f"  {self.seconds:6.3f} s  {self.title}{reads}{slow}"


class Board:
    """A dashboard with the selection that a user sees first: All where it is offered, else the first value."""

    def __init__(self, board: Json, address: str, end: datetime) -> None:
        self.board, self._address, self._end = board, address, end
        self._name = board["title"].rpartition(" / ")[2]
        self._values: dict[str, str] = {}

    def measured(self) -> Iterator[Measured]:
        """The queries of the variables, the annotations and the panels."""
        for variable in self.board["templating"]["list"][1:]:
            yield from self._variable(variable)
        for annotation in self.board["annotations"]["list"][1:]:
            target = annotation["target"] | {"instant": False}
            yield self._panel({"title": f"annotation {annotation['name']}", "interval": target["interval"]}, target)
        for panel in self.board["panels"]:
            for target in panel.get("targets", ()):
                yield self._panel(panel, target)

    def _variable(self, variable: Json) -> Iterator[Measured]:
        name = variable["name"]
        if variable["type"] != "query":
            self._values[name] = variable["query"]
            return
        query = self._filled(variable["query"]["query"], 0, 0)
        function, inner = re.fullmatch(r"(\w+)\((.*)\)", query, re.DOTALL).groups()  # type: ignore[union-attr]
        started = time.perf_counter()
        values = self._offered(function, inner, variable["regex"])
        taken = time.perf_counter() - started
        every = variable["allValue"] or f"({'|'.join(values)})"
        self._values[name] = every if variable["includeAll"] else next(iter(values), "")
        yield Measured(f"{self._name}, variable {name}: {len(values):,} values", taken, 0, query)

    def _offered(self, function: str, inner: str, regex: str) -> Sequence[str]:
        near = {"start": self._stamp(self._end - timedelta(days=DAYS)), "end": self._stamp(self._end)}
        if function == "label_names":
            names = self._get("labels", {"match[]": f'{{__name__=~".*{inner}.*"}}', **near})["data"]
            return [value for value in names if re.search(regex.strip("/"), value)]
        if function == "label_values":
            selector, _, label = inner.rpartition(",")
            values: list[str] = self._get(f"label/{label.strip()}/values", {"match[]": selector, **near})["data"]
            return values
        found = self._get("query", {"query": inner, "time": self._stamp(self._end)})["data"]["result"]
        texts = [",".join(f'{label}="{value}"' for label, value in one["metric"].items()) for one in found]
        pattern = re.compile(regex.strip("/").replace("(?<", "(?P<"))
        matches = [match for text in texts if (match := pattern.search(text))]
        return [match.groupdict().get("value", match[1]) for match in matches]

    def _panel(self, panel: Json, target: Json) -> Measured:
        range_seconds = _seconds(panel.get("timeFrom") or f"{DAYS}d")
        least = max(range_seconds / WIDTH, _seconds(panel.get("interval") or "1m"))
        step = next(step for step in STEPS if step >= least)
        expr = self._filled(target["expr"], range_seconds, step)
        if target["instant"]:
            path, params = "query", {"query": expr, "time": self._stamp(self._end)}
        else:
            start = self._end - timedelta(seconds=range_seconds)
            times = {"start": self._stamp(start), "end": self._stamp(self._end), "step": f"{step}"}
            path, params = "query_range", {"query": expr, **times}
        times_taken = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            self._get(path, params)
            times_taken.append(time.perf_counter() - started)
        series = 0 if target["instant"] else sum(map(self._series, SELECTOR.findall(expr)))
        title = f"{self._name}, {panel['title']}, {target['refId']}"
        return Measured(title, min(times_taken), series, expr)

    def _series(self, selector: str) -> int:
        query = f"count(last_over_time({selector}[{DAYS}d]))"
        found = self._get("query", {"query": query, "time": self._stamp(self._end)})["data"]["result"]
        return int(found[0]["value"][1]) if found else 0

    def _filled(self, text: str, range_seconds: int, step: int) -> str:
        values = self._values | {
            "__range": f"{range_seconds}s",
            "__range_s": f"{range_seconds}",
            "__interval": f"{step}s",
            "__rate_interval": f"{max(4 * step, 240)}s",
        }
        text = re.sub(r"\${(\w+):pipe}", lambda found: values[found[1]].strip("()"), text)
        return re.sub(r"\$(\w+)", lambda found: values.get(found[1], found[0]), text)

    def _get(self, path: str, params: dict[str, str]) -> Json:
        answer = requests.get(f"http://{self._address}/api/v1/{path}", params=params, timeout=600)
        found: Json = answer.json()
        if found["status"] != "success":
            raise RuntimeError(f"{self.board['uid']}: {found['error']}: {params.get('query')}")
        return found

    @staticmethod
    def _stamp(at: datetime) -> str:
        return f"{at.timestamp():.0f}"


def _seconds(text: str) -> int:
    return int(text[:-1]) * SECONDS[text[-1]]
