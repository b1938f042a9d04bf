"""Variants of Microsoft Graph."""

from dataclasses import dataclass
from typing import Literal

ROLES = frozenset(
    {
        "User.Read.All",
        "AuditLog.Read.All",
        "Directory.Read.All",
        "Organization.Read.All",
        "Insights-UserMetric.Read.All",
    }
)
"""The application permissions that the simulated reports require."""


@dataclass
class GraphSwitches:
    """How Microsoft Graph behaves; every default is the documented form."""

    graph_roles: frozenset[str] = ROLES
    """The permissions of the application; without one of them the requests that it is required for are refused
    (403). The audit log requires ``Directory.Read.All`` besides its own."""
    graph_resource_units: int | None = None
    """Resource units per 10 seconds of the simulated clock, beyond which requests for users are refused (429): a
    request takes 2, with ``$select`` 1. 3,500 to 8,000 are documented; None does not count them."""
    graph_report_limit: bool = False
    """Whether more than 5 requests in 10 seconds for the audit log or the user insights are refused (429)."""
    graph_delta: bool = False
    """Whether the B2C tenant answers ``/users/delta``; else 400. An external tenant always does."""
    graph_delta_lost: bool = False
    """Whether every ``$deltatoken`` is refused (410)."""

    audit_page_size: int | None = None
    """Entries per page, below ``$top``; None: as many as are requested, 1,000 by default."""
    audit_order: Literal["newest", "oldest", "shuffled"] = "newest"
    """The order of entries without ``$orderby``; shuffled ones are out of order within an hour."""
    audit_correlation: Literal["request", "sign_in", "event"] = "request"
    """What shares a ``correlationId``: the events of one request (a code and what it is exchanged for have two), of
    one sign-in, or nothing."""
    audit_late_hours: int = 0
    """One of twenty entries arrives up to so many hours after its ``activityDateTime``."""
    audit_duplicates: Literal["", "same", "respelled"] = ""
    """Whether one of ten entries is listed twice, with the same id; the second one the same, or with the case of
    names, policy, application and user changed."""
    audit_filter_case: bool = False
    """Whether the texts of a ``$filter`` must have the case of the entry."""

    insights_page_size: int = 100
    insights_current_month: bool = False
    """Whether monthly rows of the current month are there already."""
