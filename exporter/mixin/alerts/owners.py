"""Who handles an alert, for the runbook; an installation routes by account and severity."""

BUDGET_OWNER = """
The owner of the budget, or the FinOps team. Route by `account`; `severity` says how urgent it is: page someone for
critical, open a ticket for warning, and collect info in a digest.
"""
FINANCE = "Whoever signs the agreement and pays its invoices, usually procurement or the FinOps team."
PARTNER = "The account manager of the customer at the partner. Route by `account`."
SUBSCRIPTION = (
    "The owner of the subscription together with the FinOps team; the security team if nobody knows the cause."
)
SECURITY = "The team that is responsible for customer identities, together with the security team."
OPERATIONS = "The team that operates the exporter."
ADMINISTRATORS = "The administrators of the account's credentials, informed by the team that operates the exporter."
