"""What is imported: tables for terminals only where they are printed."""

import json
from pathlib import Path

import pytest

from tests.commands.test_imports import LISTING, python


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        ("run --config.file={config} --web.listen-address=nowhere", 1, set()),
        ("report --help", 0, set()),
        ("report ea billingperiods --format=csv --config.file={config}", 0, {"exporter.report"}),
        ("report ea billingperiods --config.file={config}", 0, {"exporter.report", "rich"}),
    ],
)
def test_only_tables_import_rich(config: Path, words: str, code: int, expected: set[str]) -> None:
    """`run` and all programs that read rows start without it."""
    done = python(LISTING, *words.format(config=config).split())
    exit_code, modules = json.loads(done.stdout.splitlines()[-1])
    assert (code, expected) == (exit_code, {"exporter.report", "rich"}.intersection(modules)), done.stderr
