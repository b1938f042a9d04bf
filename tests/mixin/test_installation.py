"""Rules and dashboards for an installation: each selector, each query of an annotation, each link."""

import json
import re
from collections.abc import Iterator

import pytest

from exporter.mixin.dashboards import BOARDS
from exporter.mixin.installation import VARIABLE, Installation
from exporter.mixin.links import RUNBOOK, Links
from exporter.mixin.promql import PROMETHEUS_OWN, parse_matchers
from exporter.mixin.rules import Alert
from tests.mixin.parsed import Selected, expressions, selected

HERE = Installation(parse_matchers('job="here"'), Links("https://wiki.example/runbook", "https://grafana.example"))
JOB = ("job", "=", "here")
PLAIN = Installation()


def of_rules(installation: Installation) -> Iterator[str]:
    """The expressions of all rules, and the queries of their annotations as Prometheus parses them."""
    for file in installation.rule_files():
        for rule in (rule for group in file.groups for rule in group.rules):
            yield rule.expr
            if isinstance(rule, Alert):
                for literal in re.findall(r'printf ("(?:\\.|[^"\\])*")[^|}]*\| query', rule.description):
                    yield json.loads(literal).replace("%q", '"text"').replace("%f", "1").replace("%%", "%")


def of_boards(installation: Installation) -> Iterator[str]:
    """The expressions of all panels, annotations and variables."""
    for board in installation.boards():
        for text in expressions(board):
            found = VARIABLE.fullmatch(text)
            labels = found and found["function"] == "label_values"
            yield text if not found else found["inner"].rpartition(",")[0] if labels else found["inner"]


@pytest.mark.parametrize("read", [of_rules, of_boards])
def test_every_selector_of_scraped_series_has_the_job(read: type) -> None:
    """The parser of PromQL finds it in each, and nowhere else; nothing else changes."""
    before, after = [*map(selected, read(PLAIN))], [*map(selected, read(HERE))]
    assert len(before) > 50

    def expected(one: Selected) -> Selected:
        name, matchers = one
        if ":" in name or name in PROMETHEUS_OWN:
            return one
        return name, matchers - {("job", "=", "azure-billing")} | {JOB}

    assert [sorted(map(expected, one), key=repr) for one in before] == after


def test_every_query_of_an_annotation_is_found() -> None:
    """By the test above, which reads templates in one form only."""
    for file in PLAIN.rule_files():
        for alert in file.alerts():
            found = re.findall(r'printf "(?:\\.|[^"\\])*"[^|}]*\| query', alert.description)
            assert len(found) == len(re.findall(r"\bquery\b", alert.description))


def test_without_options_nothing_changes() -> None:
    """The committed files are those of the definitions."""
    assert [*BOARDS] == [*PLAIN.boards()]


def test_every_link_leads_to_the_installation() -> None:
    """Between dashboards, and to the runbook."""
    text = json.dumps(HERE.boards())
    assert RUNBOOK not in text
    assert set(re.findall(r"[^\"' (]*/d/[\w-]+", json.dumps(PLAIN.boards()))) == {
        url.removeprefix("https://grafana.example") for url in re.findall(r"[^\"' (]*/d/[\w-]+", text)
    }
    assert [] == re.findall(r"[\"' (]/d/", text)


def test_the_url_of_a_dashboard_has_one_base() -> None:
    """Without one, the Grafana of the stack."""
    assert "http://localhost:3000/d/uid?var-a=b" == Links().dashboard("uid?var-a=b")
    assert "https://grafana.example/d/uid" == HERE.links.dashboard("uid")
