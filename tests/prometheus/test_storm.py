"""Alerts about very many customers: one for the account takes the place of one for each."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from exporter.mixin.recording.customers import FEWER, MOST

RULES = Path(__file__).parents[2] / "prometheus/rules/alerts.yml"
MANY, ACCOUNT = MOST + 1, '{account="csp",alertname="AzureBudgetUsedUp",alertstate="firing",severity="critical"}'


def series(values: Callable[[int], str]) -> Iterator[dict[str, str]]:
    """The budgets and costs of customers, whose costs have these values."""
    for place in range(MANY):
        labels = f'account="csp",customer_id="c{place}",customer_name="Customer {place}",currency="EUR"'
        yield {"series": f"partner_center_customer_budget_amount{{{labels}}}", "values": "100x6"}
        yield {"series": f"partner_center_customer_cost_month_to_date{{{labels}}}", "values": values(place)}


def test_one_alert_stands_for_very_many_customers(tool: Callable[[str], str], tmp_path: Path) -> None:
    """Until far fewer are left, so that a customer more or less notifies nobody."""
    firing = 'ALERTS{alertname="AzureBudgetUsedUp"}'
    cases = [
        {"expr": f"count({firing})", "eval_time": "0m", "exp_samples": [{"labels": "{}", "value": 1}]},
        {"expr": firing, "eval_time": "0m", "exp_samples": [{"labels": f"ALERTS{ACCOUNT}", "value": 1}]},
        {"expr": f"count({firing})", "eval_time": "30m", "exp_samples": [{"labels": "{}", "value": 1}]},
        {"expr": f"count({firing})", "eval_time": "60m", "exp_samples": [{"labels": "{}", "value": FEWER}]},
    ]
    # At 30 minutes one customer fewer is over the budget, at 60 minutes as few as have an alert each.
    costs = list(series(lambda place: f"150 {150 if place else 10} {150 if place < FEWER else 10}x4"))
    written = tmp_path / "storm.yml"
    test = {"interval": "30m", "input_series": costs, "promql_expr_test": cases}
    written.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "30m", "tests": [test]}))
    done = subprocess.run(
        [tool("promtool"), "test", "rules", str(written)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
