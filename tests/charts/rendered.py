"""What the Helm chart renders for each file of values, in a form that does not depend on its author's tools."""

import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import yaml

from exporter import __version__
from tools.charts import CHART as CHART_PATH

ROOT = Path(__file__).parents[2]
CHART = ROOT / CHART_PATH
GOLDENS = Path(__file__).parent / "goldens"
"""The expected objects."""
MATRIX = sorted(file.name.removesuffix("-values.yaml") for file in (CHART / "ci").iterdir())
"""Names of values for which the chart is rendered."""
Objects: TypeAlias = list[dict[str, Any]]


def template(*arguments: str) -> str:
    """The objects of the chart; a helm that was built from source has no version of Kubernetes of its own."""
    return helm("template", str(CHART), "--kube-version=1.30.0", *arguments)


def helm(*arguments: str) -> str:
    """The output of helm; the test is skipped where it is not installed."""
    program = shutil.which("helm") or shutil.which("helm", path=str(ROOT / ".tools"))
    if program is None:
        pytest.skip("helm is not installed: make linters")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def values(name: str) -> Path:
    """The file of values with this name."""
    return CHART / "ci" / f"{name}-values.yaml"


def golden(name: str) -> Objects:
    """The expected objects for these values."""
    found: Objects = yaml.safe_load((GOLDENS / f"{name}.yaml").read_text())
    return found


def normalized(text: str) -> Objects:
    """The objects of rendered templates, by kind and name.

    Files of the chart are replaced by their path, YAML in texts by its content, the version and checksums by words.
    """
    found = [each for each in yaml.safe_load_all(text) if each]
    return sorted((_normalized(each) for each in found), key=lambda each: (each["kind"], each["metadata"]["name"]))


def written(objects: Objects) -> str:
    """The text of a golden file."""
    return yaml.safe_dump(objects, sort_keys=True, width=120)


def _normalized(value: Any) -> Any:
    if isinstance(value, dict):
        if value == _rules():
            return "files/rules.yaml"
        return {_versionless(name): _file(name, inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_normalized(each) for each in value]
    return _versionless(value) if isinstance(value, str) else value


def _file(name: str, value: Any) -> Any:
    if isinstance(value, str) and name.endswith(".json"):
        path = f"files/dashboards/{name}"
        assert json.loads((CHART / path).read_text()) == json.loads(value)
        return path
    if isinstance(value, str) and name.endswith((".yaml", ".yml")):
        return _normalized(yaml.safe_load(value))
    return _normalized(value)


def _versionless(text: str) -> str:
    return re.sub(r"^[0-9a-f]{64}$", "CHECKSUM", text.replace(__version__, "VERSION"))


@cache
def _rules() -> Any:
    return yaml.safe_load((CHART / "files/rules.yaml").read_text())
