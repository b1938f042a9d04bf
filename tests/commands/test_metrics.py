"""`metrics`, and the help of all commands."""

import json
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from exporter.cli import main
from exporter.runtime.table import PREFIX
from exporter.simulator import Simulator
from exporter.subcommands import COMMANDS
from tests.harness import ExporterHarness

Output = pytest.CaptureFixture[str]


def contract(capsys: Output, *options: str) -> dict[str, dict[str, object]]:
    assert 0 == main(["metrics", "--format=json", *options])
    return {one["name"]: one for one in json.loads(capsys.readouterr().out)["families"]}


def test_the_contract_is_what_a_scrape_has(
    simulator: Simulator, harness: ExporterHarness, tmp_path: Path, capsys: Output
) -> None:
    """Names, types, labels and HELP texts, with the labels that the configuration chooses."""
    harness.run("usagedetails")
    harness.run("balancesummary")
    harness.run("usagerecords")
    found = contract(capsys, f"--config.file={tmp_path / 'config.yaml'}")
    families = text_string_to_metric_families(harness.exporter.store.current.body.decode())
    scraped = {one.name: (one.type, one.documentation, list(one.samples[0].labels)) for one in families}
    assert len(scraped) > 20
    assert scraped == {
        name: (one["type"], one["help"], one["labels"]) for name, one in found.items() if name in scraped
    }


def test_the_own_metrics_have_their_labels(harness: ExporterHarness, capsys: Output) -> None:
    """As a scrape of them has, histograms apart from their bounds."""
    harness.run("balancesummary")
    found = contract(capsys)
    own = {name: set(one["labels"]) for name, one in found.items() if name.startswith(PREFIX)}  # type: ignore[call-overload]
    for one in harness.exporter.telemetry.collect():
        name = f"{one.name}{'_total' * (one.type == 'counter')}"
        if name in own and one.samples:
            assert own[name] == set(one.samples[0].labels) - {"le"}, name


def test_without_a_configuration_all_apis_are_listed(capsys: Output) -> None:
    """With their reports; a family of several APIs names all of them."""
    found = contract(capsys)
    assert {
        "Cost Management": ["usage"],
        "Enterprise Agreement": ["usagedetails"],
    } == found["azure_cost_month_to_date"]["sources"]
    assert ("counter", ["api", "code"], {}) == tuple(
        found["azure_billing_exporter_api_requests_total"][key] for key in ("type", "labels", "sources")
    )


def test_the_contract_is_a_table_too(capsys: Output) -> None:
    """Of Markdown, or of lines for a terminal."""
    main(["metrics", "--format=markdown"])
    rows = capsys.readouterr().out.splitlines()
    assert {6} == {len(re.findall(r"\|", row)) for row in rows}
    main(["metrics"])
    lines = capsys.readouterr().out.splitlines()
    assert "azure_ea_total_usage{account,currency} gauge" in lines
    assert "  From Cost Management (balances); Enterprise Agreement (balancesummary)." in lines
    assert len(rows) - 2 == len([line for line in lines if line and not line.startswith(" ")])


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example_in_one_line(name: str, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    """To be copied; and no default that is none."""
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as end:
        main([name, "--help"])
    text = capsys.readouterr().out
    assert 0 == end.value.code
    assert text.splitlines()[-1] == f"Example: azure-billing-exporter {name} {COMMANDS[name].example}"
    assert [] == re.findall(r"\(default:\s*(?:False|True|None)?\)", text)
