"""Signs in to the simulated login host as a user does."""

import re
from pathlib import Path

import requests

from exporter.simulator import Simulator
from tests.process import running


def token_file(config: Path) -> Path:
    """The file of the stored refresh token."""
    (file,) = (config.parent / "storage" / "tokens").glob("*.json")
    return file


def form(simulator: Simulator, **more: str) -> dict[str, str]:
    """The fields of the sign-in page; `more` replaces some."""
    user = simulator.world.partner_center
    typed = {"user": user.user_name, "password": user.user_password, "mfa": user.mfa_code, "consent": "yes"}
    return {**typed, "choice": "accept", **more}


def by_device(simulator: Simulator, config: Path, **typed: str) -> tuple[int, str]:
    """Sign in by device code, with the user's part as a plain HTTP request; returns the exit code and the output."""
    with running("login", "contoso-csp", "--device-code", f"--config.file={config}") as process:
        assert process.stdout is not None
        prompt = process.stdout.readline()
        found = re.search(r"open the page (\S+) and enter the code (\S+) to", prompt)
        assert found, prompt
        answer = requests.post(
            found[1],
            data=form(simulator, user_code=found[2], **typed),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            verify=str(simulator.ca_file),
            timeout=60,
        )
        assert answer.status_code == 200
        output, _ = process.communicate(timeout=60)
        return process.returncode, output
