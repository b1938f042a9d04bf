"""What the dashboard *Customer* computes from amounts that are reset every billing period, by promtool."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from exporter.mixin.dashboards.customer_history import spent_per_day
from exporter.mixin.dashboards.customer_panels import (
    COST,
    CURRENT,
    ELAPSED,
    MONEY_OF,
    PERIOD,
    PROJECTED,
    change,
    previous,
)

CUSTOMER = 'account="csp",customer_id="1"'
OTHER = 'account="other",customer_id="1"'
PAID = f'{CUSTOMER},currency="EUR"'
FEBRUARY = 31 * 86_400
BLANK, DAY, HOUR = f"_x{28 * 288}", 288, 12
"""Steps of five minutes; time starts on 1 January 1970, and there is no data until the 29th."""
SERIES = {
    # A step costs 1. Until six in the morning of 1 February, the amount is still that of January.
    f"{COST}{{{PAID}}}": f"{BLANK} 1000+1x{3 * DAY - 1} 1863+0x{6 * HOUR - 1} 7+1x{4 * DAY}",
    f'{COST}{{{OTHER},currency="EUR"}}': f"9999+0x{40 * DAY}",
    f"{PERIOD}_start_timestamp_seconds{{{CUSTOMER}}}": f"{BLANK} 0+0x{3 * DAY - 1} {FEBRUARY}+0x{5 * DAY}",
    f"{ELAPSED}{{{CUSTOMER}}}": f"{BLANK} 0.9+0x{3 * DAY - 1} _x{6 * HOUR} 0.1+0x{4 * DAY}",
    f"azure_billing:customer:projected{{{PAID}}}": f"_x{32 * DAY} 2778+0x{4 * DAY}",
}
LAST_HOUR = 1000 + 3 * DAY - HOUR
"""The amount at 23:00 on 31 January: the end of a period is looked for every hour."""
BEFORE = previous(COST, MONEY_OF)
CASES = {
    "a day in the middle of a period": (spent_per_day(), "31d", 288),
    "the first day counts from zero": (spent_per_day(), "32d", 7 + DAY - 6 * HOUR - 1),
    "the second day": (spent_per_day(), "33d", 288),
    "no day while its predecessor is unknown": (spent_per_day(), "29d", None),
    "the previous period": (BEFORE, "33d", LAST_HOUR),
    "the previous period while amounts are still its own": (BEFORE, "31d3h", LAST_HOUR),
    "no previous period": (BEFORE, "30d", None),
    "the change against the previous period": (change(PROJECTED, BEFORE), "33d", 2778 / LAST_HOUR - 1),
    "the cost of this account only": (CURRENT, "30d", 1000 + 2 * DAY),
}


@pytest.mark.parametrize("case", CASES)
def test_the_history_of_a_customer(case: str, tmp_path: Path, tool: Callable[[str], str]) -> None:
    """Days and periods are told apart at the turn of a month, when Microsoft resets amounts hours late."""
    expression, at, value = CASES[case]
    expression = re.sub(
        r"\$(account|customer_id)", lambda found: {"account": "csp", "customer_id": "1"}[found[1]], expression
    )
    samples = [] if value is None else [{"labels": f"{{{PAID}}}", "value": value}]
    test = {
        "interval": "5m",
        "input_series": [{"series": name, "values": values} for name, values in SERIES.items()],
        "promql_expr_test": [{"expr": expression, "eval_time": at, "exp_samples": samples}],
    }
    file = tmp_path / "test.yml"
    file.write_text(yaml.safe_dump({"evaluation_interval": "1h", "tests": [test]}))
    done = subprocess.run(
        [tool("promtool"), "test", "rules", str(file)], capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stdout + done.stderr
