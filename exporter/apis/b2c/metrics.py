"""The families of the usage reports."""

from datetime import datetime
from decimal import Decimal
from operator import attrgetter

import msgspec

from exporter.apis.b2c.settings import Application
from exporter.model.families import Family, Labels

REFRESHED = "Refreshed in the background."


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What one row says of one provider, flow or method, in the windows that the row lies in.

    Two others come with the parts of the rows, with `rows` 0: what a component of the bill costs, and a `note`.
    """

    of: str = ""
    at: datetime | None = None
    application: Application | None = None
    newest: int | None = None
    trailing_10d: int | None = None
    daily: int | None = None
    month_to_date: int | None = None
    trailing_30d: int | None = None
    currency: str = ""
    cost_month_to_date: Decimal | None = None
    cost_month: Decimal | None = None
    note: str = ""
    rows: int = 1


PROVIDER = Labels.of(identity_provider="of")
FLOW = Labels.of(flow="of")
METHOD = Labels.of(method="of")
APPLICATION = {"application_id": "application.id", "application": "application.label"}
COMPONENT = Labels.of(component="of", currency="currency")


def _month_to_date(name: str, what: str, labels: Labels) -> Family:
    text = f"{what} since the first of the month, UTC. {REFRESHED}"
    return Family(f"{name}_month_to_date", text, labels, attrgetter("month_to_date"))


def _trailing(name: str, what: str, labels: Labels) -> Family:
    text = f"{what} in the report's last 30 days. {REFRESHED}"
    return Family(f"{name}_trailing_30d", text, labels, attrgetter("trailing_30d"))


def _daily(name: str, what: str, labels: Labels) -> Family:
    return Family(f"{name}_daily", f"{what} on the newest complete day. {REFRESHED}", labels, attrgetter("daily"))


def _windows(name: str, what: str, labels: Labels) -> tuple[Family, ...]:
    return tuple(window(name, what, labels) for window in (_daily, _month_to_date, _trailing))


def _of_application(name: str, what: str, labels: Labels) -> tuple[Family, ...]:
    return tuple(window(name, f"{what} of one application", labels) for window in (_month_to_date, _trailing))


USERS = (
    Family(
        "azure_b2c_users",
        f"Users on the newest reported day, by where their credentials are kept. {REFRESHED}",
        PROVIDER,
        attrgetter("newest"),
    ),
    Family(
        "azure_b2c_users_registered_trailing_10d",
        f"Growth of the number of users over ten days. {REFRESHED}",
        PROVIDER,
        attrgetter("trailing_10d"),
    ),
)
AUTHENTICATIONS = _windows("azure_b2c_authentications", "Billable authentications", FLOW)
MFA_REQUESTS = _windows("azure_b2c_mfa_requests", "Multi-factor authentications", METHOD)
APPLICATION_AUTHENTICATIONS = _of_application(
    "azure_b2c_application_authentications", "Billable authentications", Labels.of(**APPLICATION, flow="of")
)
APPLICATION_MFA_REQUESTS = _of_application(
    "azure_b2c_application_mfa_requests", "Multi-factor authentications", Labels.of(**APPLICATION, method="of")
)
COSTS = (
    Family(
        "azure_b2c_estimated_cost_month_to_date",
        f"The configured price list applied to this month's usage so far, in currency units. {REFRESHED}",
        COMPONENT,
        attrgetter("cost_month_to_date"),
    ),
    Family(
        "azure_b2c_estimated_cost_month",
        f"The configured price list applied to the usage expected of the whole month, in currency units. {REFRESHED}",
        COMPONENT,
        attrgetter("cost_month"),
    ),
)

FAMILIES = USERS + AUTHENTICATIONS + MFA_REQUESTS + APPLICATION_AUTHENTICATIONS + APPLICATION_MFA_REQUESTS + COSTS
