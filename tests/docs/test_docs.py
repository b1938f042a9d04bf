"""What the documentation names exists: links, metrics, alerts, command lines, targets of make, configurations."""

import re
import shlex
from contextlib import suppress
from pathlib import Path

import pytest
import yaml

from exporter import arguments
from exporter.config import loads
from exporter.subcommands import COMMANDS
from tests.docs.pages import CURRENT, PAGES, ROOT, code, commands
from tools import declared

PROGRAM = "azure-billing-exporter"
SECTIONS = {"b2c", "cost_management", "ea", "partner_center", "requests", "runs", "storage"}
RULES = "".join(file.read_text() for file in (ROOT / "prometheus/rules").glob("*.yml"))
EXTERNAL = re.compile(r"^(?:https?|mailto):")


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """The anchors of the headings of a page, as GitHub and mkdocs make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    """Each relative link is of a file of the repository, and its anchor of a heading."""
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if EXTERNAL.match(link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", CURRENT, ids=named)
def test_metrics_exist(page: Path) -> None:
    """A name that ends in `_` or `*` is the beginning of names."""
    known = set(re.findall(r"`((?:azure|partner_center)[\w:]*)`", (ROOT / "docs/metrics.md").read_text()))
    known |= set(re.findall(r"`([\w.]+)`", (ROOT / "docs/configuration.md").read_text()))
    known |= set(re.findall(r"record: (\S+)", RULES))
    assert len(known) > len(declared.families())
    found = set(
        re.findall(
            r"\b((?:azure_|partner_center_|azure:|azure_billing:|azure_ea:)[\w:]+)(?![\w:]*\.py)\b", page.read_text()
        )
    )
    begun = tuple(known)
    missing = {name for name in found if name not in known and not any(one.startswith(name) for one in begun)}
    assert set() == missing


@pytest.mark.parametrize("page", CURRENT, ids=named)
def test_alerts_exist(page: Path) -> None:
    """Names in code that look like an alert."""
    found = set(re.findall(r"`(Azure(?:B2c|Billing|Budget|Cost|Overage|Prepayment|Spend)\w+)`", page.read_text()))
    assert set() == found - set(re.findall(r"alert: (\w+)", RULES))


@pytest.mark.parametrize("page", CURRENT, ids=named)
def test_command_lines_are_valid(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command line is one that the exporter accepts."""
    for line in commands(page, PROGRAM):
        words = shlex.split(line.replace("[", "").replace("]", "").replace("…", "x"))[1:]
        if len(words) == 1 and words[0] in COMMANDS:
            continue  # the subcommand as such
        if words and not words[0].startswith("<"):
            with suppress(SystemExit):  # the parser prints why, or the help
                arguments.parsed(words if not words[0].startswith("-") else ["run", *words])
            assert "" == capsys.readouterr().err, line


@pytest.mark.parametrize("page", CURRENT, ids=named)
def test_targets_of_make_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for line in commands(page, "make"):
        assert set() == {word for word in shlex.split(line)[1:] if re.fullmatch(r"[a-z-]+", word)} - targets, line


@pytest.mark.parametrize("page", CURRENT, ids=named)
def test_configurations_are_valid(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block that begins with a section of the configuration; `…` stands for a value."""
    for name in ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE"):
        monkeypatch.setenv(name, "00000000-0000-0000-0000-000000000000")
    for block in code(page):
        if re.match(rf"(?:{'|'.join(SECTIONS)}):", block):
            text = re.sub(r"(?<=: )…|<[\w ]+>", "00000000-0000-0000-0000-000000000000", block)
            assert set(yaml.safe_load(text)) <= SECTIONS
            if set(yaml.safe_load(text)) - {"storage", "runs", "requests"}:
                loads(text, named(page))
