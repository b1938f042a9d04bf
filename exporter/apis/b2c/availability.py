"""From when on each family is true, by source; before that it is absent, with a warning that names the day."""

from collections.abc import Mapping
from typing import NamedTuple

FIRST_READ = "from the first read on"
LOG_MONTH = (
    "if the audit log was read from the first day of the month on: from the next month on, or at once in the first six "
    "days of a month"
)
LOG_THIRTY = "30 days after the oldest day that was read, so about 24 days after the start"
INSIGHTS_MONTH = "from the first read on, if the reports have each day of the month"
INSIGHTS_THIRTY = "from the first read on, if the reports have 30 days"
GRAPH_MONTH = "from the first read on, once a day of the month is reported"
PRICED = "as the month to date of all usage that has a price"
EXPECTED = f"{PRICED}, from its second day on; active users if they are configured, or known for the month before"
EACH_PRICED = "as the month to date of the usage of the component"


class Sources(NamedTuple):
    """When the family is true with each source."""

    microsoft_graph: str
    user_insights: str
    azure_ad_graph: str


DAILY = Sources(
    "from the first complete read of a day on: the day before the newest",
    "from the first read on: the newest reported day",
    "from the first read on: the day before the newest reported one",
)
MONTH = Sources(LOG_MONTH, INSIGHTS_MONTH, GRAPH_MONTH)
THIRTY_DAYS = Sources(LOG_THIRTY, INSIGHTS_THIRTY, FIRST_READ)
ESTIMATE = Sources(PRICED, PRICED, PRICED)
COMPONENT = Sources(EACH_PRICED, EACH_PRICED, EACH_PRICED)
BY_FAMILY = {
    "azure_b2c_users": Sources(
        "from the first complete count on, by provider",
        "from the first read on, in total only (`unattributed`)",
        "from the first read on, by provider",
    ),
    "azure_b2c_users_registered_trailing_10d": Sources(
        "from the first complete count on; ten days later if the service does not state when users were created",
        "from the first read on, if the reports have both days",
        "from the first read on, if the reports have both days",
    ),
    "azure_b2c_authentications_daily": DAILY,
    "azure_b2c_authentications_month_to_date": MONTH,
    "azure_b2c_authentications_trailing_30d": THIRTY_DAYS,
    "azure_b2c_mfa_requests_daily": DAILY,
    "azure_b2c_mfa_requests_month_to_date": MONTH,
    "azure_b2c_mfa_requests_trailing_30d": THIRTY_DAYS,
    "azure_b2c_application_authentications_month_to_date": MONTH,
    "azure_b2c_application_authentications_trailing_30d": THIRTY_DAYS,
    "azure_b2c_application_mfa_requests_month_to_date": MONTH,
    "azure_b2c_application_mfa_requests_trailing_30d": THIRTY_DAYS,
    "azure_b2c_monthly_active_users": Sources(
        LOG_MONTH, "from the first read on, if the report states the whole for the current month", "never"
    ),
    "azure_b2c_estimated_cost_month_to_date": ESTIMATE,
    "azure_b2c_estimated_component_cost_month_to_date": COMPONENT,
    "azure_b2c_estimated_cost_month": Sources(EXPECTED, EXPECTED, f"{PRICED}, from its second day on"),
    "azure_b2c_billed_quantity_month_to_date": COMPONENT,
    "azure_b2c_free_quantity": COMPONENT,
    "azure_b2c_free_quantity_used_ratio": COMPONENT,
}
KNOWN: Mapping[str, Mapping[str, str]] = {name: found._asdict() for name, found in BY_FAMILY.items()}
"""When each family is true, by family and source."""
