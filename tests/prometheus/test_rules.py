"""The rules, by Prometheus' own tools, and what each alert says."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
RULES = sorted((ROOT / "prometheus/rules").glob("*.yml"))
STORIES = sorted((ROOT / "prometheus/tests").glob("*.yml"))
RUNBOOK = ROOT / "docs/runbook.md"
Tool = Callable[[str], str]


def alerts() -> Iterator[dict[str, Any]]:
    for file in RULES:
        for group in yaml.safe_load(file.read_text())["groups"]:
            yield from (rule for rule in group["rules"] if "alert" in rule)


def checked(*command: str) -> tuple[int, str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    return done.returncode, done.stdout + done.stderr


def test_the_rules_and_configurations_are_valid(tool: Tool) -> None:
    """Also to the linter's strictest eye."""
    promtool, amtool = tool("promtool"), tool("amtool")
    for command in (
        (promtool, "check", "rules", "--lint=all", "--lint-fatal", *map(str, RULES)),
        (promtool, "check", "config", str(ROOT / "prometheus/prometheus.yml")),
        (amtool, "check-config", str(ROOT / "prometheus/alertmanager.yml")),
    ):
        code, output = checked(*command)
        assert code == 0, output


@pytest.mark.parametrize("stories", STORIES, ids=lambda file: file.stem)
def test_the_stories_come_true(stories: Path, tool: Tool) -> None:
    """Each alert fires when it should, with the text that it should have, and is silent when it should be."""
    code, output = checked(tool("promtool"), "test", "rules", str(stories))
    assert code == 0, output


@pytest.mark.parametrize("rule", [*alerts()], ids=lambda rule: f"{rule['alert']}-{rule['labels']['severity']}")
def test_every_alert_says_what_it_is_and_what_to_do(rule: dict[str, Any]) -> None:
    """A severity, a summary that never changes, a description with names or numbers, and a section of the runbook."""
    assert {"severity"} == rule["labels"].keys()
    assert rule["labels"]["severity"] in {"info", "warning", "critical"}
    notes = rule["annotations"]
    assert {"summary", "description", "runbook_url"} == notes.keys()
    assert "{{" not in notes["summary"]
    assert "{{" in notes["description"] or rule["alert"] == "AzureBillingExporterDown"
    headings = re.findall(r"^## (.+)$", RUNBOOK.read_text(), re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}
    assert notes["runbook_url"].partition("#")[2] in anchors


def test_every_family_that_a_rule_names_exists() -> None:
    """In the documentation that is made from the code, or among the recorded series."""
    text = "".join(file.read_text() for file in RULES)
    recorded = set(re.findall(r"record: (\S+)", text))
    documented = set(re.findall(r"`((?:azure|partner)\w+)`", (ROOT / "docs/metrics.md").read_text()))
    expressions = [
        rule["expr"] for f in RULES for group in yaml.safe_load(f.read_text())["groups"] for rule in group["rules"]
    ]
    named = {name for e in expressions for name in re.findall(r"\b(?:azure|partner_center)_[\w:]+", e)}
    assert set() == named - recorded - documented
