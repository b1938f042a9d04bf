"""The row of *Azure billing / Overview* on what needs attention: firing alerts, the most severe first."""

from exporter.mixin.dashboards.board import Row
from exporter.mixin.dashboards.panels import COUNT, HOURS, Json, Query, stat, texts
from exporter.mixin.dashboards.tables import SCOPES, table
from exporter.mixin.links import RUNBOOK

FIRING = 'ALERTS{alertstate="firing",alertname=~"(Azure|PartnerCenter).+",account=~"$account|"'
"""Alerts about a process have no account."""
SEVERITIES = {3: ("critical", "red"), 2: ("warning", "orange"), 1: ("info", "blue")}
SUBJECTS = (
    "instance",
    "api",
    "collector",
    "credential",
    "export",
    "component",
    "application",
    "method",
    "commitment_name",
    "meter_category",
    "meter_name",
    "subscription_name",
    "customer_name",
    "budget",
)
"""The labels that name what an alert is about; the last one that an alert has is shown."""
KEYS = {
    "alertname": "Alert",
    "account": "Account",
    "about": "About",
    "currency": "Currency",
    "scope": "Scope",
    "customer_id": "Id",
}


def _ranked() -> str:
    """Firing alerts with the rank of their severity."""
    known = [f'{FIRING},severity="{name}"}} * {rank}' for rank, (name, _) in SEVERITIES.items() if rank > 1]
    return f'topk(100, {" or ".join(known)} or {FIRING},severity!~"critical|warning"}})'


def _about(expr: str) -> str:
    for label in SUBJECTS:
        expr = f'label_replace({expr}, "about", "$1", "{label}", "(.+)")'
    return f"max by ({', '.join(KEYS)}) ({expr})"


def _count(severity: str) -> str:
    return f'count({FIRING},severity="{severity}"}}) or vector(0)'


def _firing() -> Json:
    """ALERTS_FOR_STATE is when an alert became active; it has the labels of the alert."""
    since = 'ALERTS_FOR_STATE{alertname=~"(Azure|PartnerCenter).+",account=~"$account|"}'
    return table(
        "Firing alerts",
        "Firing alerts of the selected accounts, the most severe first, at most 100. The link of an alert opens the "
        "runbook, which describes what to do.",
        KEYS,
        Query(_about(_ranked()), "Severity"),
        Query(f"(time() - {_about(f'({since} and ignoring (alertstate) {_ranked()})')}) / 3600", "Active (h)"),
        sort="Severity",
        units={"Severity": COUNT, "Active (h)": HOURS},
        texts={"Severity": texts(SEVERITIES)},
        links={"Alert": ("Runbook", f"{RUNBOOK}#${{__data.fields.Alert}}")},
        widths={"Alert": 265, "Account": 132, "Currency": 80, "Severity": 85, "Active (h)": 90, "Scope": 178},
        shortened={"Scope": SCOPES},
        hidden=("Id",),
        empty="no alert is firing",
    )


ATTENTION = Row(
    "Alerts",
    (
        (
            stat(
                "Firing by severity",
                "Number of firing alerts of the selected accounts. Critical alerts page someone; warnings are for "
                "working hours.",
                COUNT,
                *(Query(_count(name), name, colour=colour) for name, colour in SEVERITIES.values()),
            ),
            24,
            4,
        ),
        (_firing(), 24, 9),
    ),
)
