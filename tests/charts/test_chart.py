"""The files of the chart agree with each other and with the exporter; this needs no Helm."""

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml

from exporter import __version__
from tests.charts.rendered import CHART, MATRIX, values
from tools.charts import main

TEMPLATES = sorted(file for file in (CHART / "templates").rglob("*") if file.is_file())
VALUES = yaml.safe_load((CHART / "values.yaml").read_text())
SCHEMA = json.loads((CHART / "values.schema.json").read_text())
ACTION = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
BLOCKS = {"if", "range", "with", "define"}
KIB = 1024


def keys(content: Any, path: str = "") -> Iterator[str]:
    """The paths of all values; those of an object without fixed keys are not listed."""
    for name, inner in content.items():
        yield f"{path}{name}"
        if isinstance(inner, dict):
            yield from keys(inner, f"{path}{name}.")


def schema_keys(schema: Any, path: str = "") -> Iterator[str]:
    for name, inner in schema.get("properties", {}).items():
        yield f"{path}{name}"
        yield from schema_keys(inner, f"{path}{name}.")


def free() -> set[str]:
    """Objects whose keys the schema leaves open, such as security contexts."""
    return {
        path for path in schema_keys(SCHEMA) if not any(other.startswith(f"{path}.") for other in schema_keys(SCHEMA))
    }


def test_generated_files_are_up_to_date() -> None:
    """Rules, dashboards and the table of values."""
    assert 0 == main(["--check"])


def test_the_version_is_that_of_the_exporter() -> None:
    """Of the chart and of the image."""
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert (__version__, __version__) == (chart["version"], chart["appVersion"])


@pytest.mark.parametrize("name", ["", *MATRIX])
def test_values_match_the_schema(name: str) -> None:
    """The defaults, and those with which the chart is rendered."""
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    jsonschema.validate(yaml.safe_load(values(name).read_text()) if name else VALUES, SCHEMA)


@pytest.mark.parametrize(
    "wrong",
    [
        {"repliccas": 2},
        {"sharding": {"totalShards": 0}},
        {"image": {"digest": "latest"}},
        {"secrets": {"existing": ["azure-costs"]}},
        {"secrets": {"existing": [{"name": "Azure_Costs"}]}},
        {"secrets": {"existing": [{"name": "../costs"}]}},
        {"secrets": {"existing": [{"name": "a" * 254}]}},
        {"nameOverride": "Azure costs"},
        {"extraObjects": [""]},
        {"logLevel": "verbose"},
        {"extraArgs": ["log.level=debug"]},
        {"podLabels": {"port": 1}},
        {"networkPolicy": {"egressPorts": ["https"]}},
        {"serviceMonitor": {"interval": "30"}},
    ],
)
def test_the_schema_rejects_errors(wrong: dict[str, Any]) -> None:
    """Misspelled keys and values of another type."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, SCHEMA)


def test_values_and_the_schema_have_the_same_keys() -> None:
    """Except `global`, which a chart with this one as a dependency sets."""
    opened = tuple(f"{path}." for path in free())
    assert {path for path in keys(VALUES) if not path.startswith(opened)} == {*schema_keys(SCHEMA)} - {"global"}


def test_templates_use_values_that_exist() -> None:
    """And each value is used."""
    text = "\n".join(file.read_text() for file in TEMPLATES)
    used = set(re.findall(r"\.Values\.([\w.]+)", text))
    assert [] == sorted(path for path in used if path not in set(keys(VALUES)))
    words = set(re.findall(r"\w+", text))
    leaves = {path for path in schema_keys(SCHEMA) if path in free() and path != "global"}
    assert [] == sorted(path for path in leaves if path.rpartition(".")[2] not in words)


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(CHART)))
def test_templates_are_balanced(file: Any) -> None:
    """Braces and blocks, and every template that is included is defined."""
    text = file.read_text()
    assert "{{" not in ACTION.sub("", text)
    words = [found.split()[0] for found in ACTION.findall(text) if found and not found.startswith("/*")]
    assert sum(word in BLOCKS for word in words) == words.count("end")
    defined = {name for each in TEMPLATES for name in re.findall(r'define "([\w.]+)"', each.read_text())}
    assert set(re.findall(r'include "([\w.]+)"', text)) <= defined


def test_dashboards_fit_into_config_maps_and_the_release() -> None:
    """A ConfigMap has at most 1 MiB, what kubectl applies 256 KiB, and the record of a release 1 MiB compressed.

    That record has the files of the chart and what they are rendered to.
    """
    files = [file.read_bytes() for file in CHART.rglob("*") if file.is_file()]
    assert all(len(file) < 200 * KIB for file in files)
    assert 2 * len(gzip.compress(b"".join(files))) * 4 / 3 < 700 * KIB
