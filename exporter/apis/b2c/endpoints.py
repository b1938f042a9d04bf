"""The requests of each report of a tenant, for people."""

from collections.abc import Mapping

from exporter.apis.b2c.graph.audit_log import PATH as AUDIT_LOG
from exporter.apis.b2c.settings import Settings

REPORTS = (
    "tenantUserCount",
    "b2cAuthenticationCountSummary",
    "b2cMfaRequestCountSummary",
    "b2cAuthenticationCount",
    "b2cMfaRequestCount",
)
BILLED = REPORTS[:3]


def endpoints(settings: Settings) -> Mapping[str, tuple[str, ...]]:
    """Methods and path templates by report; `{…}` is what differs between requests or tenants."""
    match settings.source:
        case "azure_ad_graph":
            of_reports = {report: (f"GET /{{tenant}}/reports/{report}",) for report in REPORTS}
            bill = tuple(of_reports[report][0] for report in BILLED)
            return of_reports | {"monthlyActiveUsers": (), "bill": bill}
        case "user_insights":
            insights = ("GET /beta/reports/userInsights/{daily or monthly}/{report}",)
            return dict.fromkeys((*REPORTS, "monthlyActiveUsers", "bill"), insights)
        case "microsoft_graph":
            users, log = ("GET /v1.0/users", "GET /v1.0/users/delta"), (f"GET /{AUDIT_LOG}",)
            of_log = dict.fromkeys((*REPORTS[1:], "monthlyActiveUsers"), log)
            return of_log | {REPORTS[0]: users, "bill": (*users, *log)}
