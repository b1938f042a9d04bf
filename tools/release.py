"""Prepares a release (`make version`), and builds and checks its files (`make release`)."""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

from tools.generated import ROOT
from tools.installed import Installed

DIST = ROOT / "dist"
MODULE, CHANGELOG = ROOT / "exporter/__init__.py", ROOT / "CHANGELOG.md"
VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+((a|b|rc)[0-9]+)?")
"""Versions that Python packages, images and charts can have."""
SET = re.compile(r'^__version__ = "(.*)"$', re.MULTILINE)
UNRELEASED = "## [Unreleased]"


def versioned(module: str, changelog: str, version: str, today: date) -> tuple[str, str]:
    """The module with the version, and the changelog in which what is unreleased belongs to it; raises `ValueError`."""
    if not VERSION.fullmatch(version):
        raise ValueError(f"{version!r} is not a version such as 1.2.3 or 1.2.3rc1")
    if f"## [{version}]" in changelog:
        raise ValueError(f"CHANGELOG.md has a section {version} already")
    before, found, after = changelog.partition(UNRELEASED)
    if not found or not after.partition("\n## [")[0].strip():
        raise ValueError("CHANGELOG.md has nothing below [Unreleased]")
    return SET.sub(f'__version__ = "{version}"', module), f"{before}{found}\n\n## [{version}] - {today}{after}"


def problems(module: str, changelog: str, version: str) -> list[str]:
    """What does not agree with the version."""
    stated = SET.search(module)
    found = []
    if not stated or stated[1] != version:
        found.append(f"exporter/__init__.py has the version {stated[1] if stated else 'none'}: make version")
    if not re.search(rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$", changelog, re.MULTILINE):
        found.append(f"CHANGELOG.md has no section [{version}] with a date: make version")
    return found


def build(version: str) -> list[Path]:
    """The wheel and the sdist, the same bytes for the same commit, as twine accepts them."""
    if changed := program("git", "status", "--porcelain"):
        raise ValueError(f"commit or remove what would be in the sdist:\n{changed}")
    DIST.mkdir(exist_ok=True)
    for old in DIST.iterdir():
        old.unlink()
    committed = program("git", "log", "-1", "--format=%ct")
    program(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(DIST), str(ROOT), epoch=committed)
    files = sorted(DIST.iterdir())
    program(sys.executable, "-m", "twine", "check", "--strict", *map(str, files))
    if names := [file.name for file in files if f"-{version}" not in file.name]:
        raise ValueError(f"not of version {version}: {', '.join(names)}")
    return files


def bill_of_materials(python: Path, version: str) -> Path:
    """What an installation consists of, as CycloneDX JSON."""
    file = DIST / f"azure_billing_exporter-{version}.cdx.json"
    program(
        "cyclonedx-py", "environment", "--pyproject", str(ROOT / "pyproject.toml"), "--mc-type=application",
        "--output-reproducible", "--output-format=JSON", "--output-file", str(file), str(python),
    )  # fmt: skip
    content = json.loads(file.read_text())
    content["metadata"]["component"]["version"] = version  # which pyproject.toml does not state
    file.write_text(json.dumps(content, indent=2, sort_keys=True))
    return file


def checksums(files: list[Path]) -> str:
    """Lines as `sha256sum --check` reads them."""
    return "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)


def program(name: str, *arguments: str, epoch: str = "") -> str:
    """The output of a program of this environment, which must succeed; `epoch` is the time that its files state."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    if epoch:
        environment["SOURCE_DATE_EPOCH"] = epoch
    done = subprocess.run([name, *arguments], cwd=ROOT, check=True, env=environment, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def release(version: str, pythons: list[str]) -> None:
    """Build everything in `dist`, and try the wheel with each of these interpreters."""
    files = build(version)
    wheel = next(file for file in files if file.suffix == ".whl")
    for position, python in enumerate(pythons):
        with tempfile.TemporaryDirectory(prefix="release-") as directory:
            installed = Installed(Path(directory), python)
            installed.install(ROOT / "requirements.txt", wheel)
            if not position:
                files.append(bill_of_materials(installed.python, version))
            installed.install(ROOT / "requirements-demo.txt")
            installed.require_works(version)
    (DIST / "SHA256SUMS").write_text(checksums(files))
    print(*sorted(file.name for file in DIST.iterdir()), sep="\n")


def main(arguments: list[str]) -> int:
    """`version VERSION`, or `build VERSION [PYTHON…]`."""
    what, version, *pythons = arguments
    try:
        if what == "version":
            _write(version)
        else:
            _require_agreement(version)
            release(version, pythons or [sys.executable])
    except (ValueError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _write(version: str) -> None:
    module, changelog = versioned(MODULE.read_text(), CHANGELOG.read_text(), version, datetime.now(UTC).date())
    MODULE.write_text(module)
    CHANGELOG.write_text(changelog)


def _require_agreement(version: str) -> None:
    if found := problems(MODULE.read_text(), CHANGELOG.read_text(), version):
        raise ValueError("\n".join(found))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
