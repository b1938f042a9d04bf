"""Azure AD B2C: multi-factor authentications, and the free allowance."""

from exporter.mixin.rules import Alert, Section
from exporter.mixin.templates import COUNT, PERCENTAGE, label, series, value

MFA_JUMPED = Section(
    "Multi-factor authentications have jumped",
    meaning="""
    Multi-factor authentications by one method are more than three times the mean of the last four weeks, and more than
    100 above it. In telephone fraud, attackers sign up repeatedly with numbers that earn them money for every call or
    message. A successful campaign also causes a jump; in that case the number of users grows as well.
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
    method temporarily. The alert resolves with the data of a normal day.
    """,
    silencing="For an announced campaign, by `account` and `method`, until it ends.",
)

FREE_ALLOWANCE = Section(
    "The free allowance is nearly used",
    meaning="""
    90 % of the monthly free quantity of the configured price list is used. All tenants that are linked to one
    subscription share the allowance, but the exporter sees only the configured tenant.
    """,
    impact="Units beyond the free quantity cost money.",
    diagnosis="""
    Compare the used share and the estimated cost of the month:

        azure_b2c_free_quantity_used_ratio{account="…"}
        azure_b2c_estimated_cost_month{account="…"}
    """,
    mitigation="""
    Expect the cost, or find out whether the users are genuine. The alert resolves with the first data of the new month.
    """,
    silencing="By `account` and `component`, for as long as you expect to exceed the allowance.",
)

ALERTS = (
    Alert(
        "AzureB2cMfaRequestsJump",
        "critical",
        """
        azure_b2c:mfa_requests_daily:by_method
        > 3 * (azure_b2c:mfa_requests_daily:by_method_mean_4w or azure_b2c:mfa_requests_daily:by_method * 0)
        and azure_b2c:mfa_requests_daily:by_method
        - (azure_b2c:mfa_requests_daily:by_method_mean_4w or azure_b2c:mfa_requests_daily:by_method * 0) > 100
        and on (account) last_over_time(azure_b2c:mfa_requests_daily:by_method[2d] offset 1w)
        """,
        for_="10m",
        summary="Multi-factor authentications have jumped, which may be telephone fraud.",
        description=f"""
        On the newest complete day, account {label("account")} had {value(COUNT)} multi-factor authentications by
        {label("method")}, more than three times the daily mean over the last four weeks.
        """,
        runbook=MFA_JUMPED,
        comment="Telephone fraud starts with a few hundred calls.",
    ),
    Alert(
        "AzureB2cFreeAllowanceNearlyUsed",
        "warning",
        "max by (account, component) (azure_b2c_free_quantity_used_ratio) >= 0.9",
        summary="The monthly free allowance of Azure AD B2C is nearly used up.",
        description=f"""
        {value(PERCENTAGE)} of this month's free {label("component")} of account {label("account")} are used:
        {series("azure_b2c_billed_quantity_month_to_date", ("account", "component"), COUNT)}
        of {series("azure_b2c_free_quantity", ("account", "component"), COUNT)}.
        """,
        runbook=FREE_ALLOWANCE,
    ),
)
