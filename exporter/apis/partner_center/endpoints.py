"""The requests of each report of a partner, for people."""

from collections.abc import Mapping

from exporter.apis.partner_center.client import ALL_CUSTOMERS
from exporter.apis.partner_center.settings import SUBSCRIPTION_USAGE, Settings

CUSTOMERS = f"GET /v1/{ALL_CUSTOMERS}"


def endpoints(settings: Settings) -> Mapping[str, tuple[str, ...]]:
    """Methods and path templates by report; `{…}` is what differs between requests."""
    return {
        "usagerecords": (CUSTOMERS,),
        "usagesummary": (CUSTOMERS, "GET /v1/customers/{customer}/usagesummary"),
        SUBSCRIPTION_USAGE: (CUSTOMERS, "GET /v1/customers/{customer}/subscriptions/usagerecords"),
    }
