"""The families of the usage reports."""

from datetime import datetime
from operator import attrgetter

import msgspec

from exporter.model.families import Family, Labels, Number

REFRESHED = "Refreshed in the background."


class Part(msgspec.Struct, frozen=True):
    """What one row says of one provider, flow or method, in the windows that the row lies in."""

    of: str
    at: datetime
    newest: Number | None = None
    trailing_10d: Number | None = None
    daily: Number | None = None
    month_to_date: Number | None = None
    trailing_30d: Number | None = None


PROVIDER = Labels.of(identity_provider="of")
FLOW = Labels.of(flow="of")
METHOD = Labels.of(method="of")


def _windows(name: str, what: str, labels: Labels) -> tuple[Family, ...]:
    return (
        Family(f"{name}_daily", f"{what} on the newest complete day. {REFRESHED}", labels, attrgetter("daily")),
        Family(
            f"{name}_month_to_date",
            f"{what} since the first of the month, UTC. {REFRESHED}",
            labels,
            attrgetter("month_to_date"),
        ),
        Family(
            f"{name}_trailing_30d",
            f"{what} in the report's last 30 days. {REFRESHED}",
            labels,
            attrgetter("trailing_30d"),
        ),
    )


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

FAMILIES = USERS + AUTHENTICATIONS + MFA_REQUESTS
