"""An environment with the installed wheel, and what must work in it without the repository."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

COMMAND = "azure-billing-exporter"
START_SECONDS = 120
DUMPED = {
    "rules": "alerts.yml",
    "dashboards": "azure-billing-overview.json",
    "alertmanager": "alertmanager.yml",
    "config": "config.example.yaml",
    "systemd": "azure-billing-exporter.service",
}
"""A file of each kind that `dump` writes."""


class Installed:
    """A virtual environment in `directory`, in which all commands run: the repository is not in their path."""

    def __init__(self, directory: Path, python: str) -> None:
        self._directory = directory
        self._programs = directory / "environment/bin"
        self._run(python, "-m", "venv", "--without-pip", str(directory / "environment"))

    @property
    def python(self) -> Path:
        """The interpreter of the environment."""
        return self._programs / "python"

    def install(self, requirements: Path, wheel: Path | None = None) -> None:
        """Install the pinned packages, and the wheel, whose dependencies they must be."""
        pip = sys.executable, "-m", "pip", "--python", str(self.python), "--disable-pip-version-check"
        self._run(*pip, "install", "--quiet", "--require-hashes", "-r", str(requirements))
        if wheel:
            self._run(*pip, "install", "--quiet", "--no-deps", str(wheel))
            self._run(*pip, "check")

    def require_works(self, version: str) -> None:
        """Run `--version`, `dump` of everything, and the demo; raises `ValueError` or `CalledProcessError`."""
        if f"version {version}" not in self._run(str(self._programs / COMMAND), "--version"):
            raise ValueError(f"the wheel is not of version {version}")
        for what, expected in DUMPED.items():
            directory = self._directory / what
            self._run(str(self._programs / COMMAND), "dump", what, f"--directory={directory}")
            if not (directory / expected).is_file():
                raise ValueError(f"dump {what} writes no {expected}")
        self._require_demo()

    def _require_demo(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
        command = str(self._programs / COMMAND)
        process = subprocess.Popen(
            [command, "demo", f"--web.listen-address={address}"], cwd=self._directory, env=self._environment
        )
        try:
            deadline = time.monotonic() + START_SECONDS
            check = [command, "healthcheck", f"--web.listen-address={address}"]
            while subprocess.run(check, env=self._environment, capture_output=True, check=False).returncode:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise ValueError("the demo does not respond")
            process.terminate()
            if code := process.wait(15):
                raise ValueError(f"the demo ends with exit code {code}")
        finally:
            process.kill()

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            arguments, cwd=self._directory, env=self._environment, stdout=subprocess.PIPE, text=True, check=True
        )
        return done.stdout

    @property
    def _environment(self) -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
