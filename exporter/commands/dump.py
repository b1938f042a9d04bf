"""`dump`: rules, dashboards, examples of configurations and systemd units, where there is no repository."""

import argparse
import re
import sys
from importlib import resources
from pathlib import Path

from exporter.errors import ConfigError
from exporter.mixin import alertmanager
from exporter.mixin.files import dashboard_file, rule_file, united
from exporter.mixin.installation import Installation
from exporter.mixin.links import Links
from exporter.mixin.promql import Matcher, parse_matchers
from exporter.storage import replace

READABLE = 0o644
"""Prometheus, Alertmanager and Grafana run as other users, and the files contain no secrets."""
ADAPTED = ("rules", "dashboards")
"""What depends on the selector and the URLs."""
NO_URL = r"\s#\"'{}<>`"
"""Characters that are not part of a base URL: those of quotes and templates."""


def dump(arguments: argparse.Namespace) -> int:
    """Write the files to `--directory`, or one document to stdout."""
    installation = Installation(matchers(arguments.selector), links(arguments.runbook_url, arguments.dashboard_url))
    if arguments.what not in ADAPTED and installation != Installation():
        raise ConfigError(
            [f"dump {arguments.what}: the file is the same for all selectors and URLs; omit these options"]
        )
    if arguments.directory is None:
        sys.stdout.write(document(arguments.what, installation))
        return 0
    for name, text in files(arguments.what, installation).items():
        path = Path(arguments.directory) / name
        try:
            replace(path, text.encode(), mode=READABLE)
        except OSError as error:
            raise ConfigError([f"--directory: {path}: {error.strerror or error}"]) from error
        print(f"wrote {path}")
    return 0


def files(what: str, installation: Installation) -> dict[str, str]:
    """The texts of all files by their names."""
    if what == "rules":
        return {f"{file.name}.yml": rule_file(file, installation.links) for file in installation.rule_files()}
    if what == "dashboards":
        return {f"{board['uid']}.json": dashboard_file(board) for board in installation.boards()}
    return _examples(what)


def _examples(what: str) -> dict[str, str]:
    if what == "config":
        from exporter.example import file  # the rules need no settings

        return {file.FILE_NAME: file.text()}
    if what == "systemd":
        units = sorted(resources.files("exporter").joinpath("files/systemd").iterdir(), key=lambda unit: unit.name)
        return {unit.name: unit.read_text(encoding="utf-8") for unit in units}
    return alertmanager.files()


def document(what: str, installation: Installation) -> str:
    """One text: one rule file with all groups, a JSON array of the dashboards, or the first file of the others."""
    if what == "rules":
        return united(installation.rule_files(), installation.links)
    if what == "dashboards":
        return dashboard_file(installation.boards())
    first, *others = _examples(what).items()
    if others:
        sys.stderr.write(f"warning: not printed: {', '.join(name for name, _ in others)}; use --directory\n")
    return first[1]


def matchers(selector: str | None) -> tuple[Matcher, ...]:
    """The matchers of `--selector`; none if it is not given."""
    if selector is None:
        return ()
    try:
        return parse_matchers(selector)
    except ValueError as error:
        raise ConfigError([f"--selector: {error}"]) from error


def links(runbook: str | None, grafana: str | None) -> Links:
    """The base URLs; the defaults of those that are not given."""
    errors = []
    if runbook is not None and not re.fullmatch(rf"https?://[^{NO_URL}]+", runbook):
        errors.append(f"--runbook-url: {runbook!r} is not a URL such as https://wiki.example.com/azure-billing")
    if grafana is not None and not re.fullmatch(rf"(https?://[^{NO_URL}?]+|/[^{NO_URL}?]*)", grafana):
        errors.append(f"--dashboard-url: {grafana!r} is not the URL of a Grafana such as https://grafana.example.com")
    if errors:
        raise ConfigError(errors)
    default = Links()
    return Links(
        runbook=default.runbook if runbook is None else runbook,
        grafana=default.grafana if grafana is None else grafana.rstrip("/").removesuffix("/d"),
    )
