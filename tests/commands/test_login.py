"""Signing in, with a real browser or a device code, and using the refresh token."""

import json
import re
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from exporter.errors import SignInRequired
from exporter.simulator import Simulator
from exporter.simulator.partner_center.faults import error as partner_center_error
from tests.browser import Browser, chromium
from tests.commands.sign_ins import by_device, form, token_file
from tests.harness import ExporterHarness
from tests.process import command, running

REDIRECT = "To sign in, open this address in a browser on this machine:\n"


@pytest.fixture
def browser(tool: Callable[[str], str], tmp_path: Path) -> Iterator[Browser]:
    with chromium(tool("chromedriver"), tool("chromium"), tmp_path / "profile") as window:
        yield window


def address_of(process: subprocess.Popen[str]) -> str:
    """The address that `login` prints."""
    assert process.stdout is not None
    assert REDIRECT.rstrip() == process.stdout.readline().rstrip()
    return process.stdout.readline().strip()


def refusal(harness: ExporterHarness) -> str:
    (failure,) = harness.run("usagerecords")
    assert isinstance(failure, SignInRequired)
    return str(failure)


def test_a_sign_in_with_a_browser_gives_the_exporter_a_refresh_token(
    simulator: Simulator, config: Path, browser: Browser
) -> None:
    """After a wrong password, a wrong code and a missing consent; only the owner can read the file."""
    assert "nobody has signed in yet" in refusal(ExporterHarness(config))
    with running("login", "contoso-csp", f"--config.file={config}", "--no-browser", "--port=0") as process:
        browser.open(address_of(process))
        typed = form(simulator)
        for wrong, text in (
            ({"password": "wrong"}, "AADSTS50126"),
            ({"mfa": "12345"}, "AADSTS500121"),
            ({}, "AADSTS65001"),
        ):
            for name in ("user", "password", "mfa"):
                browser.type(name, wrong.get(name, typed[name]))
            browser.click("[value=accept]")
            assert browser.sees(text)
        for name in ("user", "password", "mfa"):
            browser.type(name, typed[name])
        browser.click("[name=consent]")
        browser.click("[value=accept]")
        assert browser.sees("This window can be closed")
        assert browser.address().startswith("http://localhost:")
        output, _ = process.communicate(timeout=60)
    assert (0, True) == (process.returncode, f"{typed['user']} is signed in" in output)
    assert 0o600 == stat.S_IMODE(token_file(config).stat().st_mode)
    (checked,) = (r for r in simulator.received if r.path.endswith("usagerecords"))
    assert "true" == checked.headers["validatemfa"]
    assert [None] == ExporterHarness(config).run("usagerecords")


def test_a_canceled_sign_in_is_an_error(simulator: Simulator, config: Path, browser: Browser) -> None:
    """No token is stored."""
    with running("login", "contoso-csp", f"--config.file={config}", "--no-browser", "--port=0") as process:
        browser.open(address_of(process))
        browser.click("[value=cancel]")
        output, _ = process.communicate(timeout=60)
    assert 1 == process.returncode
    assert "login contoso-csp: login at" in output
    assert "AADSTS65004" in output
    assert [] == list((config.parent / "storage").glob("tokens/*.json"))


def test_a_browser_is_opened_where_there_is_one(simulator: Simulator, config: Path, tmp_path: Path) -> None:
    """With the printed address; requests with another state are refused."""
    script = tmp_path / "browser.sh"
    script.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened.tmp\nmv {tmp_path}/opened.tmp {tmp_path}/opened\n')
    script.chmod(0o755)
    with running(
        "login", "contoso-csp", f"--config.file={config}", "--port=0", environment={"BROWSER": str(script)}
    ) as process:
        address = address_of(process)
        back = _redirect(address)
        others = [
            requests.post(back, data={"code": "x", "state": "other"}, timeout=60),
            requests.post(back, timeout=60),
            requests.get(back, timeout=60),
        ]
        own = requests.post(back, data=_signed_in(simulator, address), timeout=60)
        assert [404, 404, 501, 200] == [answer.status_code for answer in (*others, own)]
        process.communicate(timeout=60)
    assert (0, address) == (process.returncode, (tmp_path / "opened").read_text().strip())


