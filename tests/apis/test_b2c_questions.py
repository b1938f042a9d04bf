"""The usual questions about the reports, answered by PromQL from /metrics.

The expected answers are computed from the simulated company independently of the exporter: day by day, by the
arithmetic in this module. Prometheus' own engine evaluates the expressions, which are those of the README.
"""

import json
import subprocess
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from exporter.commands.simulate import PRICES
from exporter.simulator import Simulator
from exporter.simulator.world import B2cTenant
from tests.harness import NOON, ExporterHarness

REGISTERED = (
    'sum by (account, identity_provider) (azure_b2c_users_registered_trailing_10d{identity_provider!="directory"})'
)
SECOND_FACTORS = "sum by (account) (azure_b2c_mfa_requests_trailing_30d)"
THIS_MONTH = "sum by (account) (azure_b2c_authentications_month_to_date)"
PER_DAY = "sum by (account) (azure_b2c_authentications_daily)"
PER_APPLICATION = "sum by (account, application) (azure_b2c_application_authentications_month_to_date)"
COST = "round(sum by (account, currency) (azure_b2c_estimated_cost_month), 0.01)"

TODAY = NOON.date()
FIRST = TODAY.replace(day=1)
ONE_DAY = timedelta(days=1)
Answers = dict[tuple[str, ...], Decimal]


def span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def total(counts: Iterable[dict[str, int]]) -> Decimal:
    return Decimal(sum(sum(found.values()) for found in counts))


def registered(world: B2cTenant) -> Answers:
    """Users are known up to yesterday; eleven days ago is ten days before."""
    now, before = world.users(TODAY - ONE_DAY), world.users(TODAY - 11 * ONE_DAY)
    by = Counter(now.by_provider)
    by.subtract(before.by_provider)
    return {("local",): Decimal(now.local - before.local), **{(one,): Decimal(count) for one, count in by.items()}}


def per_application(world: B2cTenant) -> Answers:
    days = span(FIRST, TODAY)
    sums = {(one.name,): total(world.authentications(day, one.id) for day in days) for one in world.applications}
    return {name: count for name, count in sums.items() if count}


def by_tiers(tiers: list[dict[str, object]], quantity: int) -> Decimal:
    """Unit by unit, as the price list is read."""
    cost = Decimal(0)
    for unit in range(1, quantity + 1):
        price = next(tier["price"] for tier in tiers if unit <= int(str(tier.get("up_to", unit))))
        cost += Decimal(str(price))
    return cost


def month_cost(world: B2cTenant) -> Decimal:
    """Nineteen of thirty days have elapsed; users continue to grow at the mean rate of the last 30 days."""
    length = monthrange(TODAY.year, TODAY.month)[1]
    elapsed = span(FIRST, TODAY - ONE_DAY)
    logins = round(total(map(world.authentications, elapsed)) * length / len(elapsed))
    factors = round(total(map(world.mfa_requests, elapsed)) * length / len(elapsed))
    newest, oldest = TODAY - ONE_DAY, TODAY - 30 * ONE_DAY
    now, then = world.users(newest).total, world.users(oldest).total
    users = now + round(Decimal(now - then) / (newest - oldest).days * (FIRST.replace(day=length) - newest).days)
    return (
        by_tiers(PRICES["per_user"], users)  # type: ignore[arg-type]
        + by_tiers(PRICES["per_authentication"], logins)  # type: ignore[arg-type]
        + by_tiers(PRICES["per_mfa_request"], factors)  # type: ignore[arg-type]
    )


QUESTIONS: dict[str, tuple[str, tuple[str, ...], Callable[[B2cTenant], Answers]]] = {
    "registered in the last ten days": (REGISTERED, ("identity_provider",), registered),
    "MFA completed in the last month": (
        SECOND_FACTORS,
        (),
        lambda world: {(): total(map(world.mfa_requests, span(TODAY - 29 * ONE_DAY, TODAY)))},
    ),
    "authentications this month": (
        THIS_MONTH,
        (),
        lambda world: {(): total(map(world.authentications, span(FIRST, TODAY)))},
    ),
    "authentications per day": (PER_DAY, (), lambda world: {(): total([world.authentications(TODAY - ONE_DAY)])}),
    "authentications per application": (PER_APPLICATION, ("application",), per_application),
    "what the month will cost": (COST, ("currency",), lambda world: {("USD",): round(month_cost(world), 2)}),
}


@pytest.fixture
def published(b2c: ExporterHarness) -> ExporterHarness:
    """A harness that has read every report."""
    b2c.run()
    return b2c


@pytest.mark.parametrize(("expression", "labels", "answer"), QUESTIONS.values(), ids=QUESTIONS)
def test_a_documented_question_is_answered(
    simulator: Simulator,
    published: ExporterHarness,
    tmp_path: Path,
    tool: Callable[[str], str],
    expression: str,
    labels: tuple[str, ...],
    answer: Callable[[B2cTenant], Answers],
) -> None:
    """Prometheus computes from the published series exactly what the simulated company's own counts give."""
    expected = [
        {"labels": _series({"account": "contoso-b2c", **dict(zip(labels, key, strict=True))}), "value": float(count)}
        for key, count in answer(simulator.world.b2c).items()
    ]
    lines = published.exporter.store.current.body.decode().splitlines()
    series = [line.rsplit(" ", 1) for line in lines if line.startswith("azure_b2c_")]
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": value} for name, value in series],
        "promql_expr_test": [{"expr": expression, "eval_time": "0m", "exp_samples": expected}],
    }
    file = tmp_path / "question.yaml"
    file.write_text(yaml.safe_dump({"rule_files": [], "tests": [test]}))
    done = subprocess.run([tool("promtool"), "test", "rules", str(file)], capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr), done.stdout
    assert expected


def _series(labels: dict[str, str]) -> str:
    return "{" + ", ".join(f"{name}={json.dumps(text)}" for name, text in labels.items()) + "}"
