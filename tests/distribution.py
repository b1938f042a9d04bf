"""Which tests run in one process, and which begin first, so that no process is alone with a long file at the end."""

from pathlib import PurePath

import pytest
from xdist.scheduler import LoadScopeScheduling

PROMETHEUS = frozenset({"prometheus/test_dashboards.py", "prometheus/test_dump.py", "prometheus/test_tables.py"})
"""Files with tests of the fixture `prometheus`. It takes longest by far, so that one process creates it for all."""
SPLIT = frozenset({"commands/test_command_line.py", "prometheus/test_rules.py", "apis/test_year.py"})
"""Long files whose tests share nothing: each test goes to the process that is free."""
LONG = frozenset(
    {
        "apis/test_cost_simulated.py",
        "apis/test_graph_audit_log_simulated.py",
        "prometheus/test_past.py",
        "prometheus/test_switch.py",
    }
)


class Distribution(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist states no types
    """Gives a process all tests of a file, in the order of the files, with the exceptions above."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        name = _name(PurePath(file))
        return "prometheus" if name in PROMETHEUS else nodeid if name in SPLIT else file


def longest_first(items: list[pytest.Item]) -> None:
    """Sort the tests, and require that those of the fixture `prometheus` are in `PROMETHEUS`."""
    for item in items:
        if isinstance(item, pytest.Function) and "prometheus" in item.fixturenames:
            assert _name(item.path) in PROMETHEUS, f"{item.path} belongs to PROMETHEUS in {__file__}"
    items.sort(key=lambda item: _place(_name(item.path)))


def _place(name: str) -> int:
    return 0 if name in PROMETHEUS else 1 if name in SPLIT | LONG else 2


def _name(path: PurePath) -> str:
    """The package and the file."""
    return "/".join(path.parts[-2:])
