"""Azure AD B2C: multi-factor authentications by telephone, and the free allowance."""

from exporter.mixin.alerts.owners import BUDGET_OWNER, SECURITY
from exporter.mixin.recording.days import MFA, same_weekday
from exporter.mixin.rules import Alert, Section, Severity
from exporter.mixin.templates import COUNT, MONTH, PERCENTAGE, as_of, dashboard, first, label, queried, value

MFA_JUMPED = Section(
    "Multi-factor authentications have jumped",
    meaning="""
    Multi-factor authentications by text message or call are more than three times the mean of the last four weeks and
    more than 100 above it, and more than twice as many as on the same weekday of each of these weeks. Other methods,
    such as authenticator apps, are not watched, because nobody earns money with them. In telephone fraud, attackers
    sign up repeatedly with numbers that earn them money for every call or message. A successful campaign also causes a
    jump; in that case the number of users grows as well. The alert needs a week of history.
    """,
    impact="Each text message and call costs money, whether or not the authentication succeeds.",
    diagnosis="""
    Compare methods and applications:

        sum by (method) (azure_b2c_mfa_requests_daily{account="…"})
        sum by (application) (azure_b2c_application_mfa_requests_month_to_date{account="…"})

    Search the sign-in logs for a single country code or IP range, and for sign-ups that are never completed.
    """,
    mitigation="""
    Block the country codes that you do not serve, require a CAPTCHA before the phone verification, or disable the
    method temporarily.
    """,
    resolution="""
    Two hours after the data of a normal day has arrived, or when the number has become usual: a third of it is the mean
    of four weeks, or it was half as high on the same weekday before.
    """,
    silencing="For an announced campaign, by `account` and `method`, until it ends.",
    ownership=SECURITY,
)

FREE_ALLOWANCE = Section(
    "The free allowance is nearly used",
    meaning="""
    90 % (warning) or all (info) of the monthly free quantity of the configured price list is used. All tenants that are
    linked to one subscription share the allowance, but the exporter sees only the configured tenant.
    """,
    impact="Units beyond the free quantity cost money.",
    diagnosis="""
    Compare the used share and the estimated cost of the month:

        azure_b2c_free_quantity_used_ratio{account="…"}
        azure_b2c_estimated_cost_month{account="…"}
    """,
    mitigation="""
    Expect the cost, or find out whether the users are genuine. A budget for the estimated bill says more than the
    allowance once it is exceeded (`budgets`).
    """,
    resolution="""
    `AzureB2cFreeAllowanceNearlyUsed` when all of it is used and `AzureB2cFreeAllowanceUsedUp` fires; both with the
    first data of the new month, or a day after the last data; six hours after a correction by a few percentage points.
    """,
    silencing="By `account` and `component`, for as long as you expect to exceed the allowance.",
    ownership=BUDGET_OWNER,
)

TELEPHONE = f'{MFA}{{method=~"(?i).*(sms|phone|voice|call|text).*",method!~"(?i).*phone.?app.*"}}'
"""The methods PhoneAppOTP and PhoneAppNotification are those of the authenticator app."""
USUAL = f"({MFA}_mean_4w or {MFA} * 0)"
WEEKDAYS = "\n        ".join(f"unless {MFA} <= 2 * {number}" for number in same_weekday(MFA))
B2C = dashboard("azure-billing-b2c", account="account")
USED_RATIO = "azure_b2c_free_quantity_used_ratio"
NOW = " or ".join(f"max by (account, component) (last_over_time({USED_RATIO}[{window}]))" for window in ("1h", "1d"))
USED = f"""(
          max by (account, component) (max_over_time({USED_RATIO}[6h])) <= ({NOW}) + 0.05
          or {NOW}
        )"""
"""The highest of six hours, so that a correction changes no alert; a new month is a larger decline."""


def _as_of(collector: str) -> str:
    return as_of(NEWEST, ("account",), f'collector="{collector}"')


NEWEST = "max(last_over_time(azure_billing_exporter_collector_data_timestamp_seconds%s[1d]))"
BILLED_MONTH = queried(f"{NEWEST} - 1", ("account",), f" of {MONTH}", matcher='collector="bill"')
"""The month of the bill, whose newest day ends at midnight."""


def _quantity(family: str) -> str:
    return queried(f"max(last_over_time({family}%s[1d]))", ("account", "component"), first(COUNT))


JUMPS = (
    Alert(
        "AzureB2cMfaRequestsJump",
        "critical",
        f"""
        {TELEPHONE}
        > 3 * {USUAL}
        and {MFA} - {USUAL} > 100
        {WEEKDAYS}
        and on (account) last_over_time({MFA}[2d] offset 1w)
        """,
        for_="10m",
        keep_firing_for="2h",
        summary="Multi-factor authentications by telephone have jumped, which may be fraud.",
        description=f"""
        On the newest complete day, account {label("account")} had {value(COUNT)} multi-factor authentications by
        {label("method")}, more than three times the daily mean over the last four
        weeks{_as_of("b2cMfaRequestCountSummary")}.
        """,
        runbook=MFA_JUMPED,
        dashboard=B2C,
        comment="Telephone fraud starts with a few hundred calls.",
    ),
)


def _allowance(name: str, severity: Severity, condition: str, summary: str) -> Alert:
    return Alert(
        name,
        severity,
        f"{USED} {condition}",
        summary=summary,
        description=f"""
        {value(PERCENTAGE)} of the free {label("component")}{BILLED_MONTH} of account {label("account")} are used:
        {_quantity("azure_b2c_billed_quantity_month_to_date")} of
        {_quantity("azure_b2c_free_quantity")}{_as_of("bill")}.
        """,
        runbook=FREE_ALLOWANCE,
        dashboard=B2C,
    )


ALERTS = (
    _allowance(
        "AzureB2cFreeAllowanceNearlyUsed",
        "warning",
        ">= 0.9 < 1",
        "The monthly free allowance of Azure AD B2C is nearly used up.",
    ),
    _allowance(
        "AzureB2cFreeAllowanceUsedUp",
        "info",
        ">= 1",
        "The monthly free allowance of Azure AD B2C is used up, and further use costs money.",
    ),
)
