"""The history of the local stack: ports, foreign servers, and series that end."""

import os
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.process import free_port
from tests.prometheus.conftest import Prometheus
from tools import local_stack, past, ports, recorded, stack
from tools.history import Past, scrapes

HOUR = timedelta(hours=1)
END = datetime(2026, 11, 20, 12, tzinfo=UTC)
SERVER = """
import http.server, sys
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which this process listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_in_use_names_the_variable_and_a_free_port(taken: int) -> None:
    """All of them at once, so that one correction is enough."""
    environment = {"EXPORTER_PORT": str(taken), "PROMETHEUS_PORT": "http", "ALERTMANAGER_PORT": ""}
    with pytest.raises(RuntimeError) as raised:
        ports.chosen(["EXPORTER_PORT", "PROMETHEUS_PORT"], environment)
    used, invalid = str(raised.value).splitlines()
    text, _, proposed = used.rpartition("=")
    assert f"port {taken} is in use; to choose another one: make stack EXPORTER_PORT" == text
    assert ports.is_free(int(proposed))
    assert "PROMETHEUS_PORT: 'http' is not a port from 1 to 65535" == invalid
    free = str(free_port())
    with pytest.raises(RuntimeError, match=f"^EXPORTER_PORT: port {free} is chosen twice$"):
        ports.chosen(["PROMETHEUS_PORT", "EXPORTER_PORT"], dict.fromkeys(environment, free))


def test_a_server_of_another_process_is_not_taken_for_the_own_one(taken: int, tmp_path: Path) -> None:
    """The program that cannot bind its port is the error, with its log."""
    with (
        pytest.raises(RuntimeError, match=r"(?s)^server exited:\n.*Address already in use"),
        stack.program(
            tmp_path / "server.log", sys.executable, "-c", SERVER, str(taken), ready=f"http://127.0.0.1:{taken}/"
        ),
    ):
        raise AssertionError
    port = free_port()
    with stack.program(
        tmp_path / "server.log", sys.executable, "-c", SERVER, str(port), ready=f"http://127.0.0.1:{port}/"
    ) as process:
        assert ports.listens(process.pid, port)
        assert not ports.listens(os.getpid(), port)


def test_printed_links_respond(tmp_path: Path, tool: Callable[[str], str]) -> None:
    """With the installed packages, whatever pages they have."""
    tool("prometheus"), tool("prometheus-alertmanager")
    exporter, prometheus, alertmanager = (f"127.0.0.1:{free_port()}" for _ in range(3))
    idle = tmp_path / "idle.yml"
    idle.write_text("{}")
    watched = Prometheus(prometheus)
    with (
        stack.alertmanager(tmp_path, stack.ROOT / "prometheus/alertmanager.yml", alertmanager),
        stack.prometheus(tmp_path, idle, prometheus),
    ):
        lines = local_stack.links(exporter, prometheus, alertmanager)
        urls = [word for line in lines for word in line.split() if word.startswith("http")]
        assert f"http://{exporter}/" == urls.pop(0)
        assert [200, 200] == [watched.status(url) for url in urls]


def test_a_series_that_ends_is_not_summed_with_its_successor(tmp_path: Path, tool: Callable[[str], str]) -> None:
    """At no instant of the history: each sample counts until the next scrape."""
    tool("promtool")
    instants = [END - 2 * HOUR, END - HOUR, END]
    samples = ["monday", "monday", "tuesday"]
    lines = (
        f'azure_cost_daily{{account="a",subscription_name="{day}",currency="EUR"}} 100 {at.timestamp():.0f}'
        for at, day in zip(instants, samples, strict=True)
    )
    past.import_lines(tmp_path, [*lines, "# EOF"])
    idle = tmp_path / "idle.yml"
    idle.write_text("{}")
    address = f"127.0.0.1:{free_port()}"
    with stack.prometheus(tmp_path, idle, address, past.look_back(HOUR)):
        minute = timedelta(minutes=1)
        found = recorded.evaluated(address, "sum(azure_cost_daily)", instants[0], END, minute)
        assert [(instants[0] + number * minute).timestamp() for number in range(121)] == [at for _, at, _ in found]
        found = recorded.evaluated(address, "sum(azure_cost_daily)", instants[0], END, minute)
        assert {"100"} == {value for _, _, value in found}


def test_reports_are_read_at_their_intervals() -> None:
    """None is older than its interval at a scrape; the last scrapes have the same values."""
    second = timedelta(seconds=1)
    short = Past(END - 24 * HOUR, END, 6 * HOUR, least_interval=12 * HOUR, last=(second,))
    assert [24 * HOUR, 18 * HOUR, 12 * HOUR, 6 * HOUR, second, timedelta()] == [END - at for at in short.instants()]
    success: dict[str, dict[str, float]] = {}
    intervals: dict[str, float] = {}
    for line in scrapes(short, 'job="j"'):
        name, _, rest = line.partition('{job="j"')
        if name.endswith("_collector_last_success_timestamp_seconds"):
            labels, value, at = rest.rsplit(" ", 2)
            success.setdefault(labels, {})[at] = float(at) - float(value)
        if name.endswith("_collector_interval_seconds"):
            labels, value, _ = rest.rsplit(" ", 2)
            intervals[labels] = float(value)
    assert intervals.keys() == success.keys()
    assert 12 * 3600 == min(intervals.values())
    for labels, ages in success.items():
        assert 6 == len(ages)
        assert all(0 <= age < intervals[labels] for age in ages.values())
