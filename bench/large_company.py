"""The samples of a large partner and a large enrollment, as OpenMetrics with timestamps.

Written from the names in `docs/metrics.md`: customers with two subscriptions each, and 25,000 label sets of usage,
of which four families are 100,000 series.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from bench import large_exporter
from bench.large_exporter import TARGET

PARTNER, ENROLLMENT = "large-csp", "large-ea"
SUBSCRIPTIONS, METERS, METERS_EACH = 500, 2_000, 50
CURRENCIES = ("EUR", "EUR", "EUR", "USD", "CHF")
REPORTS = {
    ENROLLMENT: ("usagedetails", "usagedetails_previous_month", "balancesummary"),
    PARTNER: ("usagerecords", "usagesummary", "subscriptions"),
}


SOURCES = {ENROLLMENT: "usagedetails", PARTNER: "usagerecords"}
DAYS_OF_A_MONTH = 30


class Amount(NamedTuple):
    """A series of money with what it grows by in a day."""

    name: str
    labels: str
    per_day: Decimal


def usage(chance: random.Random) -> Iterator[tuple[str, Decimal]]:
    """Label sets of usage with their cost of a day; few are expensive, as in reality."""
    for subscription in range(SUBSCRIPTIONS):
        for place, meter in enumerate(chance.sample(range(METERS), METERS_EACH)):
            labels = (
                f'{TARGET},account="{ENROLLMENT}",currency="EUR",subscription_name="subscription-{subscription:03d}",'
                f'resource_group="rg-{subscription:03d}-{place % 8}",tag_env="{("prod", "test", "")[place % 8 % 3]}",'
                f'meter_category="Category {meter % 40}",meter_subcategory="Series {meter % 400}",'
                f'meter_name="Meter {meter:04d}"'
            )
            yield labels, Decimal(f"{chance.paretovariate(1.1) / 10:.2f}")


def customers(number: int, chance: random.Random) -> Iterator[tuple[str, str, Decimal]]:
    """Labels of customers, their currency, and their cost of a day."""
    for place in range(number):
        labels = (
            f'{TARGET},account="{PARTNER}",customer_id="{place:08d}-0000-4000-8000-000000000000",'
            f'customer_name="Kundin {chance.randrange(10**6):06d} Müller & Söhne GmbH"'
        )
        yield labels, chance.choice(CURRENCIES), Decimal(f"{chance.paretovariate(1.1):.2f}")


class Company:
    """Makes one scrape after another; each brings the amounts of that instant."""

    def __init__(self, number: int, seed: int = 1) -> None:
        chance = random.Random(seed)
        self._amounts: list[Amount] = []
        self._constant: list[str] = []
        self._customers: list[str] = []
        self._per_day: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        over: list[str] = []
        for labels, per_day in usage(chance):
            self._per_day[ENROLLMENT, "EUR"] += per_day
            self._amounts.append(Amount("azure_cost_month_to_date", labels, per_day))
            self._amounts.append(Amount("azure_usage_quantity_month_to_date", f'{labels},unit="1 Hour"', per_day * 7))
            self._constant.append(f"azure_cost_daily{{{labels}}} {per_day}")
            self._constant.append(f"azure_cost_previous_month{{{labels}}} {per_day * chance.randrange(20, 40)}")
        for place, (labels, currency, per_day) in enumerate(customers(number, chance)):
            self._customers.append(labels)
            self._per_day[PARTNER, currency] += per_day
            paid = f'{labels},currency="{currency}"'
            self._amounts.append(Amount("partner_center_customer_cost_month_to_date", paid, per_day))
            self._constant.append(f'partner_center_customer_info{{{labels},azure_plan="true"}} 1')
            if place % 3:
                budget = per_day * chance.randrange(18, 60)
                self._constant.append(f"partner_center_customer_budget_amount{{{paid}}} {budget}")
                over.append(paid.removeprefix(f"{TARGET},"))
            for half in (1, 2):
                subscription = f'{paid},subscription_id="{half}-{place:08d}",subscription_name="Azure {half}"'
                self._amounts.append(
                    Amount("partner_center_subscription_cost_month_to_date", subscription, per_day / 2)
                )
        self._constant += [*large_exporter.tenants(), *large_exporter.alerts(over)]
        self._constant.append(f'partner_center_customers{{{TARGET},account="{PARTNER}",azure_plan="true"}} {number}')
        without = f'partner_center_customers_without_budget{{{TARGET},account="{PARTNER}",azure_plan="true"}}'
        self._constant.append(f"{without} {len(range(0, number, 3))}")

    def scrape(self, at: datetime) -> Iterator[str]:
        """The lines of a scrape."""
        start = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        following = (start + timedelta(days=32)).replace(day=1)
        days, stamp = Decimal((at - start).total_seconds()) / 86_400, f"{at.timestamp():.0f}"
        yield from (f"{name}{{{labels}}} {per_day * days:.2f} {stamp}" for name, labels, per_day in self._amounts)
        yield from (f"{line} {stamp}" for line in self._constant)
        period = "partner_center_customer_billing_period"
        for labels in self._customers:
            yield f"{period}_start_timestamp_seconds{{{labels}}} {start.timestamp():.0f} {stamp}"
            yield f"{period}_end_timestamp_seconds{{{labels}}} {following.timestamp():.0f} {stamp}"
            yield f"partner_center_customer_last_modified_timestamp_seconds{{{labels}}} {stamp} {stamp}"
        # What a recording rule with `@ end()` would have recorded: the rules of a past range can't.
        for (account, currency), per_day in self._per_day.items():
            labels = f'account="{account}",collector="{SOURCES[account]}",currency="{currency}"'
            yield f"azure_billing:cost:previous_month{{{labels}}} {per_day * DAYS_OF_A_MONTH:.2f} {stamp}"
        yield from (f"{line} {stamp}" for line in large_exporter.collectors(REPORTS, at))

    def history(self, start: datetime, end: datetime, every: timedelta) -> Iterator[str]:
        """All scrapes from `start` to `end`."""
        at = start
        while at <= end:
            yield from self.scrape(at)
            at += every
        yield "# EOF"
