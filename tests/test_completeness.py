"""Whatever is added is documented, simulated and tested; each failure names what is missing."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from exporter.apis import ALL
from exporter.apis.api import AccountReport, Api
from tests.harness import ExporterHarness
from tools import declared

ROOT = Path(__file__).parents[1]
FAMILIES = [family.name for families in declared.families().values() for family in families]
NOT_IN_THE_DEMO = {
    "azure_b2c_monthly_active_users": "Azure AD Graph has none, and user insights state parts; "
    "tests/apis/test_graph_audit_log_simulated.py covers it",
}
"""Families that the simulated company does not publish, with the reason and the test that covers them."""


def read(path: str) -> str:
    return (ROOT / path).read_text()


def test_every_family_is_documented() -> None:
    """In docs/metrics.md."""
    documented = re.findall(r"^\| `(\w+)`", read("docs/metrics.md"), re.MULTILINE)
    assert [] == sorted(set(FAMILIES) - set(documented))


def test_every_family_of_b2c_says_from_when_on_it_is_true() -> None:
    """With each source, in docs/metrics.md."""
    (api,) = [api for api in ALL if api.name == "b2c"]
    own = {name for name in FAMILIES if name.startswith("azure_b2c_")}
    assert own == api.known.keys()
    sources = set(get_args(api.settings.model_fields["source"].annotation))
    assert [] == [name for name, known in api.known.items() if sources != known.keys()]
    text = read("docs/metrics.md")
    assert [] == [
        name for name, known in api.known.items() if f"| `{name}` | {' | '.join(known.values())} |" not in text
    ]


def test_every_family_is_in_a_golden() -> None:
    """Or there is a reason why it is not."""
    goldens = "".join(file.read_text() for file in (ROOT / "tests/apis/goldens").iterdir())
    tested = re.findall(r"^# TYPE (\w+)", goldens, re.MULTILINE)
    missing = set(FAMILIES) - set(tested) - NOT_IN_THE_DEMO.keys()
    assert not missing, f"in no golden (make goldens), since the simulator does not state them: {sorted(missing)}"
    assert not NOT_IN_THE_DEMO.keys() & set(tested), "NOT_IN_THE_DEMO lists families that are in a golden"


def test_every_report_is_listed() -> None:
    """In the `REPORTS` of its API, or nobody reads it."""
    listed = {report for api in ALL for report in api.reports}
    named = {report for report in _descendants(AccountReport) if "name" in vars(report)}
    assert not named - listed, f"in no REPORTS: {sorted(report.__qualname__ for report in named - listed)}"


def _descendants(kind: type[Any]) -> Iterator[type[Any]]:
    for found in kind.__subclasses__():
        yield found
        yield from _descendants(found)


def test_what_is_in_a_golden_is_declared() -> None:
    """A report that the example does not build would be missing in the documentation as well."""
    goldens = "".join(file.read_text() for file in (ROOT / "tests/apis/goldens").iterdir())
    assert [] == sorted(set(re.findall(r"^# TYPE (\w+)", goldens, re.MULTILINE)) - set(FAMILIES))


def test_every_report_publishes_each_of_its_families(harness: ExporterHarness) -> None:
    """A simulator without the report answers 404, which is "no data" to some reports and not a failure."""
    harness.run()
    published = {
        (job.api, job.collector.name, family)
        for job in harness.exporter.jobs
        if (collection := harness.exporter.store.collection(job))
        for family, samples in collection.samples.items()
        if samples
    }
    expected = {
        (api.name, collector.name, family.name)
        for api, collector in declared.collectors()
        for family in collector.families
        if family.name not in NOT_IN_THE_DEMO
    }
    assert [] == sorted(expected - published)


@pytest.mark.parametrize("api", ALL, ids=lambda api: api.name)
def test_every_api_is_complete(api: Api) -> None:
    """Its name is that of its package, its simulation, its golden, and a layer."""
    files = f"exporter/apis/{api.name}", f"exporter/simulator/{api.name}", f"tests/apis/goldens/{api.name}.prom"
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = {
        f"layers of {container}": re.findall(r"\w+", " ".join(contract["layers"]))
        for contract in contracts
        for container in contract.get("containers", ())
        if container in {"exporter.apis", "exporter.simulator"}
    }
    missing = [
        *(file for file in files if not (ROOT / file).exists()),
        *(name for name, modules in layers.items() if api.name not in modules),
    ]
    assert [] == missing


def test_every_alert_has_a_runbook_section_and_tests_in_which_it_fires_and_is_silent() -> None:
    """Each severity of it fires, and no test is of an alert that does not exist."""
    rules = {(rule["alert"], rule["labels"]["severity"]) for rule in _rules() if "alert" in rule}
    cases = list(_alert_cases())
    firing = {
        (case["alertname"], alert["exp_labels"]["severity"]) for case in cases for alert in case.get("exp_alerts", ())
    }
    silent = {case["alertname"] for case in cases if not case.get("exp_alerts")}
    names, documented = {name for name, _ in rules}, set(re.findall(r"`(\w+)`", read("docs/runbook.md")))
    missing = [
        *(f"{name}, {severity}: a test in which it fires" for name, severity in rules - firing),
        *(f"{name}: a test in which it is silent" for name in names - silent),
        *(f"{name}: a section of docs/runbook.md" for name in names - documented),
        *(f"{name}: a rule" for name in {case["alertname"] for case in cases} - names),
    ]
    assert not missing, "\n".join(sorted(missing))


def _rules() -> Iterator[dict[str, Any]]:
    for file in (ROOT / "prometheus/rules").iterdir():
        for group in yaml.safe_load(file.read_text())["groups"]:
            yield from group["rules"]


def _alert_cases() -> Iterator[dict[str, Any]]:
    for file in (ROOT / "prometheus/tests").iterdir():
        for test in yaml.safe_load(file.read_text())["tests"]:
            yield from test.get("alert_rule_test", ())
