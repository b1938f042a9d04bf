"""The rules, by Prometheus' own tools, and what each alert says."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
RULES = sorted((ROOT / "prometheus/rules").glob("*.yml"))
TEST_FILES = sorted((ROOT / "prometheus/tests").glob("*.yml"))
RUNBOOK = ROOT / "docs/runbook.md"
Tool = Callable[[str], str]
BOARDS = [json.loads(file.read_text()) for file in (ROOT / "grafana/dashboards").glob("*.json")]
VARIABLES = {board["uid"]: {one["name"] for one in board["templating"]["list"]} for board in BOARDS}
"""The names of the variables of each dashboard, by uid."""


def alerts() -> Iterator[dict[str, Any]]:
    for file in RULES:
        for group in yaml.safe_load(file.read_text())["groups"]:
            yield from (rule for rule in group["rules"] if "alert" in rule)


def checked(*command: str) -> tuple[int, str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    return done.returncode, done.stdout + done.stderr


def test_the_rules_and_configurations_are_valid(tool: Tool) -> None:
    """With all lint checks enabled."""
    promtool, amtool = tool("promtool"), tool("amtool")
    for command in (
        (promtool, "check", "rules", "--lint=all", "--lint-fatal", *map(str, RULES)),
        (promtool, "check", "config", str(ROOT / "prometheus/prometheus.yml")),
        (amtool, "check-config", str(ROOT / "prometheus/alertmanager.yml")),
    ):
        code, output = checked(*command)
        assert code == 0, output


@pytest.mark.parametrize("file", TEST_FILES, ids=lambda file: file.stem)
def test_the_rule_tests_pass(file: Path, tool: Tool) -> None:
    """Each alert fires when expected, with the expected text, and does not fire otherwise."""
    code, output = checked(tool("promtool"), "test", "rules", str(file))
    assert code == 0, output


@pytest.mark.parametrize("rule", [*alerts()], ids=lambda rule: f"{rule['alert']}-{rule['labels']['severity']}")
def test_every_alert_has_complete_annotations(rule: dict[str, Any]) -> None:
    """A severity, a constant summary, names or numbers, a section of the runbook, and dashboards that exist."""
    assert rule["labels"] | {"customer_id": ""} == {"severity": rule["labels"]["severity"], "customer_id": ""}
    assert rule["labels"]["severity"] in {"info", "warning", "critical"}
    annotations = rule["annotations"]
    assert {"summary", "description", "runbook_url", "dashboard_url"} == annotations.keys()
    assert "{{" not in annotations["summary"]
    assert "{{" in annotations["description"]
    headings = re.findall(r"^## (.+)$", RUNBOOK.read_text(), re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}
    assert annotations["runbook_url"].partition("#")[2] in anchors
    linked = re.findall(r"azure-billing-[a-z0-9-]+", annotations["dashboard_url"])
    assert linked
    assert set(linked) <= VARIABLES.keys()
    assert set(re.findall(r"var-(\w+)=", annotations["dashboard_url"])) <= set().union(
        *(VARIABLES[uid] for uid in linked)
    )


def test_every_metric_that_a_rule_uses_exists() -> None:
    """In the generated documentation or among the recorded series."""
    text = "".join(file.read_text() for file in RULES)
    recorded = set(re.findall(r"record: (\S+)", text))
    documented = set(re.findall(r"`((?:azure|partner)\w+)`", (ROOT / "docs/metrics.md").read_text()))
    expressions = [
        rule["expr"] for f in RULES for group in yaml.safe_load(f.read_text())["groups"] for rule in group["rules"]
    ]
    named = {name for e in expressions for name in re.findall(r"\b(?:azure|partner_center)_[\w:]+", e)}
    assert set() == named - recorded - documented
