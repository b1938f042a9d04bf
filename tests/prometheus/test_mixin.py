"""The rule files and the runbook are generated completely from the definitions."""

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import yaml

from exporter.mixin import alerts
from exporter.mixin.files import laid_out, rule_file
from exporter.mixin.links import Links
from exporter.mixin.recording import RECORDING
from exporter.mixin.rules import Alert, Record, Section
from exporter.mixin.runbook import runbook
from tools.generated import ROOT
from tools.rules import main

FILES = (RECORDING, *alerts.FILES)
ALERTS = [alert for file in alerts.FILES for alert in file.alerts()]


def parsed(rule: Record | Alert) -> Mapping[str, Any]:
    """What Prometheus is to read."""
    expr = laid_out(rule.expr)
    expr += "\n" if "\n" in expr else ""
    if isinstance(rule, Record):
        return {"record": rule.name, "expr": expr, **({"labels": rule.labels} if rule.labels else {})}
    return {
        "alert": rule.name,
        "expr": expr,
        **({"for": rule.for_} if rule.for_ else {}),
        **({"keep_firing_for": rule.keep_firing_for} if rule.keep_firing_for else {}),
        "labels": {"severity": rule.severity, **rule.labels},
        "annotations": {
            "summary": rule.summary,
            "description": " ".join(rule.description.split()),
            "runbook_url": f"https://wiki.example/page#{rule.runbook.anchor}",
            **({"dashboard_url": f"https://grafana.example/d/{rule.dashboard}"} if rule.dashboard else {}),
        },
    }


def test_the_committed_files_are_up_to_date() -> None:
    """They are generated, not edited, and there are no others."""
    assert main(["--check"]) == 0
    assert {f"{file.name}.yml" for file in FILES} == {file.name for file in (ROOT / "prometheus/rules").iterdir()}


def test_a_rule_file_contains_exactly_its_definitions() -> None:
    """Whatever is quoted, folded or commented; the runbook can be elsewhere."""
    links = Links("https://wiki.example/page", "https://grafana.example")
    for file in FILES:
        groups = yaml.safe_load(rule_file(file, links))["groups"]
        expected = [
            {
                "name": group.name,
                **({"interval": group.interval} if group.interval else {}),
                "rules": [parsed(rule) for rule in group.rules],
            }
            for group in file.groups
        ]
        assert expected == groups


def test_every_definition_is_in_a_file() -> None:
    """A module of alerts that no group names would be written nowhere."""
    modules = [
        importlib.import_module(f"{alerts.__name__}.{one.name}") for one in pkgutil.iter_modules(alerts.__path__)
    ]
    values = [value for module in modules for value in vars(module).values()]
    defined = [one for value in values if isinstance(value, tuple) for one in value if isinstance(one, Alert)]
    assert len(ALERTS) <= len(defined)
    assert [] == [alert.name for alert in defined if alert not in ALERTS]


def test_no_group_reads_what_another_records() -> None:
    """Groups are evaluated in no particular order, so that an alert would read values of the evaluation before."""
    groups = [group for file in FILES for group in file.groups]
    recorded = {(group.name, rule.name) for group in groups for rule in group.rules if isinstance(rule, Record)}
    read = {
        (group.name, name)
        for group in groups
        for rule in group.rules
        for name in re.findall(r"\bazure[a-z_0-9]*:[a-z_0-9:]+", rule.expr)
    }
    assert read
    assert set() == read - recorded


def test_a_group_reads_only_its_own_part_of_a_series_that_two_groups_record() -> None:
    """Those of customers and of other budgets are told apart by a matcher in each selector."""
    groups = [group for file in FILES for group in file.groups]
    recorded = Counter(rule.name for group in groups for rule in group.rules if isinstance(rule, Record))
    shared = {name for name, number in recorded.items() if number > 1}
    assert shared
    selectors = [
        (group.name, found[0])
        for group in groups
        for rule in group.rules
        for found in re.finditer(r"\b(azure[a-z_0-9]*:[a-z_0-9:]+)({[^}]*})?", rule.expr)
        if found[1] in shared
    ]
    assert selectors
    assert [] == [one for one in selectors if not re.search("{.*(customer_id|scope|source)[=!]", one[1])]


def test_every_section_of_the_runbook_is_complete() -> None:
    """Each of its parts has a text, and its anchor belongs to no other section."""
    sections: dict[str, Section] = {}
    incomplete = []
    for section in (alert.runbook for alert in ALERTS):
        assert section == sections.setdefault(section.anchor, section)
        incomplete += [f"{section.title}: {part}" for part, text in vars(section).items() if not text.strip()]
    assert [] == incomplete


def test_the_runbook_lists_every_alert_with_its_severities() -> None:
    """In the table, with a link, and at the top of its section."""
    page = runbook(alerts.FILES)
    for alert in ALERTS:
        severities = ", ".join(dict.fromkeys(other.severity for other in ALERTS if other.name == alert.name))
        assert f"\n| [`{alert.name}`](#{alert.runbook.anchor}) | {severities} | {alert.summary} |\n" in page
        (section,) = [one for one in page.split("\n## ") if one.startswith(f"{alert.runbook.title}\n")]
        assert f"`{alert.name}` ({severities})" in section.splitlines()[2]
