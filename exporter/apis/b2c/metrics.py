"""The families of the usage reports."""

from operator import attrgetter

from exporter.apis.b2c.records import ActiveUsers, Charge, Part
from exporter.model.families import Family, Labels, Lasts

EXCESS = (
    "with Microsoft Graph each user is in one part, with Azure AD Graph users of two providers are in both, and "
    "`unattributed` makes up for them, also below zero."
)
SINCE = "since the first of the month, UTC."
PROVIDER = Labels.from_attributes(identity_provider="breakdown_key")
FLOW = Labels.from_attributes(flow="breakdown_key")
METHOD = Labels.from_attributes(method="breakdown_key")
APPLICATION = {"application_id": "application.id", "application": "application.label"}
COMPONENT = Labels.from_attributes(component="component")
COST = Labels.from_attributes(component="component", currency="currency")


def _family(
    source: type[ActiveUsers | Part | Charge],
    name: str,
    attribute: str,
    text: str,
    labels: Labels,
    lasts: Lasts = Lasts.PERIOD,
) -> Family:
    text = f"{text} Refreshed in the background."
    return Family(name, text, labels, attrgetter(attribute), source=source, lasts=lasts)


def _window(name: str, window: str, text: str, labels: Labels, lasts: Lasts = Lasts.PERIOD) -> Family:
    return _family(Part, f"{name}_{window}", window, text, labels, lasts)


def _of_tenant(name: str, what: str, labels: Labels) -> tuple[Family, ...]:
    trailing = f"{what} in the 30 days up to the newest reported day."
    return (
        _window(
            name,
            "daily",
            f"{what} on the newest complete day: of user insights the newest reported day, else the day before it.",
            labels,
            Lasts.DAY,
        ),
        _window(name, "month_to_date", f"{what} {SINCE}", labels),
        _window(name, "trailing_30d", trailing, labels, Lasts.ALWAYS),
    )


def _of_application(name: str, what: str, labels: Labels) -> tuple[Family, ...]:
    trailing = f"{what} of one application in the report's last 30 days."
    return (
        _window(name, "month_to_date", f"{what} of one application {SINCE}", labels),
        _window(name, "trailing_30d", trailing, labels, Lasts.ALWAYS),
    )


USERS = (
    _family(
        Part,
        "azure_b2c_users",
        "newest",
        f"Users on the newest reported day, by where their credentials are stored; {EXCESS}",
        PROVIDER,
        Lasts.ALWAYS,
    ),
    _family(
        Part,
        "azure_b2c_users_registered_trailing_10d",
        "trailing_10d",
        "Users who registered in ten days: with Microsoft Graph by the day of creation, among the users that exist; "
        "with other sources users on the newest reported day minus users ten days before, absent without both.",
        PROVIDER,
        Lasts.ALWAYS,
    ),
)
AUTHENTICATIONS = _of_tenant("azure_b2c_authentications", "Billable authentications", FLOW)
MFA_REQUESTS = _of_tenant("azure_b2c_mfa_requests", "Multi-factor authentications", METHOD)
APPLICATION_AUTHENTICATIONS = _of_application(
    "azure_b2c_application_authentications",
    "Billable authentications",
    Labels.from_attributes(**APPLICATION, flow="breakdown_key"),
)
APPLICATION_MFA_REQUESTS = _of_application(
    "azure_b2c_application_mfa_requests",
    "Multi-factor authentications",
    Labels.from_attributes(**APPLICATION, method="breakdown_key"),
)
ACTIVE_USERS = (
    _family(
        ActiveUsers,
        "azure_b2c_monthly_active_users",
        "users",
        "Users to whom a token was issued in the current month, UTC, each counted once; absent if the month "
        "was not read from its first day on.",
        Labels.from_attributes(),
    ),
)
BILL = (
    _family(
        Charge,
        "azure_b2c_estimated_cost_month_to_date",
        "cost",
        "Estimated cost of this month's usage so far by the configured price list, in currency units; absent for all "
        "components while the usage of one is not known.",
        COST,
    ),
    _family(
        Charge,
        "azure_b2c_estimated_component_cost_month_to_date",
        "component_cost",
        "Estimated cost of one component of the bill this month so far, also while the usage of another one is not "
        "known: then the sum over components is less than the bill.",
        COST,
    ),
    _family(
        Charge,
        "azure_b2c_estimated_cost_month",
        "cost_month",
        "Estimated cost of the whole month's expected usage by the configured price list, in currency units; absent "
        "for all components while that of one is not known.",
        COST,
    ),
    _family(
        Charge,
        "azure_b2c_billed_quantity_month_to_date",
        "quantity",
        "Users, authentications or multi-factor authentications in this month's estimated bill so far.",
        COMPONENT,
    ),
    _family(
        Charge,
        "azure_b2c_free_quantity",
        "free",
        "Quantity of the component that is free of charge each month by the configured price list.",
        COMPONENT,
    ),
    _family(
        Charge,
        "azure_b2c_free_quantity_used_ratio",
        "free_used_ratio",
        "Billed quantity divided by the free quantity: 1 if all of it is used, absent if nothing is free.",
        COMPONENT,
    ),
)
