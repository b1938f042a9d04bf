"""Rules of pint and of Grafana's dashboard linter: by these programs if they are installed, and by our own checks.

`make linters` installs the programs where Go is available. Our checks cover the rules of pint that need no server and
that `promtool` does not check; those of the dashboard linter are in test_dashboards.py.
"""

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import promql_parser as promql
import pytest

from exporter.mixin.installation import Installation
from exporter.mixin.rules import Alert, Record

ROOT = Path(__file__).parents[2]
PATH = os.pathsep.join([str(ROOT / ".tools"), os.environ["PATH"]])
RULES = [rule for file in Installation().rule_files() for group in file.groups for rule in group.rules]
COUNTED = re.compile(r"_(total|bucket|sum|count)$")
COMPARISONS = {"==", "!=", ">", "<", ">=", "<="}


@pytest.fixture
def linter() -> Callable[[str], str]:
    """The path of an optional program; without it the test is skipped, also in CI."""

    def path(name: str) -> str:
        found = shutil.which(name, path=PATH)
        return found or pytest.skip(f"{name} is not installed: make linters")

    return path


def checked(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", sorted((ROOT / "grafana/dashboards").glob("*.json")), ids=lambda file: file.stem)
def test_the_dashboard_linter_finds_nothing(file: Path, linter: Callable[[str], str], tmp_path: Path) -> None:
    """But what is excluded with a reason."""
    program = linter("dashboard-linter")
    copied = shutil.copy(file, tmp_path)
    shutil.copy(ROOT / "grafana/dashboard-linter.yml", tmp_path / ".lint")
    checked(program, "lint", "--strict", str(copied))


def test_pint_finds_nothing(linter: Callable[[str], str]) -> None:
    """Without a server."""
    config, rules = str(ROOT / "prometheus/pint.hcl"), str(ROOT / "prometheus/rules")
    checked(linter("pint"), "--no-color", "--offline", f"--config={config}", "lint", rules)


def named(rule: Record | Alert) -> str:
    """The name of the rule with its labels."""
    severity = [rule.severity] if isinstance(rule, Alert) else []
    return "-".join([rule.name, *severity, *(f"{name}={value}" for name, value in rule.labels.items())])


def nodes(rule: Record | Alert) -> Iterator[tuple[promql.Expr, tuple[promql.Expr, ...]]]:
    """Every node of an expression with the nodes above it."""
    above: list[promql.Expr] = []
    found: list[tuple[promql.Expr, tuple[promql.Expr, ...]]] = []

    def enter(node: promql.Expr) -> None:
        found.append((node, tuple(above)))
        above.append(node)

    def leave(_: promql.Expr) -> None:
        above.pop()

    promql.walk(promql.parse(rule.expr), enter, leave)
    yield from found


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_regular_expressions_are_needed(rule: Record | Alert) -> None:
    """Without special characters `=` does the same, and anchors are implied (promql/regexp)."""
    for node, _ in nodes(rule):
        for matcher in node.matchers.matchers if isinstance(node, promql.VectorSelector) else ():
            if "Re" in str(matcher.op):
                assert re.search(r"[.*+?|\[(\\]", matcher.value), matcher
                assert not matcher.value.startswith("^")
                assert not matcher.value.endswith("$")


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_rates_are_of_counters_and_counters_have_rates(rule: Record | Alert) -> None:
    """And no offset is negative (promql/rate, promql/counter, promql/offset)."""
    for node, above in nodes(rule):
        if isinstance(node, promql.VectorSelector):
            functions = {str(one.func.name) for one in above if isinstance(one, promql.Call)}
            assert bool(functions & {"rate", "irate", "increase"}) == bool(COUNTED.search(node.name or "")), node
            assert node.offset is None or node.offset.total_seconds() >= 0


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_no_rule_breaks_with_a_new_label(rule: Record | Alert) -> None:
    """What is joined with an aggregation that keeps unknown labels names those it joins on (promql/fragile).

    A recorded series is never the top of a changing set (rule/topk).
    """
    for node, above in nodes(rule):
        if not isinstance(node, promql.AggregateExpr):
            continue
        joined = [one for one in above if isinstance(one, promql.BinaryExpr) and is_join(one)]
        if node.modifier is not None and "Without" in str(node.modifier.type):
            matchings = [one.modifier and one.modifier.matching for one in joined]
            assert all(matching and "Include" in str(matching.type) for matching in matchings)
        if isinstance(rule, Record) and str(node.op) in {"topk", "bottomk"}:
            assert any(isinstance(one, promql.AggregateExpr) for one in above)


def is_join(node: promql.BinaryExpr) -> bool:
    """Whether series of both sides are matched by their labels."""
    return str(node.op) != "or" and not any(isinstance(side, promql.NumberLiteral) for side in (node.lhs, node.rhs))


@pytest.mark.parametrize("rule", [rule for rule in RULES if isinstance(rule, Alert)], ids=named)
def test_every_alert_has_a_condition(rule: Alert) -> None:
    """A comparison, or the absence of a series; else it would always fire (alerts/comparison)."""
    compared = [node for node, _ in nodes(rule) if isinstance(node, promql.BinaryExpr) and str(node.op) in COMPARISONS]
    absent = [node for node, _ in nodes(rule) if isinstance(node, promql.Call) and node.func.name.startswith("absent")]
    assert compared or absent


def test_no_rule_is_defined_twice() -> None:
    """By its name and labels (rule/duplicate)."""
    assert {1} == set(Counter(map(named, RULES)).values())
