"""*Azure billing / B2C*: users, authentications, multi-factor authentications, and the bill."""

from exporter.mixin.dashboards.b2c_bill import BILL, BILLED
from exporter.mixin.dashboards.board import Row, Variable, dashboard
from exporter.mixin.dashboards.panels import COUNT, Query, bars, table, timeseries

ACCOUNT = Variable("account", "Account", "label_values(azure_b2c_users, account)")
CURRENCY = Variable(
    "currency",
    "Currency",
    'label_values(azure_b2c_estimated_cost_month_to_date{account=~"$account"}, currency)',
    multi=False,
)
APPLICATION = Variable(
    "application",
    "Application",
    'label_values(azure_b2c_application_authentications_month_to_date{account=~"$account"}, application)',
)
MINE = 'account=~"$account"'
CHOSEN = f'{MINE},application=~"$application"'

USERS = Row(
    "Users",
    (
        (
            bars(
                "Users",
                "Users on the newest reported day, by identity provider.",
                COUNT,
                Query(f"sort_desc(sum by (identity_provider) (azure_b2c_users{{{MINE}}}))", "{{identity_provider}}"),
            ),
            8,
            8,
        ),
        (
            bars(
                "Registered in 10 days",
                "Growth of the number of users over ten days, by identity provider.",
                COUNT,
                Query(
                    f"sort_desc(sum by (identity_provider) (azure_b2c_users_registered_trailing_10d{{{MINE}}}))",
                    "{{identity_provider}}",
                ),
            ),
            6,
            8,
        ),
        (
            timeseries(
                "Users over time",
                "Users by identity provider.",
                COUNT,
                Query(f"sum by (identity_provider) (azure_b2c_users{{{MINE}}})", "{{identity_provider}}"),
                stacked=True,
            ),
            10,
            8,
        ),
    ),
)
AUTHENTICATIONS = Row(
    "Authentications",
    (
        (
            timeseries(
                "Daily authentications by flow",
                "Billable authentications on the newest complete day.",
                COUNT,
                Query(f"sum by (flow) (azure_b2c_authentications_daily{{{MINE}}})", "{{flow}}"),
                stacked=True,
            ),
            14,
            8,
        ),
        (
            bars(
                "Month to date by flow",
                "Billable authentications since the first day of the month.",
                COUNT,
                Query(f"sort_desc(sum by (flow) (azure_b2c_authentications_month_to_date{{{MINE}}}))", "{{flow}}"),
            ),
            10,
            8,
        ),
        (
            table(
                "Applications",
                "Authentications and multi-factor authentications of each configured application.",
                {"application": "Application", "application_id": "Id"},
                Query(
                    "sum by (application, application_id) "
                    f"(azure_b2c_application_authentications_month_to_date{{{CHOSEN}}})",
                    "Authentications this month",
                ),
                Query(
                    "sum by (application, application_id) "
                    f"(azure_b2c_application_authentications_trailing_30d{{{CHOSEN}}})",
                    "In 30 days",
                ),
                Query(
                    "sum by (application, application_id) "
                    f"(azure_b2c_application_mfa_requests_month_to_date{{{CHOSEN}}})",
                    "MFA this month",
                ),
                sort="Authentications this month",
                units={"Authentications this month": COUNT, "In 30 days": COUNT, "MFA this month": COUNT},
            ),
            24,
            7,
        ),
    ),
)
MFA = Row(
    "Multi-factor authentications",
    (
        (
            timeseries(
                "Daily by method",
                "The newest complete day, and the mean of the four preceding weeks. A sudden rise may be fraud.",
                COUNT,
                Query(f"azure_b2c:mfa_requests_daily:by_method{{{MINE}}}", "{{method}}"),
                Query(f"azure_b2c:mfa_requests_daily:by_method_mean_4w{{{MINE}}}", "{{method}}, mean"),
            ),
            14,
            8,
        ),
        (
            bars(
                "In 30 days by method",
                "Multi-factor authentications in the last 30 days of the report.",
                COUNT,
                Query(f"sort_desc(sum by (method) (azure_b2c_mfa_requests_trailing_30d{{{MINE}}}))", "{{method}}"),
            ),
            10,
            8,
        ),
    ),
)

BOARD = dashboard(
    "azure-billing-b2c",
    "Azure billing / B2C",
    "Users, authentications and multi-factor authentications, the estimated bill, and what Azure bills.",
    (ACCOUNT, CURRENCY, APPLICATION),
    (USERS, AUTHENTICATIONS, MFA, BILL, BILLED),
)
