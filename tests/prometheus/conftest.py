"""A real Prometheus with five weeks of data about the simulated company."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from exporter.mixin.alerts import FILES
from tests.harness import NOON
from tests.process import free_port, required
from tools import stack
from tools.history import DAY, Past
from tools.past import import_history, import_lines, look_back
from tools.recorded import evaluated

EVERY = timedelta(hours=6)
LAST = (timedelta(seconds=30), timedelta(seconds=15))
"""Two more scrapes before the last one, so that there are rates over a minute."""


class Prometheus:
    """Its HTTP API."""

    def __init__(self, address: str, at: datetime | None = None) -> None:
        self.address = address
        self._at = at

    def get(self, path: str, **params: str) -> Any:
        """The data of a successful response; an invalid expression is an assertion error."""
        answer = requests.get(f"http://{self.address}/api/v1/{path}", params=params, timeout=30).json()
        assert answer["status"] == "success", f"{answer.get('error')}: {params}"
        return answer["data"]

    @staticmethod
    def status(url: str) -> int:
        """The status of a page."""
        return requests.get(url, timeout=30).status_code

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series of an instant query, at the time of the constructor or now."""
        time = {"time": str(self._at.timestamp())} if self._at else {}
        found: list[dict[str, Any]] = self.get("query", query=expression, **time)["result"]
        return found

    def variable(self, query: str, regex: str = "") -> list[str]:
        """The values of a dashboard variable, queried as Grafana does."""
        function, inner = re.fullmatch(r"(label_values|label_names|query_result)\((.*)\)", query).groups()  # type: ignore[union-attr]
        if function == "label_names":
            return [name for name in self.get("labels", **{"match[]": inner}) if re.search(regex.strip("/"), name)]
        if function == "label_values":
            selector, _, label = inner.rpartition(", ")
            return list(self.get(f"label/{label}/values", **{"match[]": selector}))
        texts = [
            ",".join(f'{name}="{text}"' for name, text in sorted(found["metric"].items()))
            for found in self.query(inner)
        ]
        pattern = re.compile(regex.strip("/").replace("(?<", "(?P<"))
        value = "value" if "value" in pattern.groupindex else 1
        return [found[value] for text in texts if (found := pattern.search(text))]


@pytest.fixture(scope="session")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Five weeks of scrapes, recorded series and firing alerts, queried as of the last scrape.

    It neither scrapes nor evaluates rules, so that results do not depend on the speed of the machine.
    """
    for tool in ("prometheus", "promtool"):
        required(tool)
    directory: Path = tmp_path_factory.mktemp("prometheus")
    address = f"127.0.0.1:{free_port()}"
    end = datetime.now(UTC).replace(microsecond=0)
    past = Past(end - 35 * DAY, end, EVERY, least_interval=DAY, last=LAST, shift=NOON - end)
    import_history(directory, address, "127.0.0.1:1", past)
    idle = directory / "idle.yml"
    with stack.prometheus(directory, idle, address, look_back(EVERY)):
        alerts = [*firing(address, end)]
    import_lines(directory, [*alerts, "# EOF"])
    with stack.prometheus(directory, idle, address, look_back(EVERY)):
        yield Prometheus(address, end)


def firing(address: str, at: datetime) -> Iterator[str]:
    """The series with which Prometheus shows the alerts that fire, as if each had been true for long enough."""
    for file in FILES:
        for alert in file.alerts():
            for labels, time, _ in evaluated(address, alert.expr, at, at, EVERY):
                own = f'alertname="{alert.name}",alertstate="firing",severity="{alert.severity}"'
                yield f"ALERTS{{{own}{',' * bool(labels)}{labels}}} 1 {time}"
