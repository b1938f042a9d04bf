"""The families of the usage reports."""

from datetime import datetime
from decimal import Decimal
from operator import attrgetter

import msgspec

from exporter.apis.b2c.settings import Application
from exporter.model.budgets import RATIO
from exporter.model.families import Family, Labels, Lasts

REFRESHED = "Refreshed in the background."
EXCESS = "`unattributed` is negative where the parts exceed the stated total, as with users of two providers."


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows were read, and the instant that the newest of them is of."""

    at: datetime | None
    rows: int


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What one provider, flow or method counts in each window; None for a window that is not known."""

    of: str
    application: Application | None = None
    newest: int | None = None
    trailing_10d: int | None = None
    daily: int | None = None
    month_to_date: int | None = None
    trailing_30d: int | None = None


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """What a component of the bill costs, and how much of it is free; `at` is the newest day that it knows of.

    `cost` is None while another component's usage is not known: the sum over components is the whole bill.
    """

    component: str
    currency: str
    at: datetime | None
    rows: int
    quantity: int
    free: int
    cost: Decimal | None
    cost_month: Decimal | None

    @property
    def free_used_ratio(self) -> Decimal | None:
        """1 is all that is free; None where nothing is."""
        return RATIO.divide(Decimal(self.quantity), self.free) if self.free else None


PROVIDER = Labels.from_attributes(identity_provider="of")
FLOW = Labels.from_attributes(flow="of")
METHOD = Labels.from_attributes(method="of")
APPLICATION = {"application_id": "application.id", "application": "application.label"}
COMPONENT = Labels.from_attributes(component="component")
COST = Labels.from_attributes(component="component", currency="currency")


def _month_to_date(name: str, what: str, labels: Labels) -> Family:
    text = f"{what} since the first of the month, UTC. {REFRESHED}"
    return Family(f"{name}_month_to_date", text, labels, attrgetter("month_to_date"), source=Part)


def _trailing(name: str, what: str, labels: Labels) -> Family:
    return _thirty_days(name, f"{what} in the 30 days up to the newest reported day. {REFRESHED}", labels)


def _thirty_days(name: str, text: str, labels: Labels) -> Family:
    return Family(f"{name}_trailing_30d", text, labels, attrgetter("trailing_30d"), source=Part, lasts=Lasts.ALWAYS)


def _daily(name: str, what: str, labels: Labels) -> Family:
    text = f"{what} on the newest complete day. {REFRESHED}"
    return Family(f"{name}_daily", text, labels, attrgetter("daily"), source=Part, lasts=Lasts.DAY)


def _windows(name: str, what: str, labels: Labels) -> tuple[Family, ...]:
    return tuple(window(name, what, labels) for window in (_daily, _month_to_date, _trailing))


def _of_application(name: str, what: str, labels: Labels) -> tuple[Family, ...]:
    what = f"{what} of one application"
    trailing = _thirty_days(name, f"{what} in the report's last 30 days. {REFRESHED}", labels)
    return _month_to_date(name, what, labels), trailing


USERS = (
    Family(
        "azure_b2c_users",
        f"Users on the newest reported day, by where their credentials are stored; {EXCESS} {REFRESHED}",
        PROVIDER,
        attrgetter("newest"),
        source=Part,
        lasts=Lasts.ALWAYS,
    ),
    Family(
        "azure_b2c_users_registered_trailing_10d",
        f"Users on the newest reported day less those ten days before; absent without that day's row. {REFRESHED}",
        PROVIDER,
        attrgetter("trailing_10d"),
        source=Part,
        lasts=Lasts.ALWAYS,
    ),
)
AUTHENTICATIONS = _windows("azure_b2c_authentications", "Billable authentications", FLOW)
MFA_REQUESTS = _windows("azure_b2c_mfa_requests", "Multi-factor authentications", METHOD)
APPLICATION_AUTHENTICATIONS = _of_application(
    "azure_b2c_application_authentications",
    "Billable authentications",
    Labels.from_attributes(**APPLICATION, flow="of"),
)
APPLICATION_MFA_REQUESTS = _of_application(
    "azure_b2c_application_mfa_requests",
    "Multi-factor authentications",
    Labels.from_attributes(**APPLICATION, method="of"),
)
BILL = (
    Family(
        "azure_b2c_estimated_cost_month_to_date",
        f"The configured price list applied to this month's usage so far, in currency units. {REFRESHED}",
        COST,
        attrgetter("cost"),
        source=Charge,
    ),
    Family(
        "azure_b2c_estimated_cost_month",
        f"The configured price list applied to the usage expected of the whole month, in currency units. {REFRESHED}",
        COST,
        attrgetter("cost_month"),
        source=Charge,
    ),
    Family(
        "azure_b2c_billed_quantity_month_to_date",
        f"Users, authentications or multi-factor authentications that the month's bill counts so far. {REFRESHED}",
        COMPONENT,
        attrgetter("quantity"),
        source=Charge,
    ),
    Family(
        "azure_b2c_free_quantity",
        f"How many of them cost nothing in a month, by the configured price list. {REFRESHED}",
        COMPONENT,
        attrgetter("free"),
        source=Charge,
    ),
    Family(
        "azure_b2c_free_quantity_used_ratio",
        f"Share of the free quantity that is used, 1 is all of it; absent where nothing is free. {REFRESHED}",
        COMPONENT,
        attrgetter("free_used_ratio"),
        source=Charge,
    ),
)

FAMILIES = USERS + AUTHENTICATIONS + MFA_REQUESTS + APPLICATION_AUTHENTICATIONS + APPLICATION_MFA_REQUESTS + BILL
