"""Which month the amounts of Azure plans are of while Partner Center resets its totals at a month's turn."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from exporter.apis.partner_center.metrics import CUSTOMER_COST
from exporter.apis.partner_center.records import CustomerUsage, calendar_month
from exporter.model.collection import Collection


def amounts_as_of(customers: Sequence[CustomerUsage], now: datetime, published: Collection | None) -> datetime | None:
    """The instant that the amounts of Azure plans are as of; None where no record states any.

    Totals are reset some time after a month's turn. They are of the month of `now` when a record was changed in it,
    when all are zero, or when most of them are less than half of what was published of the month before. Otherwise
    they are still of the month in which a record was last changed.
    """
    start = calendar_month(now).start
    newest = max((customer.modified for customer in customers if customer.modified), default=None)
    plans = [customer for customer in customers if customer.azure_plan == "true"]
    changed = max((plan.modified for plan in plans if plan.modified), default=None)
    old = changed is not None and changed < start and any(plan.total_cost for plan in plans)
    if old and not (published and (published.period == f"{now:%Y%m}" or _reset(plans, published))):
        return changed
    return newest if newest is None or newest >= start else now


def _reset(plans: Sequence[CustomerUsage], published: Collection) -> bool:
    before = {
        (customer, currency): Decimal(amount)
        for (customer, _, currency), amount in published.samples.get(CUSTOMER_COST, {}).items()
    }
    fell = [
        plan.total_cost < amount / 2
        for plan in plans
        if plan.total_cost is not None and (amount := before.get((plan.id, plan.currency)))
    ]
    return sum(fell) > len(fell) / 2
