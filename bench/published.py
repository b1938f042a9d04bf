"""What an exporter with very many series publishes, and measures of the programs that read it."""

import os
import random
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path


def free_ports(number: int) -> list[int]:
    """Loopback ports that are free at the moment."""
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(number)]
        return [int(one.getsockname()[1]) for one in taken]


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def telemetry(account: str, collectors: tuple[str, ...]) -> Iterator[str]:
    """The exporter's own metrics that rules read."""
    now = time.time()
    yield 'azure_billing_exporter_build_info{version="1"} 1'
    for collector in collectors:
        labels = f'{{account="{account}",collector="{collector}"}}'
        for name, number in (
            ("success", 1),
            ("interval_seconds", 10_800),
            ("last_success_timestamp_seconds", now),
            ("data_timestamp_seconds", now),
        ):
            yield f"azure_billing_exporter_collector_{name}{labels} {number}"


def storm(number: int) -> bytes:
    """Customers who have all used up their budgets."""
    chance, account = random.Random(1), "csp"
    start = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = (start + timedelta(days=32)).replace(day=1)
    lines = [*telemetry(account, ("usagerecords", "usagesummary"))]
    lines.append(f'partner_center_customers{{account="{account}",azure_plan="true"}} {number}')
    for severity, ratio in (("info", 0.5), ("warning", 0.8), ("critical", 1.0)):
        lines.append(f'partner_center_budget_threshold_ratio{{account="{account}",severity="{severity}"}} {ratio}')
    customers = sorted(str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(number))
    for place, customer in enumerate(customers):
        labels = f'account="{account}",customer_id="{customer}",customer_name="Customer {place} of a large partner"'
        budget = chance.randrange(10, 90_000)
        lines += [
            f'partner_center_customer_cost_month_to_date{{{labels},currency="EUR"}} {budget * 1.25}',
            f"partner_center_customer_cost_month_to_date_usd{{{labels}}} {budget * 1.4}",
            f'partner_center_customer_budget_amount{{{labels},currency="EUR"}} {budget}',
            f"partner_center_customer_budget_used_ratio{{{labels}}} 1.25",
            f'partner_center_customer_info{{{labels},azure_plan="true"}} 1',
            f"partner_center_customer_last_modified_timestamp_seconds{{{labels}}} {time.time()}",
            f"partner_center_customer_billing_period_start_timestamp_seconds{{{labels}}} {start.timestamp()}",
            f"partner_center_customer_billing_period_end_timestamp_seconds{{{labels}}} {end.timestamp()}",
        ]
    return "".join(f"{line}\n" for line in lines).encode()


def costs(number: int) -> bytes:
    """An enrollment with this number of series in four families."""
    chance, account = random.Random(1), "ea"
    lines = [*telemetry(account, ("usagedetails", "usagedetails_previous_month", "balancesummary"))]
    for place in range(number // 4):
        labels = (
            f'account="{account}",subscription_name="subscription {place % 500}",resource_group="rg-{place % 5_000}",'
            f'meter_category="category {place % 40}",meter_subcategory="series {place % 400}",'
            f'meter_name="meter {place % 4_000}",currency="EUR"'
        )
        day = chance.paretovariate(1.1)
        lines += [
            f"azure_cost_daily{{{labels}}} {day}",
            f"azure_cost_month_to_date{{{labels}}} {day * 20}",
            f"azure_cost_previous_month{{{labels}}} {day * 30}",
            f'azure_usage_quantity_month_to_date{{{labels},unit="1 Hour"}} {day * 7}',
        ]
    return "".join(f"{line}\n" for line in lines).encode()