def _redirect(address: str) -> str:
    (found,) = re.findall(r"redirect_uri=http%3A%2F%2Flocalhost%3A(\d+)", address)
    return f"http://localhost:{found}"


def _signed_in(simulator: Simulator, address: str) -> dict[str, str]:
    """The form that the sign-in page sends to the redirect URI."""
    page = requests.post(address, data=form(simulator), verify=str(simulator.ca_file), timeout=60).text
    return dict(re.findall(r'name="(\w+)" value="([^"]+)"', page))


def test_a_sign_in_by_device_code(simulator: Simulator, config: Path) -> None:
    """Without a browser on this machine."""
    code, output = by_device(simulator, config)
    assert (0, True) == (code, "Partner Center accepts it" in output)
    assert [None] == ExporterHarness(config).run("usagerecords")


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ({"mfa": ""}, "signed in without multi-factor authentication (amr: pwd), which Partner Center demands"),
        ({"choice": "cancel"}, "AADSTS70017"),
    ],
)
def test_a_sign_in_that_partner_center_would_refuse_is_not_stored(
    simulator: Simulator, config: Path, typed: dict[str, str], text: str
) -> None:
    """The exporter could not use it."""
    code, output = by_device(simulator, config, **typed)
    assert (1, True, False) == (code, text in output, "Traceback" in output)
    assert [] == list((config.parent / "storage").glob("tokens/*.json"))


def test_a_refusal_of_the_api_is_an_error_and_no_token_is_stored(simulator: Simulator, config: Path) -> None:
    """One request checks whether the API accepts the token."""
    simulator.faults.script("usagerecords", partner_center_error(403, "900150", "The role lacks the right."))
    code, output = by_device(simulator, config)
    assert (1, True) == (code, "403 900150: The role lacks the right." in output)
    assert [] == list((config.parent / "storage").glob("tokens/*.json"))


def test_a_sign_in_that_the_api_reports_as_without_mfa_is_an_error(simulator: Simulator, config: Path) -> None:
    """Even if it does not enforce MFA yet, and whatever the token claims."""
    simulator.switches.partner_center_enforce_mfa = simulator.switches.partner_center_mfa_answer = False
    code, output = by_device(simulator, config)
    assert (1, True) == (code, "Partner Center reports that the sign-in does not prove MFA" in output)


@pytest.mark.parametrize(
    ("end", "code"), [(Simulator.revoke_refresh_tokens, "AADSTS50173"), (Simulator.demand_mfa, "AADSTS50076")]
)
def test_restarts_and_rotation_need_no_sign_in_until_it_is_required(
    simulator: Simulator, config: Path, end: Callable[[Simulator], None], code: str
) -> None:
    """After tokens are revoked or MFA is enforced, the failure names the command that helps."""
    simulator.switches.refresh_token_single_use = True
    simulator.switches.token_lifetime = 1  # so that every request rotates the refresh token
    assert by_device(simulator, config)[0] == 0
    tokens = {json.loads(token_file(config).read_text())["refresh_token"]}
    for _ in range(3):
        harness = ExporterHarness(config)  # a restart
        for _ in range(2):
            assert [None] == harness.run("usagerecords")
            tokens.add(json.loads(token_file(config).read_text())["refresh_token"])
    assert 7 == len(tokens)
    end(simulator)
    for _ in range(2):
        text = refusal(harness)
        assert code in text
        assert "azure-billing-exporter login contoso-csp --config.file=" in text
    assert by_device(simulator, config)[0] == 0
    assert [None] == harness.run("usagerecords")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("other",), "login: partner_center has no account 'other'; configured accounts: 'contoso-csp'\n"),
        (("contoso-csp", "--port=99999"), "login contoso-csp: port 99999: bind(): port must be 0-65535.\n"),
    ],
)
def test_an_error_is_one_clear_line(config: Path, arguments: tuple[str, ...], text: str) -> None:
    """Before a sign-in is requested."""
    done = command("login", *arguments, f"--config.file={config}")
    assert (1, text) == (done.returncode, done.stderr)


def test_help_has_an_example() -> None:
    """With the account."""
    assert "Example: azure-billing-exporter login contoso-csp --config.file=" in command("login", "--help").stdout
