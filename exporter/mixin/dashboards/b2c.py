"""*Azure billing / B2C*: users, authentications, multi-factor authentications, and the bill."""

from exporter.mixin.dashboards.b2c_bill import BILL, BILLED
from exporter.mixin.dashboards.board import Row, dashboard
from exporter.mixin.dashboards.panels import COUNT, OTHERS, RATIO, Json, Query, timeseries
from exporter.mixin.dashboards.tables import limited, table
from exporter.mixin.dashboards.variables import Variable, currency

ACCOUNT = Variable("account", "Account", "label_values(azure_b2c_users, account)")
CURRENCY = currency("azure_billing:cost:month_to_date", 'account=~"$account",collector="bill"')
APPLICATION = Variable(
    "application",
    "Application",
    'label_values(azure_b2c_application_authentications_month_to_date{account=~"$account"}, application)',
)
MINE = 'account=~"$account"'
CHOSEN = f'{MINE},application=~"$application"'
LABELS = {"identity_provider": "Identity provider", "flow": "Flow", "method": "Method"}
APPLICATIONS = {"account": "Account", "application": "Application", "application_id": "Id"}


def _by(label: str, name: str) -> str:
    """Counts by account and a label; two replicas publish the same ones."""
    return f"max by (account, {label}) ({name}{{{MINE}}})"


def _ten(label: str, name: str) -> str:
    """The ten largest counts as of the end of the time range."""
    return f"topk(10, max by (account, {label}) ({name}{{{MINE}}} @ end()))"


def _largest(label: str, name: str) -> tuple[Query, Query]:
    """The ten largest counts, and the sum of all others: tenants do not share users."""
    counts, keys = _by(label, name), f"on (account, {label}) {_ten(label, name)}"
    return (
        Query(f"{counts} and {keys}", f"{{{{{label}}}}}, {{{{account}}}}"),
        Query(f"sum({counts} unless {keys})", "all others", colour=OTHERS),
    )


def _methods(name: str) -> str:
    ten = _ten("method", "azure_b2c:mfa_requests_daily:by_method")
    return limited(f"{name}{{{MINE}}}", ("account", "method"), ten)


def _counts(title: str, description: str, label: str, name: str) -> Json:
    """The counts of each account by a label, and their share of its sum."""
    columns = {label: LABELS[label], "account": "Account"}
    return table(
        title,
        description,
        columns,
        Query(_by(label, name), "Count"),
        Query(f"{_by(label, name)} / on (account) group_left () (sum by (account) ({_by(label, name)}) > 0)", "Share"),
        sort="Count",
        units={"Count": COUNT, "Share": RATIO},
        gauges=("Share",),
        widths={"Count": 70, "Share": 120, "Account": 140},
    )


def _application(name: str) -> str:
    labels = ", ".join(APPLICATIONS)
    part = "method" if "mfa" in name else "flow"
    return f"sum by ({labels}) (max by ({labels}, {part}) (azure_b2c_application_{name}{{{CHOSEN}}}))"


USERS = Row(
    "Users",
    (
        (
            _counts(
                "Users",
                "Users on the newest reported day, by account and identity provider.",
                "identity_provider",
                "azure_b2c_users",
            ),
            12,
            9,
        ),
        (
            _counts(
                "Registered in 10 days",
                "Growth of the number of users over ten days, by account and identity provider.",
                "identity_provider",
                "azure_b2c_users_registered_trailing_10d",
            ),
            12,
            9,
        ),
        (
            timeseries(
                "Users over time",
                "Users by account and identity provider: the ten largest parts, and all others together.",
                COUNT,
                *_largest("identity_provider", "azure_b2c_users"),
                stacked=True,
                interval="1h",
                wide=True,
            ),
            24,
            9,
        ),
    ),
)
AUTHENTICATIONS = Row(
    "Authentications and multi-factor authentications (MFA)",
    (
        (
            timeseries(
                "Daily authentications by flow",
                "Billable authentications on the newest complete day, shown at the time it was read: the ten largest "
                "flows, and all others together.",
                COUNT,
                *_largest("flow", "azure_b2c_authentications_daily"),
                days=True,
                wide=True,
            ),
            24,
            10,
        ),
        (
            timeseries(
                "Daily MFA by method",
                "Multi-factor authentications: the ten largest methods on the newest complete day, and the mean of the "
                "four preceding weeks (dashed). A sudden rise may be fraud.",
                COUNT,
                Query(_methods("azure_b2c:mfa_requests_daily:by_method"), "{{method}}, {{account}}"),
                Query(
                    _methods("azure_b2c:mfa_requests_daily:by_method_mean_4w"),
                    "{{method}}, {{account}}, mean",
                    dashed=True,
                ),
                interval="1h",
                wide=True,
            ),
            24,
            11,
        ),
        (
            _counts(
                "Authentications of the month by flow",
                "Billable authentications since the first day of the month.",
                "flow",
                "azure_b2c_authentications_month_to_date",
            ),
            12,
            9,
        ),
        (
            _counts(
                "MFA in 30 days by method",
                "Multi-factor authentications in the last 30 days of the report.",
                "method",
                "azure_b2c_mfa_requests_trailing_30d",
            ),
            12,
            9,
        ),
        (
            table(
                "Applications",
                "Authentications and multi-factor authentications of each configured application.",
                APPLICATIONS,
                Query(f"topk(100, {_application('authentications_month_to_date')})", "Authentications"),
                Query(
                    limited(
                        _application("authentications_trailing_30d"),
                        list(APPLICATIONS),
                        f"topk(100, {_application('authentications_month_to_date')})",
                    ),
                    "In 30 days",
                ),
                Query(
                    limited(
                        _application("mfa_requests_month_to_date"),
                        list(APPLICATIONS),
                        f"topk(100, {_application('authentications_month_to_date')})",
                    ),
                    "MFA this month",
                ),
                sort="Authentications",
                units={"Authentications": COUNT, "In 30 days": COUNT, "MFA this month": COUNT},
                widths={"Account": 132, "Id": 322, "Authentications": 135, "In 30 days": 90, "MFA this month": 125},
            ),
            24,
            7,
        ),
    ),
)

BOARD = dashboard(
    "azure-billing-b2c",
    "Azure billing / B2C",
    "Users, authentications and multi-factor authentications, the estimated bill, and what Azure bills.",
    (ACCOUNT, CURRENCY, APPLICATION),
    (BILL, USERS, AUTHENTICATIONS, BILLED),
)
