"""What an exporter of a large company publishes beside the costs: itself, B2C tenants, and the alerts on customers.

Written from the names in `docs/metrics.md`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

PREFIX = "azure_billing_exporter"
TARGET = 'job="azure-billing",instance="localhost:10365"'
TENANTS, APPLICATIONS = 20, 50
INTERVAL_SECONDS = 43_200
BUCKETS = ("0.1", "0.5", "1", "5", "30", "+Inf")
FIRING = (("AzureBudgetUsedUp", "critical"), ("AzureBudgetNearlyUsedUp", "warning"), ("AzureBudgetPace", "warning"))
"""Alerts on customers and their severities; each customer with a budget has one of them."""


def tenants() -> Iterator[str]:
    """Series of B2C tenants with their value."""
    for tenant in range(TENANTS):
        mine = f'{TARGET},account="b2c-{tenant:02d}"'
        for provider in ("local", "Google", "Facebook"):
            yield f'azure_b2c_users{{{mine},identity_provider="{provider}"}} {10_000 * (tenant + 1)}'
            yield f'azure_b2c_users_registered_trailing_10d{{{mine},identity_provider="{provider}"}} {100 * tenant}'
        for kind, part, values in (
            ("authentications", "flow", ("sign_in", "sign_up")),
            ("mfa_requests", "method", ("sms", "phone")),
        ):
            for value in values:
                for span in ("daily", "month_to_date", "trailing_30d"):
                    yield f'azure_b2c_{kind}_{span}{{{mine},{part}="{value}"}} {5_000 * (tenant + 1)}'
                for number in range(APPLICATIONS):
                    one = f'{mine},application_id="{tenant}-{number}",application="Shop {number:02d}",{part}="{value}"'
                    for span in ("month_to_date", "trailing_30d"):
                        yield f"azure_b2c_application_{kind}_{span}{{{one}}} {100 * (number + 1)}"
        for component in ("authentications", "sms"):
            yield f'azure_b2c_billed_quantity_month_to_date{{{mine},component="{component}"}} {4_000 * (tenant + 1)}'
            yield f'azure_b2c_free_quantity{{{mine},component="{component}"}} 50000'
            yield f'azure_b2c_free_quantity_used_ratio{{{mine},component="{component}"}} {0.08 * (tenant + 1):.2f}'
            for family in ("cost_month_to_date", "component_cost_month_to_date", "cost_month"):
                yield f'azure_b2c_estimated_{family}{{{mine},component="{component}",currency="EUR"}} {tenant}.50'


def alerts(customers: Sequence[str]) -> Iterator[str]:
    """The alerts that fire on customers, who are given by the labels with their currency."""
    for place, labels in enumerate(customers):
        name, severity = FIRING[place % len(FIRING)]
        own = f'alertname="{name}",severity="{severity}",{labels}'
        yield f'ALERTS{{alertstate="firing",{own}}} 1'
        yield f"ALERTS_FOR_STATE{{{own}}} 1700000000"


def collectors(reports: Mapping[str, Sequence[str]], at: datetime) -> Iterator[str]:
    """The collectors of the accounts, their APIs, and the process, at an instant."""
    stamp = at.timestamp()
    everything = dict(reports) | {f"b2c-{tenant:02d}": ("usage", "bill") for tenant in range(TENANTS)}
    for account, names in everything.items():
        for name in names:
            labels = f'{TARGET},account="{account}",collector="{name}"'
            previous = "previous" in name
            data = (at.replace(day=1, hour=0, minute=0) - timedelta(days=1)).timestamp() if previous else stamp
            values = {
                "success": 1,
                "interval_seconds": INTERVAL_SECONDS,
                "last_success_timestamp_seconds": stamp,
                "next_run_timestamp_seconds": stamp + INTERVAL_SECONDS,
                "data_timestamp_seconds": data,
                "data_changed_timestamp_seconds": data,
                "duration_seconds": 12.5,
                "records": 100_000,
                "series": 50_000,
                "overflow_series": 0,
            }
            yield from (f"{PREFIX}_collector_{family}{{{labels}}} {value:.0f}" for family, value in values.items())
            yield f'{PREFIX}_collector_failures_total{{{labels},reason="timeout"}} {stamp // 86_400 % 1_000:.0f}'
    for api in ("b2c", "ea", "partner_center"):
        labels = f'{TARGET},api="{api}"'
        requests = stamp // 600 % 10**6
        yield f'{PREFIX}_api_requests_total{{{labels},code="200"}} {requests:.0f}'
        yield f"{PREFIX}_api_throttled_seconds_total{{{labels}}} {requests:.0f}"
        yield f"{PREFIX}_api_retries_total{{{labels}}} {requests:.0f}"
        for place, bound in enumerate(BUCKETS, 1):
            count = requests * place / len(BUCKETS)
            yield f'{PREFIX}_api_request_duration_seconds_bucket{{{labels},le="{bound}"}} {count:.0f}'
    yield f"{PREFIX}_build_info{{{TARGET}}} 1"
    yield f"{PREFIX}_config_last_reload_successful{{{TARGET}}} 1"
    yield f"{PREFIX}_config_last_reload_success_timestamp_seconds{{{TARGET}}} 1700000000"
    yield f"process_resident_memory_bytes{{{TARGET}}} 300000000"
