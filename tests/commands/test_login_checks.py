"""`login` checks everything before the sign-in, and does not lose the token afterwards."""

from pathlib import Path

import pytest
import yaml

from exporter.commands import login
from exporter.errors import Reason, Transient
from exporter.simulator import Simulator
from exporter.simulator.server.faults import Fault, Html, Status
from tests.commands.sign_ins import by_device, token_file
from tests.harness import ExporterHarness
from tests.process import command


@pytest.mark.parametrize("key", ["client_secret_file", "refresh_token_file"])
@pytest.mark.parametrize("mode", ["--device-code", "--no-browser"])
def test_a_missing_file_is_reported_before_the_sign_in(simulator: Simulator, config: Path, key: str, mode: str) -> None:
    """The sign-in would be lost."""
    content = yaml.safe_load(config.read_text())
    content["partner_center"][0][key] = str(config.parent / "none")
    config.write_text(yaml.safe_dump(content))
    done = command("login", "contoso-csp", mode, "--port=0", f"--config.file={config}")
    text = f"login contoso-csp: {config.parent / 'none'}: No such file or directory\n"
    assert (1, "", text, []) == (done.returncode, done.stdout, done.stderr, simulator.received)


def test_an_unwritable_token_directory_is_reported_before_the_sign_in(simulator: Simulator, config: Path) -> None:
    """The token could not be stored."""
    (config.parent / "storage").mkdir(exist_ok=True)
    (config.parent / "storage" / "tokens").write_text("a file")
    done = command("login", "contoso-csp", "--device-code", f"--config.file={config}")
    assert (1, "", []) == (done.returncode, done.stdout, simulator.received)
    assert "the refresh token can't be stored: File exists" in done.stderr


@pytest.mark.parametrize("outage", [Status(503, headers={"Retry-After": "60"}), Html(200)], ids=["503", "html"])
def test_a_token_is_stored_during_an_outage_of_the_api(simulator: Simulator, config: Path, outage: Fault) -> None:
    """With a warning that it is unknown whether the API accepts it."""
    simulator.faults.script("usagerecords", outage)
    code, output = by_device(simulator, config)
    assert (0, True) == (code, "warning: whether Partner Center accepts the sign-in could not be checked: " in output)
    assert "Partner Center accepts it" not in output
    assert [None] == ExporterHarness(config).run("usagerecords")


def test_a_refused_sign_in_does_not_replace_a_valid_one(simulator: Simulator, config: Path) -> None:
    """Its file is unchanged."""
    assert 0 == by_device(simulator, config)[0]
    before = token_file(config).read_bytes()
    assert 1 == by_device(simulator, config, mfa="")[0]
    assert before == token_file(config).read_bytes()
    assert [f"{token_file(config).stem}.json", f"{token_file(config).stem}.lock"] == sorted(
        path.name for path in token_file(config).parent.iterdir()
    )


def test_storing_a_token_is_retried_while_the_disk_is_full(capsys: pytest.CaptureFixture[str]) -> None:
    """Each failed attempt is reported, and the sign-in is not lost."""
    failures = [Transient("the disk is full", Reason.STORAGE)] * 2
    stored: list[str] = []
    slept: list[float] = []

    def write(token: str) -> None:
        if failures:
            raise failures.pop()
        stored.append(token)

    login.store(write, "token", slept.append)
    assert (["token"], [5, 5]) == (stored, slept)
    assert "the disk is full; retrying in 5 s\n" * 2 == capsys.readouterr().err
