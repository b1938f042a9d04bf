"""Credentials that expire, and sign-ins that will be refused."""

from dataclasses import replace

from exporter.mixin.alerts.owners import ADMINISTRATORS
from exporter.mixin.rules import Alert, Section
from exporter.mixin.templates import as_read, dashboard, label

EXPIRES = Section(
    "A credential is about to expire",
    meaning="A credential expires in less than 30 days (warning) or 7 days (critical), or it has expired (critical).",
    impact="All reports of the account fail once it has expired.",
    diagnosis="""
    The label `credential` names it. When it expires:

        azure_billing_exporter_credential_expiry_timestamp_seconds{account="…"} - time()
    """,
    mitigation="""
    By credential:

    - `api_key`: create a new key in the EA portal (*Reports > Download Usage > API Access Key*) and write it to the
      file. The exporter reads the file at the next use.
    - `certificate`: renew the certificate, add it to the application, and replace the file.
    - `refresh_token`: the token expires 90 days after its last use, so the exporter has not used it for weeks. Find out
      why, then run `azure-billing-exporter login <account>`.
    """,
    resolution="""
    When the exporter uses a credential that expires later. The warning resolves when the critical alert fires.
    """,
    silencing="If the account will be removed before, by `account` and `credential`, until then.",
    ownership=ADMINISTRATORS,
)

WITHOUT_MFA = Section(
    "A sign-in without multi-factor authentication",
    meaning="""
    `partner_center_mfa_compliant` is 0: Partner Center still responds, but the sign-in does not prove multi-factor
    authentication.
    """,
    impact="""
    Microsoft has announced that tokens whose sign-in does not prove multi-factor authentication will be refused, and
    enforces this step by step. A refresh token that was obtained without multi-factor authentication cannot prove it
    later.
    """,
    diagnosis="""
    Make sure that multi-factor authentication is required for the user who signs in (Conditional Access, security
    defaults).
    """,
    mitigation="""
    Sign in again. The command rejects a sign-in without multi-factor authentication:

        azure-billing-exporter login <account> --config.file=…
    """,
    resolution="With the next run of the collector `usagerecords`, if the sign-in proves multi-factor authentication.",
    silencing="By `account`, until the user can sign in with multi-factor authentication.",
    ownership=ADMINISTRATORS,
)

EXPIRY = "min by (account, credential) (last_over_time(azure_billing_exporter_credential_expiry_timestamp_seconds[1h]))"
READ = as_read(("account",), 'collector="usagerecords"')
EXPORTER = dashboard("azure-billing-exporter", account="account")

EXPIRES_IN_A_MONTH = Alert(
    "AzureBillingCredentialExpires",
    "warning",
    f"{EXPIRY} - time() >= 7 * 86400 < 30 * 86400",
    summary="A credential is about to expire, or has expired.",
    description="""
    The {{ $labels.credential }} of account {{ $labels.account }}
    {{ if lt $value 0.0 }}has expired{{ else }}expires in {{ $value | humanizeDuration }}{{ end }}.
    """,
    runbook=EXPIRES,
    dashboard=EXPORTER,
)

ALERTS = (
    EXPIRES_IN_A_MONTH,
    replace(EXPIRES_IN_A_MONTH, severity="critical", expr=f"{EXPIRY} - time() < 7 * 86400"),
    Alert(
        "PartnerCenterSignInWithoutMfa",
        "warning",
        "min by (account) (last_over_time(partner_center_mfa_compliant[1h])) == 0",
        for_="10m",
        summary="A sign-in to Partner Center does not prove multi-factor authentication.",
        description=f"""
        Partner Center reports that the sign-in of account {label("account")} does not prove multi-factor
        authentication{READ}. Once Partner Center enforces this, all requests will be refused. Sign in again:
        azure-billing-exporter login {label("account")} --config.file=FILE
        """,
        runbook=WITHOUT_MFA,
        dashboard=EXPORTER,
    ),
)
