"""`check-config` about this machine, and as JSON."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exporter.check.local import local_findings
from exporter.commands.simulate import write_config
from exporter.config import Findings, loads
from exporter.simulator import Simulator
from tests.auth.credentials import ENDS, pem
from tests.process import command

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ID = "1f4a8e2c-0b7d-4c55-9c1e-5a3f0d2b6e71"
ZEROS = "00000000-0000-0000-0000-000000000000"
COSTS = "cost_management: [{name: c, subscription: %s, identity: {tenant: %s, client_id: %s, client_secret: s3cr3t}}]"


def found(text: str, storage: Path, now: datetime = NOW) -> Findings:
    return local_findings(loads(f"{text}\nstorage: {{path: '{storage}'}}", "config.yaml"), now)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            COSTS % (ZEROS, "contoso.com", ZEROS),
            (
                "cost_management[0].identity.client_id: consists of zeros, as in the example; replace it",
                "cost_management[0].subscription: consists of zeros, as in the example; replace it",
            ),
        ),
        (COSTS % (ID, ZEROS, ID), ("cost_management[0].identity.tenant: consists of zeros, as in the example",)),
        (COSTS % (ID, "contoso.com", ID), ()),
        (
            "ea: [{enrollment: '100', name: <name>, api_key: s3cr3t}]",
            ("ea[0].name: contains the placeholder <name>; replace it",),
        ),
    ],
)
def test_values_of_the_example_are_errors(tmp_path: Path, text: str, expected: tuple[str, ...]) -> None:
    """Each with its key."""
    errors = sorted(found(text, tmp_path).errors)
    assert len(expected) == len(errors)
    assert all(error.startswith(start) for error, start in zip(errors, expected, strict=True))


@pytest.mark.parametrize(("days", "warned"), [(29, True), (31, False)])
def test_a_certificate_that_expires_soon_is_a_warning(tmp_path: Path, days: int, warned: bool) -> None:
    """With the date."""
    (tmp_path / "certificate").write_bytes(pem())
    text = f"b2c: [{{tenant: t.example, client_id: {ID}, certificate_file: '{tmp_path}/certificate'}}]"
    expected = (f"b2c[0]: the certificate expires on {ENDS:%Y-%m-%d}",) * warned
    assert Findings((), expected) == found(text, tmp_path, ENDS - timedelta(days=days))


def test_a_storage_that_can_not_be_written_is_a_warning(tmp_path: Path) -> None:
    """The exporter starts all the same; the path need not exist yet."""
    (warning,) = found("ea: [{enrollment: '100', api_key: s3cr3t}]", Path("/proc/none/storage")).warnings
    assert warning.startswith("storage.path: /proc can't be written by the user id ")
    assert Findings((), ()) == found("ea: [{enrollment: '100', api_key: s3cr3t}]", tmp_path / "new" / "storage")
    assert [] == [*tmp_path.iterdir()]


def test_a_stored_refresh_token_that_has_expired_is_an_error(tmp_path: Path) -> None:
    """90 days after its last use; the command of the sign-in is in the message."""
    text = f"partner_center: [{{name: csp, tenant: t.example, client_id: {ID}, client_secret: s3cr3t}}]"
    stored = {"replaces": "", "refresh_token": "0.AX", "used": (NOW - timedelta(days=91)).timestamp()}
    (tmp_path / "tokens").mkdir()
    (tmp_path / "tokens" / f"{ID}@t.example.json").write_text(json.dumps(stored))
    expected = "partner_center[0]: the refresh token expired on 2026-11-19; azure-billing-exporter login csp"
    assert (expected,) == found(text, tmp_path).errors
    assert () == found(text, tmp_path, NOW - timedelta(days=60)).errors


def test_an_account_that_nobody_has_signed_in_to_is_a_warning(tmp_path: Path) -> None:
    """The command of the sign-in is in the message; a configured token is enough."""
    text = f"partner_center: [{{name: csp, tenant: t.example, client_id: {ID}, client_secret: s3cr3t%s}}]"
    expected = "partner_center[0]: nobody has signed in yet; azure-billing-exporter login csp"
    assert Findings((), (expected,)) == found(text % "", tmp_path)
    assert Findings((), ()) == found(text % ", refresh_token: 0.AX", tmp_path)


def test_json_has_accounts_and_warnings(simulator: Simulator, tmp_path: Path) -> None:
    """Without a request, nothing is known about whether reports work."""
    done = command("check-config", "--format=json", f"--config.file={write_config(simulator, tmp_path)}")
    content = json.loads(done.stdout)
    assert (0, "", []) == (done.returncode, done.stderr, simulator.received)
    assert (True, False, None, []) == tuple(content[key] for key in ("valid", "online", "working", "errors"))
    assert ["b2c[0].source"] == [text.partition(":")[0] for text in content["warnings"]]
    (ea,) = [each for each in content["accounts"] if each["api"] == "ea"]
    assert {"API": simulator.url} == ea["addresses"]
    assert {"report": "usagedetails", "every_seconds": 43_200.0} in ea["reports"]


def test_json_has_every_error(tmp_path: Path) -> None:
    """On the standard output, with exit code 1."""
    file = tmp_path / "config.yaml"
    file.write_text("ea: [{api_key: k, colour: red}]")
    done = command("check-config", "--format=json", f"--config.file={file}")
    content = json.loads(done.stdout)
    assert (1, "") == (done.returncode, done.stderr)
    assert (False, ["ea[0].enrollment: is required", "ea[0].colour: unknown key"]) == (
        content["valid"],
        content["errors"],
    )
