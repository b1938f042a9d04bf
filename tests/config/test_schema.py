"""The JSON Schema of the configuration: what an editor accepts and marks."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from exporter.cli import main
from exporter.commands.simulate import write_config
from exporter.config import loads
from exporter.contract import DEFAULTS
from exporter.schema import schema
from exporter.simulator import Simulator
from exporter.strict_yaml import read
from tests.config.test_example import ALTERNATIVE, FILE_PATH, OPTIONAL

BAD = Path(__file__).parent / "bad"
SEEN = (
    "a-list", "account-is-text", "b2c-application-id", "b2c-managed", "b2c-max-keys", "b2c-price-currency",
    "b2c-price-empty", "b2c-resource", "bad-currency", "bad-download", "bad-guid", "bad-tenant", "cost-label",
    "cost-name", "currency-capitals", "duration", "empty-secret", "empty", "interval", "key-is-number", "max-series",
    "missing-enrollment", "name-long", "no-address", "number-for-text", "plain-login", "section-is-mapping",
    "two-errors", "unknown-cloud", "unknown-column-json-name", "unknown-column-near", "unknown-column", "unknown-key",
    "unknown-nested-key", "unknown-report", "unknown-section", "unknown-source",
)  # fmt: skip
"""Invalid configurations that a schema can see; the others need `check-config`."""


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    """Of the schema, which is one itself."""
    Draft202012Validator.check_schema(schema())
    return Draft202012Validator(schema())


def errors(validator: Draft202012Validator, content: Any) -> list[str]:
    """Messages with their paths; in JSON's types, since YAML has days too."""
    return [
        f"{one.json_path}: {one.message}" for one in validator.iter_errors(json.loads(json.dumps(content, default=str)))
    ]


def test_the_committed_schema_is_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    """And the first line of the example refers to it, relative to itself."""
    assert 0 == main(["config-schema"])
    printed = capsys.readouterr().out
    first = FILE_PATH.read_text().partition("\n")[0]
    _, _, path = first.partition("# yaml-language-server: $schema=")
    assert printed == (FILE_PATH.parent / path).read_text()


def test_good_configurations_are_valid(validator: Draft202012Validator, simulator: Simulator, tmp_path: Path) -> None:
    """The example, also with its optional keys; the simulated company's; the least one."""
    text = FILE_PATH.read_text()
    assert [] == errors(validator, yaml.safe_load(text))
    assert [] == errors(validator, yaml.safe_load(OPTIONAL.sub(r"\1", text)))
    assert [] == errors(validator, yaml.safe_load(write_config(simulator, tmp_path).read_text()))
    assert [] == errors(validator, yaml.safe_load(DEFAULTS))


def test_alternatives_are_known(validator: Draft202012Validator) -> None:
    """No key of the example is unknown to the schema."""
    content = yaml.safe_load(ALTERNATIVE.sub(r"\1", OPTIONAL.sub(r"\1", FILE_PATH.read_text())))
    assert [] == errors(validator, content)


@pytest.mark.parametrize("name", SEEN)
def test_an_invalid_configuration_is_marked(validator: Draft202012Validator, name: str) -> None:
    """Wrong types, unknown keys and names, and texts of another form."""
    assert errors(validator, read(BAD / f"{name}.yaml"))


@pytest.mark.parametrize("period", ["current", "202611", {"start": "2026-11-01", "end": "2026-11-20"}, None])
def test_periods_are_valid_in_each_form(validator: Draft202012Validator, period: object) -> None:
    """For both."""
    content = {"ea": [{"enrollment": "1", "api_key": "k", "usage": {"period": period}}]}
    assert [] == errors(validator, content)
    loads(yaml.safe_dump(content), "x")


def test_durations_are_those_of_the_file() -> None:
    """Not those of ISO 8601."""
    text = json.dumps(schema())
    assert '"PT' not in text
    assert '"default": "5m"' in text
