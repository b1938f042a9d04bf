"""Releases: one version in all places, and a wheel with everything that an installation needs."""

import hashlib
import subprocess
import sys
import zipfile
from datetime import date
from email import message_from_string
from pathlib import Path

import pytest

from tools.installed import DUMPED
from tools.release import checksums, problems, versioned

ROOT = Path(__file__).parents[2]
MODULE = '"""A module."""\n\n__version__ = "0.1.0"\n'
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A key.\n\n## [0.1.0] - 2026-01-01\n\n- First.\n"
TODAY = date(2026, 11, 22)


def test_a_version_is_written_to_both_places() -> None:
    """What is unreleased belongs to it; then nothing disagrees."""
    module, changelog = versioned(MODULE, CHANGELOG, "0.2.0rc1", TODAY)
    assert '"""A module."""\n\n__version__ = "0.2.0rc1"\n' == module
    assert "## [Unreleased]\n\n## [0.2.0rc1] - 2026-11-22\n\n### Added\n\n- A key.\n\n## [0.1.0]" in changelog
    assert [] == problems(module, changelog, "0.2.0rc1")
    assert 2 == len(problems(MODULE, CHANGELOG, "0.2.0"))


@pytest.mark.parametrize("version", ["", "1", "1.2", "v1.2.3", "1.2.3-rc1", "0.1.0"])
def test_an_invalid_or_known_version_is_refused(version: str) -> None:
    """So is a release without a change."""
    with pytest.raises(ValueError, match=r"is not a version|has a section"):
        versioned(MODULE, CHANGELOG, version, TODAY)
    with pytest.raises(ValueError, match="has nothing below"):
        versioned(MODULE, CHANGELOG.replace("### Added\n\n- A key.\n\n", ""), "0.2.0", TODAY)


def test_checksums_are_those_of_sha256sum(tmp_path: Path) -> None:
    """Names without a directory."""
    (tmp_path / "a").write_bytes(b"content")
    assert f"{hashlib.sha256(b'content').hexdigest()}  a\n" == checksums([tmp_path / "a"])


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel of the working tree."""
    directory = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(directory)],
        cwd=ROOT, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    (file,) = directory.iterdir()
    return zipfile.ZipFile(file)


def test_the_wheel_has_its_data(wheel: zipfile.ZipFile) -> None:
    """Marker of types, units and license; nothing outside the package."""
    names = wheel.namelist()
    units = {path.name for path in (ROOT / "exporter/files/systemd").iterdir()}
    assert "exporter/py.typed" in names
    assert {f"exporter/files/systemd/{unit}" for unit in units} <= set(names)
    assert {"exporter"} == {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert DUMPED["systemd"] in units


def test_metadata_and_links_work_outside_of_the_repository(wheel: zipfile.ZipFile) -> None:
    """The page of a registry has absolute links only, and every dependency has a lower bound."""
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    metadata = message_from_string(wheel.read(name).decode())
    readme = str(metadata.get_payload())
    assert "](docs/" not in readme
    assert "/blob/main/docs/" in readme
    required = [text for text in metadata.get_all("Requires-Dist", []) if "extra ==" not in text]
    assert [] == [text for text in required if ">=" not in text]
    assert {"Homepage", "Documentation", "Changelog", "Issues", "Source"} == {
        text.split(",")[0] for text in metadata.get_all("Project-URL", [])
    }


def test_the_lowest_versions_are_those_of_the_metadata() -> None:
    """`make lowest` tests what the metadata allows."""
    lowest = dict(
        line.split(" ;")[0].split("==") for line in (ROOT / "requirements-lowest.txt").read_text().splitlines()
    )
    text = (ROOT / "pyproject.toml").read_text().partition("dependencies = [")[2].partition("]")[0]
    bounds = dict(line.strip(' ",').split(">=") for line in text.strip().splitlines())
    normal = {name: version + ".0" * (lowest[name].count(".") - version.count(".")) for name, version in bounds.items()}
    assert normal == {name: lowest[name] for name in bounds}
