"""`login` checks before it asks a person, and loses no sign-in afterwards."""

from pathlib import Path

import pytest
import yaml

from exporter.commands import login
from exporter.errors import Reason, Transient
from exporter.simulator import Simulator
from exporter.simulator.server.faults import Fault, Html, Status
from tests.commands.test_login import by_device, kept
from tests.harness import ExporterHarness
from tests.process import command


@pytest.mark.parametrize("key", ["client_secret_file", "refresh_token_file"])
@pytest.mark.parametrize("mode", ["--device-code", "--no-browser"])
def test_a_file_that_is_missing_is_told_before_a_person_is_asked(
    simulator: Simulator, config: Path, key: str, mode: str
) -> None:
    """A sign-in must not be lost for want of it afterwards."""
    content = yaml.safe_load(config.read_text())
    content["partner_center"][0][key] = str(config.parent / "none")
    config.write_text(yaml.safe_dump(content))
    done = command("login", "contoso-csp", mode, "--port=0", f"--config.file={config}")
    text = f"login contoso-csp: {config.parent / 'none'}: No such file or directory\n"
    assert (1, "", text, []) == (done.returncode, done.stdout, done.stderr, simulator.received)


def test_a_token_directory_that_can_not_be_written_is_told_before_a_person_is_asked(
    simulator: Simulator, config: Path
) -> None:
    """There would be no place for the sign-in."""
    (config.parent / "storage").mkdir(exist_ok=True)
    (config.parent / "storage" / "tokens").write_text("a file")
    done = command("login", "contoso-csp", "--device-code", f"--config.file={config}")
    assert (1, "", []) == (done.returncode, done.stdout, simulator.received)
    assert "the refresh token can't be stored: File exists" in done.stderr


@pytest.mark.parametrize("outage", [Status(503, headers={"Retry-After": "60"}), Html(200)], ids=["503", "html"])
def test_an_outage_of_the_api_does_not_cost_the_sign_in(simulator: Simulator, config: Path, outage: Fault) -> None:
    """It is stored, with a warning that nobody knows whether it will be accepted."""
    simulator.faults.script("usagerecords", outage)
    code, output = by_device(simulator, config)
    assert (0, True) == (code, "warning: whether Partner Center accepts the sign-in could not be checked: " in output)
    assert "Partner Center accepts it" not in output
    assert [None] == ExporterHarness(config).run("usagerecords")


def test_a_refused_sign_in_does_not_replace_one_that_works(simulator: Simulator, config: Path) -> None:
    """Not even its file is touched."""
    assert 0 == by_device(simulator, config)[0]
    before = kept(config).read_bytes()
    assert 1 == by_device(simulator, config, mfa="")[0]
    assert before == kept(config).read_bytes()
    assert [f"{kept(config).stem}.json", f"{kept(config).stem}.lock"] == sorted(
        path.name for path in kept(config).parent.iterdir()
    )


def test_a_token_is_stored_once_the_disk_can_be_written_again(capsys: pytest.CaptureFixture[str]) -> None:
    """The person is told, and has not signed in for nothing."""
    answers, stored, slept = [Transient("the disk is full", Reason.STORAGE)] * 2, [], []

    def keep(token: str) -> None:
        if answers:
            raise answers.pop()
        stored.append(token)

    login.store(keep, "token", slept.append)
    assert (["token"], [5, 5]) == (stored, slept)
    assert "the disk is full; trying again in 5 s\n" * 2 == capsys.readouterr().err
