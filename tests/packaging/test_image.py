"""The rules that the Dockerfile and docker-bake.hcl keep, as far as that shows without an engine."""

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Dockerfile").read_text()
LINES = [
    line for line in re.sub(r"\\\n\s*", "", TEXT).splitlines() if line.strip() and not line.lstrip().startswith("#")
]
LAST = LINES[max(index for index, line in enumerate(LINES) if line.startswith("FROM ")) :]
BAKE = (ROOT / "docker-bake.hcl").read_text()


def instructions(name: str, lines: list[str]) -> list[str]:
    return [line.removeprefix(f"{name} ") for line in lines if line.startswith(f"{name} ")]


def test_the_base_has_a_version_that_a_digest_can_replace() -> None:
    """One for both stages; never `latest`."""
    bases = [line.split(" AS ")[0] for line in instructions("FROM", LINES)]
    (default,) = [line for line in instructions("ARG", LINES) if line.startswith("BASE=")]
    assert {"${BASE}"} == set(bases)
    assert re.fullmatch(r"BASE=python:3\.\d+-slim-[a-z]+", default)
    assert f'default = "{default.removeprefix("BASE=")}"' in BAKE


def test_the_image_runs_as_nobody() -> None:
    """By number, as Kubernetes' `runAsNonRoot` requires; nothing that runs as root comes after."""
    (user,) = instructions("USER", LAST)
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    after = LAST[LAST.index(f"USER {user}") :]
    assert [] == instructions("RUN", after) + instructions("COPY", after)


def test_no_installer_is_in_the_image() -> None:
    """Neither in the environment nor in the base; packages are installed by their hashes."""
    (removal,) = instructions("RUN", LAST)
    assert all(part in removal for part in ("rm -rf", "/usr/local/bin/pip*", "site-packages/*", "ensurepip"))
    assert [line for line in instructions("RUN", LINES) if "venv" in line and "--without-pip" in line]
    installs = [line for line in instructions("RUN", LINES) if " install " in line and "pip" in line]
    assert [] == [line for line in installs if "--require-hashes" not in line or "--no-cache-dir" not in line]
    assert [] == [line for line in LINES if re.search(r"\b(apt-get|curl|wget|ADD)\b", line)]


@pytest.mark.parametrize("name", ["ENTRYPOINT", "CMD"])
def test_programs_are_started_without_a_shell(name: str) -> None:
    """A shell as process 1 does not pass signals on."""
    (form,) = instructions(name, LAST)
    assert form.startswith("[")


def test_the_health_check_follows_the_options() -> None:
    """It has no port of its own."""
    (check,) = instructions("HEALTHCHECK", LAST)
    assert check.endswith('CMD ["azure-billing-exporter", "healthcheck"]')


def test_labels_are_those_of_the_specification() -> None:
    """The annotations of the OCI image specification that registries show."""
    (labels,) = instructions("LABEL", LAST)
    found = set(re.findall(r"org\.opencontainers\.image\.([a-z.]+)=", labels))
    assert {"title", "description", "url", "source", "licenses", "version", "revision", "created"} <= found


def test_what_is_copied_is_in_the_context() -> None:
    """And nothing else is, such as a configuration with secrets."""
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = [word for line in instructions("COPY", LINES) if "--from" not in line for word in line.split()[:-1]]
    requirements = re.findall(r"requirements[a-z-]*\.txt", TEXT + BAKE)
    named = {*copied, *requirements} - {"${REQUIREMENTS}"}
    assert "*" == (ROOT / ".dockerignore").read_text().splitlines()[0]
    assert named == set(kept)
    assert [] == [name for name in kept if not (ROOT / name).exists()]
    assert [] == [name for name in ("config.yaml", "secret", ".git") if any(fnmatch(name, each) for each in kept)]


def test_bake_builds_two_architectures() -> None:
    """With arguments that the Dockerfile has."""
    assert 'platforms  = ["linux/amd64", "linux/arm64"]' in re.sub(r"platforms\s*=", "platforms  =", BAKE)
    declared = {line.partition("=")[0] for line in instructions("ARG", LINES)}
    used = {
        name for block in re.findall(r"args = \{(.*?)\}", BAKE, re.DOTALL) for name in re.findall(r"(\w+)\s*=", block)
    }
    assert used == declared
