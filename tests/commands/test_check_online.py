"""`check-config --online`: each login and API is asked once, and what is missing has a name."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from exporter.advice import NETWORK
from exporter.check.online import Outcomes, ask
from exporter.check.probe import MAX_ANSWERS, Result
from exporter.commands.simulate import write_config
from exporter.config import Config, load, loads
from exporter.simulator import Simulator
from exporter.simulator.server.faults import Slow, Status
from tests.harness import Answer, CannedService
from tests.process import command


def asked(config: Config, timeout: timedelta = timedelta(seconds=60)) -> Outcomes:
    return ask(list(config.accounts()), config.storage.path, timeout)


def only(simulator: Simulator, directory: Path, api: str, *names: str, **keys: object) -> Path:
    """The simulated configuration with the accounts of one API, or those with these names, and more keys."""
    file = write_config(simulator, directory)
    content = yaml.safe_load(file.read_text())
    accounts = [account | keys for account in content[api] if account["name"] in names or not names]
    file.write_text(yaml.safe_dump({api: accounts, "storage": content["storage"]}))
    return file


@pytest.mark.parametrize(
    ("api", "keys"), [("ea", {}), ("cost_management", {}), ("partner_center", {"requests_per_minute": 6000})]
)
def test_what_works_is_known_after_few_requests(
    simulator: Simulator, tmp_path: Path, api: str, keys: Mapping[str, object]
) -> None:
    """Nothing is stored but a rotated refresh token."""
    outcomes = asked(load(only(simulator, tmp_path, api, **keys)))
    assert {Result.WORKS} == {outcome.result for outcome in outcomes.values()}
    assert len(simulator.received) < len(outcomes) * (MAX_ANSWERS + 2)
    stored = [path.name for path in (tmp_path / "storage").iterdir()] if (tmp_path / "storage").exists() else []
    assert ["tokens"] * (api == "partner_center") == stored


def test_a_missing_role_is_named(simulator: Simulator, tmp_path: Path) -> None:
    """The exit code is 3; the other reports are asked all the same."""
    simulator.faults.script("Microsoft.Consumption/budgets", Status(403), times=None)
    done = command("check-config", "--online", f"--config.file={only(simulator, tmp_path, 'cost_management')}")
    assert (3, "") == (done.returncode, done.stderr)
    lines = [line.strip() for line in done.stdout.splitlines() if ": failed " in line]
    assert [] == [line for line in lines if not line.startswith("budgets every 12h: failed (forbidden): ")]
    assert "the identity needs the role Cost Management Reader" in done.stdout
    assert "  usage every 12h: works\n" in done.stdout


def test_a_missing_permission_is_named(simulator: Simulator, tmp_path: Path) -> None:
    """With the command that grants it."""
    simulator.faults.script("auditLogs", Status(403), times=None)
    file = only(simulator, tmp_path, "b2c", "contoso-pilot")
    client_id = yaml.safe_load(file.read_text())["b2c"][0]["client_id"]
    outcomes = asked(load(file))
    outcome = outcomes["b2c", "contoso-pilot", "b2cAuthenticationCountSummary"]
    assert (Result.FAILED, "forbidden") == (outcome.result, outcome.reason)
    assert "application permissions AuditLog.Read.All and Directory.Read.All" in outcome.advice
    assert f"az ad app permission add --id {client_id} " in outcome.advice
    assert Result.WORKS is outcomes["b2c", "contoso-pilot", "tenantUserCount"].result


def test_a_refused_login_is_reported_once_for_an_account(simulator: Simulator, tmp_path: Path) -> None:
    """Its other reports are not asked."""
    file = only(simulator, tmp_path, "partner_center")
    (tmp_path / "csp").write_text("not-the-secret")
    done = command("check-config", "--online", "--format=json", f"--config.file={file}")
    content = json.loads(done.stdout)
    (account,) = content["accounts"]
    assert (3, True, False) == (done.returncode, content["valid"], content["working"])
    assert [("failed", "login"), ("skipped", "login"), ("skipped", "login")] == [
        (report["result"], report["reason"]) for report in account["reports"]
    ]
    assert "AADSTS7000215" in account["reports"][0]["text"]
    assert "not-the-secret" not in done.stdout


def test_the_time_is_bounded(simulator: Simulator, tmp_path: Path) -> None:
    """A service that does not respond is named, and so are the reports after it."""
    simulator.faults.script("usagedetails", Slow(60), times=None)
    outcomes = asked(load(only(simulator, tmp_path, "ea")), timedelta(milliseconds=500))
    failed = [outcome for outcome in outcomes.values() if outcome.result is not Result.WORKS]
    assert failed
    assert {"timeout"} == {outcome.reason for outcome in failed}


def test_a_refused_key_is_not_repeated(tmp_path: Path) -> None:
    """Neither in the outcome of its report nor in those of others."""
    with CannedService() as service:
        refused = Answer({"error": {"code": "Forbidden", "message": "no"}}, 401)
        for path in ("balancesummary", "usagedetails", "billingperiods"):
            service.answer(f"/v3/enrollments/100/{path}", refused)
        text = (
            f"ea: [{{enrollment: '100', api_key: s3cr3t, base_url: '{service.url}'}}]\nstorage: {{path: '{tmp_path}'}}"
        )
        outcomes = asked(loads(text, "config.yaml"))
    assert Result.WORKS not in {outcome.result for outcome in outcomes.values()}
    assert [] == [outcome for outcome in outcomes.values() if "s3cr3t" in outcome.text]


def test_a_remedy_is_printed_once_for_an_account(simulator: Simulator, tmp_path: Path) -> None:
    """As a command that can be run: with the client id of the account."""
    for resource in ("Microsoft.Consumption/budgets", "Microsoft.CostManagement/"):
        simulator.faults.script(resource, Status(403), times=None)
    file = only(simulator, tmp_path, "cost_management", "contoso-shop")
    client_id = yaml.safe_load(file.read_text())["cost_management"][0]["identity"]["client_id"]
    outcomes = asked(load(file)).values()
    failed = [outcome for outcome in outcomes if outcome.result is Result.FAILED]
    assert 2 < len(failed)
    (remedy,) = {outcome.advice for outcome in failed if "az role" in outcome.advice}
    assert f"--assignee {client_id} --scope " in remedy
    assert 1 == sum("az role" in f"{outcome.text} {outcome.advice}" for outcome in failed)
    assert "<client id>" not in str(outcomes)


def test_a_failure_that_explains_nothing_has_advice(tmp_path: Path) -> None:
    """The same as that of `report`."""
    with CannedService() as service:
        url = service.url
    text = f"ea: [{{enrollment: '100', api_key: s3cr3t, base_url: '{url}'}}]\nstorage: {{path: '{tmp_path}'}}"
    first, *others = asked(loads(text, "config.yaml"), timedelta(seconds=20)).values()
    assert ("connection", NETWORK) == (first.reason, first.advice)
    assert {Result.SKIPPED} == {outcome.result for outcome in others}
