"""The meaning of what Azure Resource Manager and Cost Management refuse, and what to do about it."""

from exporter.apis.cost_management.scope import Kind, Scope
from exporter.auth import CLIENT_ID
from exporter.errors import Reason, Rejected

ENROLLMENT_READER, DEPARTMENT_READER = "24f8edb6-1668-4659-b5e2-40bb5f3a7d7e", "db609904-a47f-4794-9be8-9bd86fbffd8a"
"""Role definitions of an Enterprise Agreement."""
CHARGES_OFF = (
    "the enrollment's policies hide charges: an enrollment administrator turns on "
    "`Department Admins view charges` and `Account Owners view charges` in Cost Management + Billing, Policies"
)
PORTAL_ROLES = {
    Kind.BILLING_ACCOUNT: "Billing account reader",
    Kind.BILLING_PROFILE: "Billing profile reader",
    Kind.INVOICE_SECTION: "Invoice section reader",
}
ADVICE = {
    "accountcostdisabled": CHARGES_OFF,
    "departmentcostdisabled": CHARGES_OFF,
    "indirectcostdisabled": "the partner does not show costs to this customer: the partner turns on the cost policy "
    "of the customer or of the enrollment",
    "invalidauthenticationtoken": "",
    "expiredauthenticationtoken": "",
    "invalidauthenticationtokentenant": "the identity belongs to another tenant than the scope: set the `tenant` of "
    "the scope's directory",
    "subscriptionnotfound": "check the id, and that the subscription belongs to the tenant of the identity",
    "resourcegroupnotfound": "check the name of the resource group and the id of its subscription",
    "subscriptiontypenotsupported": "Cost Management has no costs for this kind of subscription",
}
"""What to do about an error code, in lower case; nothing where the credential itself is refused."""
QUERY_INSTEAD = "cost details reports exist {}: set `usage: {{download: query}}`"
TEXTS = (
    ("offer type: webdirect", QUERY_INSTEAD.format("for Enterprise Agreements and Microsoft Customer Agreements only")),
    (
        "supports only enterprise agreement",
        "the subscription's offer has no costs in Cost Management, as those of sponsorships",
    ),
    (
        "does not have any valid subscriptions",
        "check that the management group has subscriptions, and that their offers have costs in Cost Management",
    ),
    ("start date must be after", "cost details reports go back 13 months: use an export, or a later period"),
)
"""What to do, by a part of the message, in lower case."""
WITHOUT_REPORTS = frozenset({Kind.MANAGEMENT_GROUP, Kind.RESOURCE_GROUP})


def explained(refused: Rejected, scope: Scope, application: str = "") -> Rejected:
    """The same refusal, with what to do about it where that is known; `application` is the client id, if known."""
    return refused.with_advice(_advice(refused, scope, application or CLIENT_ID))


def _advice(refused: Rejected, scope: Scope, client_id: str) -> str:
    text = str(refused).lower()
    if not refused.status:  # the credential's own failure: nothing was answered about the scope
        return ""
    if (known := ADVICE.get(refused.code.lower())) is not None:
        return known
    if refused.reason in {Reason.UNAUTHORIZED, Reason.FORBIDDEN}:
        return missing_role(scope, client_id)
    if stated := next((advice for part, advice in TEXTS if part in text), None):
        return stated
    if refused.reason is not Reason.NOT_FOUND:
        return ""
    if "the resource you are looking for has been removed" in text and scope.kind in WITHOUT_REPORTS:
        return QUERY_INSTEAD.format(f"at no {scope.kind}")
    return f"check that the {scope.kind} {scope.path} exists, and that the identity is of its tenant"


def missing_role(scope: Scope, client_id: str) -> str:
    """Which role the identity needs to read costs of the scope, and the command that grants it."""
    match scope.kind:
        case Kind.ENROLLMENT:
            text = f"{_billing_role(scope, 'EnrollmentReader', ENROLLMENT_READER)}; if it has the role, {CHARGES_OFF}"
        case Kind.DEPARTMENT:
            text = f"{_billing_role(scope, 'DepartmentReader', DEPARTMENT_READER)}; if it has the role, {CHARGES_OFF}"
        case Kind.ENROLLMENT_ACCOUNT:
            text = "an enrollment account is readable to its owner; give an application the role EnrollmentReader, and "
            text += "set `enrollment`"
        case Kind.CUSTOMER:
            text = "the partner's tenant decides who reads costs of a customer: admin agents and billing administrators"
        case Kind.BILLING_ACCOUNT | Kind.BILLING_PROFILE | Kind.INVOICE_SECTION as kind:
            text = f"the identity needs the role {PORTAL_ROLES[kind]}: in the portal, open Cost Management + Billing, "
            text += f"the {kind}, Access control (IAM), Add, and select the application"
        case _:
            text = "the identity needs the role Cost Management Reader, which takes minutes to become effective: "
            text += f'az role assignment create --role "Cost Management Reader" --assignee {client_id} '
            text += f'--scope "{scope.path}"'
    return text


def _billing_role(scope: Scope, role: str, definition: str) -> str:
    """The role, and the call that grants it; the portal does not show it."""
    body = (
        '{"properties": {"principalId": "<object id of the enterprise application>", '
        '"principalTenantId": "<tenant id>", '
        f'"roleDefinitionId": "{scope.path}/billingRoleDefinitions/{definition}"}}}}'
    )
    return (
        f"the identity needs the role {role}, which an enrollment administrator grants: az rest --method put "
        f"--url \"{scope.path}/billingRoleAssignments/<new GUID>?api-version=2019-10-01-preview\" --body '{body}'"
    )
