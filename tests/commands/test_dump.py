"""`dump` as a user runs it, with Prometheus' own tools on what it writes."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.process import command

ROOT = Path(__file__).parents[2]
COMMITTED = {
    "rules": "prometheus/rules/*.yml",
    "dashboards": "grafana/dashboards/*.json",
    "alertmanager": "prometheus/alertmanager.yml",
    "config": "config.example.yaml",
    "systemd": "exporter/files/systemd/*",
}
Tool = Callable[[str], str]
SELECTORS = ['job="azure"', r"""{cluster=~"eu|us\\d", job!='a "b" %s {{c}}'}""", "env!~`x\\d+`"]


def committed(what: str) -> dict[str, str]:
    return {file.name: file.read_text() for file in ROOT.glob(COMMITTED[what])}


@pytest.mark.parametrize("what", COMMITTED)
def test_without_options_the_files_are_those_of_the_repository(what: str, tmp_path: Path) -> None:
    """The directory is created, and other users can read the files."""
    directory = tmp_path / "new" / what
    done = command("dump", what, f"--directory={directory}")
    assert (0, "") == (done.returncode, done.stderr)
    assert committed(what) == {file.name: file.read_text() for file in directory.iterdir()}
    assert {0o644} == {file.stat().st_mode & 0o777 for file in directory.iterdir()}
    assert {f"wrote {file}" for file in directory.iterdir()} == {*done.stdout.splitlines()}


def test_help_has_an_example() -> None:
    """With quotes as a shell needs them."""
    text = " ".join(command("dump", "--help").stdout.split())
    assert "dump rules --directory=/etc/prometheus/rules --selector='job=\"azure\"'" in text
    assert "(default: None)" not in text


def test_one_document_is_printed(tmp_path: Path, tool: Tool) -> None:
    """A rule file with all groups, an array of dashboards, or Alertmanager's configuration."""
    rules = command("dump", "rules", '--selector=job="x"').stdout
    groups = [group for text in committed("rules").values() for group in yaml.safe_load(text)["groups"]]
    assert {group["name"] for group in groups} == {group["name"] for group in yaml.safe_load(rules)["groups"]}
    (tmp_path / "rules.yml").write_text(rules)
    checked(tool("promtool"), "check", "rules", "--lint=all", "--lint-fatal", str(tmp_path / "rules.yml"))
    boards = json.loads(command("dump", "dashboards").stdout)
    assert {f"{board['uid']}.json" for board in boards} == committed("dashboards").keys()
    assert committed("alertmanager")["alertmanager.yml"] == command("dump", "alertmanager").stdout


@pytest.mark.parametrize("selector", SELECTORS)
def test_prometheus_accepts_the_rules_for_any_selector(selector: str, tmp_path: Path, tool: Tool) -> None:
    """With all lint checks enabled."""
    assert 0 == command("dump", "rules", f"--directory={tmp_path}", f"--selector={selector}").returncode
    checked(tool("promtool"), "check", "rules", "--lint=all", "--lint-fatal", *map(str, tmp_path.glob("*.yml")))


@pytest.mark.parametrize("name", ["cost_management", "exporter"])
def test_the_rule_tests_pass_with_a_selector(name: str, tmp_path: Path, tool: Tool) -> None:
    """Alerts and their texts are the same if the matchers hold for all series; here, for the lack of a label."""
    selector = 'unknown="",other!~"%s|%%"'
    assert 0 == command("dump", "rules", f"--directory={tmp_path / 'rules'}", f"--selector={selector}").returncode
    test = tmp_path / "tests" / f"{name}.yml"
    test.parent.mkdir()
    test.write_text((ROOT / f"prometheus/tests/{name}.yml").read_text())
    checked(tool("promtool"), "test", "rules", str(test))


def test_the_urls_are_those_of_the_options() -> None:
    """In annotations and in links."""
    rules = command("dump", "rules", "--runbook-url=https://wiki.example/azure?page=1").stdout
    annotations = [
        rule["annotations"] for group in yaml.safe_load(rules)["groups"] for rule in group["rules"] if "alert" in rule
    ]
    assert all(one["runbook_url"].startswith("https://wiki.example/azure?page=1#") for one in annotations)
    for url in (
        "https://grafana.example/sub",
        "https://grafana.example/sub/",
        "https://grafana.example/sub/d/",
        "/sub",
    ):
        boards = command("dump", "dashboards", f"--dashboard-url={url}").stdout
        assert f'"{url.removesuffix("/").removesuffix("/d")}/d/azure-billing-' in boards
        assert '"/d/' not in boards


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["rules", "--selector=job=azure"], 1, "--selector: expected label=\"value\", found 'job=azure'\n"),
        (["rules", "--selector="], 1, "--selector: expected label=\"value\", found ''\n"),
        (
            ["rules", "--runbook-url=wiki", "--dashboard-url=grafana"],
            1,
            "--runbook-url: 'wiki' is not a URL such as https://wiki.example.com/azure-billing\n"
            "--dashboard-url: 'grafana' is not the URL of a Grafana such as https://grafana.example.com\n",
        ),
        (["rules", "--runbook-url=https://wiki/{{x}}"], 1, "--runbook-url: 'https://wiki/{{x}}' is not a URL such as "),
        (["alertmanager", '--selector=job="a"'], 1, "dump alertmanager: the file is the same for all selectors"),
        (["rules", "--directory=/dev/null"], 1, "--directory: /dev/null/recording.yml: "),
        (["grafana"], 2, "invalid choice: 'grafana'"),
        ([], 2, "the following arguments are required: what"),
    ],
)
def test_an_error_is_one_clear_line(arguments: list[str], code: int, text: str) -> None:
    """It names the option and what is expected."""
    done = command("dump", *arguments)
    assert (code, "") == (done.returncode, done.stdout)
    assert text in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_cannot_be_written_keeps_its_old_content(tmp_path: Path) -> None:
    """Files are replaced as a whole; no temporary file is left."""
    (tmp_path / "recording.yml").mkdir()
    (tmp_path / "recording.yml" / "file").touch()
    done = command("dump", "rules", f"--directory={tmp_path}")
    assert (1, f"--directory: {tmp_path / 'recording.yml'}: Is a directory\n") == (done.returncode, done.stderr)
    assert ["recording.yml"] == [file.name for file in tmp_path.iterdir()]


def checked(*program: str) -> None:
    """Run a program, which must succeed."""
    done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
