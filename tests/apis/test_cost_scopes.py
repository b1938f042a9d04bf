"""Scopes of Cost Management, and what is advised for each of them."""

import pytest
from pydantic_core import PydanticCustomError

from exporter.apis.cost_management.exports.refusals import explained as storage_refusal
from exporter.apis.cost_management.refusals import explained
from exporter.apis.cost_management.scope import PATHS, Kind, Scope
from exporter.errors import Reason, Rejected, SignInRequired

ACCOUNT = "/providers/Microsoft.Billing/billingAccounts"
MCA = "00000000-0000-4000-8000-00000000000a:00000000-0000-4000-8000-00000000000b_2019-05-31"
GUID = "22222222-0000-4000-8000-000000000001"
KINDS = {
    f"{ACCOUNT}/100": Kind.ENROLLMENT,
    f"{ACCOUNT}/V5702303S0121": Kind.ENROLLMENT,
    f"{ACCOUNT}/100/departments/7": Kind.DEPARTMENT,
    f"{ACCOUNT}/100/enrollmentAccounts/8": Kind.ENROLLMENT_ACCOUNT,
    f"{ACCOUNT}/{MCA}": Kind.BILLING_ACCOUNT,
    f"{ACCOUNT}/{GUID}": Kind.BILLING_ACCOUNT,
    f"{ACCOUNT}/{MCA}/billingProfiles/ABCD-EFGH": Kind.BILLING_PROFILE,
    f"{ACCOUNT}/{MCA}/billingProfiles/ABCD-EFGH/invoiceSections/IJKL": Kind.INVOICE_SECTION,
    f"{ACCOUNT}/{MCA}/invoiceSections/IJKL": Kind.INVOICE_SECTION,
    f"{ACCOUNT}/{MCA}/customers/{GUID}": Kind.CUSTOMER,
    "/providers/Microsoft.Management/managementGroups/all": Kind.MANAGEMENT_GROUP,
    f"/subscriptions/{GUID}": Kind.SUBSCRIPTION,
    f"/subscriptions/{GUID}/resourceGroups/shop(1)": Kind.RESOURCE_GROUP,
    "/providers/Microsoft.Unknown/things/1": Kind.OTHER,
}


@pytest.mark.parametrize(("path", "kind"), KINDS.items())
def test_the_kind_of_a_path_is_recognized(path: str, kind: Kind) -> None:
    """Without regard to case and to slashes around."""
    assert Scope(path, kind) == Scope.from_path(path) == Scope.from_path(f"{path}/") == Scope.from_path(path[1:])
    assert kind is Scope.from_path(path.upper()).kind


@pytest.mark.parametrize("names", PATHS)
def test_keys_name_a_scope_of_their_kind(names: tuple[str, ...]) -> None:
    """The last of them says what it is."""
    scope = Scope.from_keys({name: MCA if name == "billing_account" else "100" for name in names})
    assert names[-1].replace("_", " ") == scope.kind
    assert scope == Scope.from_keys({"scope": scope.path})


def test_billing_scopes_are_told_apart() -> None:
    """They have another default."""
    assert {
        Kind.ENROLLMENT,
        Kind.DEPARTMENT,
        Kind.ENROLLMENT_ACCOUNT,
        Kind.BILLING_ACCOUNT,
        Kind.BILLING_PROFILE,
        Kind.INVOICE_SECTION,
        Kind.CUSTOMER,
    } == {kind for path, kind in KINDS.items() if Scope.from_path(path).is_billing}


@pytest.mark.parametrize("colon", [":", "%3A", "%3a"])
def test_a_path_is_encoded_once_at_most(colon: str) -> None:
    """The colon of a billing account stays as it is; what no path can hold is encoded."""
    assert f"{ACCOUNT}/{MCA}" == Scope.from_path(f"{ACCOUNT}/{MCA.replace(':', colon)}").path
    assert "/subscriptions/x/resourceGroups/caf%C3%A9" == Scope.from_path("/subscriptions/x/resourceGroups/café").path
    assert (
        "/subscriptions/x/resourceGroups/caf%C3%A9" == Scope.from_path("subscriptions/x/resourceGroups/caf%C3%A9").path
    )


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "must be a path such as"),
        ("/", "must be a path such as"),
        ("subscriptions", "must be a path such as"),
        ("/subscriptions//x", "must be a path such as"),
        ("//example.com/x", "must be a path such as"),
        ("https://management.azure.com/subscriptions/x", "must be a path such as"),
        ("/subscriptions/../x", "without"),
        ("/subscriptions/%2e%2E/x", "without"),
        ("/subscriptions/.", "without"),
        ("/subscriptions/x?y=1", "without"),
        ("/subscriptions/x#y", "without"),
        ("/subscriptions/x y", "without"),
        ("/subscriptions/x%20y", "without"),
        ("/subscriptions/x%3Fy", "without"),
        ("/subscriptions/x%2Fy", "without"),
        ("/subscriptions/x%0Ay", "without"),
        ("/subscriptions/x\ty", "without"),
        ("/subscriptions\\x", "without"),
        (f"{ACCOUNT}/a%253Ab", "encoded twice"),
    ],
)
def test_what_is_no_path_is_an_error_of_the_configuration(path: str, message: str) -> None:
    with pytest.raises(PydanticCustomError, match=message):
        Scope.from_path(path)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "a scope is named by one of: enrollment, billing_account, billing_account and billing_profile, "),
        ({"billing_profile": "x"}, "not billing_profile$"),
        ({"resource_group": "x"}, ", subscription and resource_group, scope, not resource_group$"),
        ({"subscription": "x", "enrollment": "100"}, "not subscription and enrollment$"),
        ({"scope": "/a/b", "enrollment": "100"}, "not scope and enrollment$"),
        ({"subscription": ""}, "subscription: must be an id"),
        ({"subscription": "/subscriptions/x"}, "subscription: must be an id or a name; a whole path belongs in"),
        ({"management_group": ".."}, "without"),
    ],
)
def test_keys_that_name_no_scope_are_an_error_of_the_configuration(keys: dict[str, str], message: str) -> None:
    with pytest.raises(PydanticCustomError, match=message):
        Scope.from_keys(keys)


def refused(code: str, reason: Reason, status: int, text: str = "no") -> Rejected:
    return Rejected(f"{status} {code}: {text}", reason, code, status=status, body=b"{}")


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        (
            f"{ACCOUNT}/100",
            f'az rest --method put --url "{ACCOUNT}/100/billingRoleAssignments/<new GUID>?api-version=2019-10-01-prev',
        ),
        (f"{ACCOUNT}/100", f"{ACCOUNT}/100/billingRoleDefinitions/24f8edb6-1668-4659-b5e2-40bb5f3a7d7e"),
        (f"{ACCOUNT}/100", "Account Owners view charges"),
        (f"{ACCOUNT}/100/departments/7", "/departments/7/billingRoleDefinitions/db609904-a47f-4794-9be8-9bd86fbffd8a"),
        (f"{ACCOUNT}/100/enrollmentAccounts/8", "EnrollmentReader"),
        (f"{ACCOUNT}/{MCA}", "Billing account reader"),
        (f"{ACCOUNT}/{MCA}/billingProfiles/A", "Billing profile reader"),
        (f"{ACCOUNT}/{MCA}/invoiceSections/A", "Invoice section reader"),
        (f"{ACCOUNT}/{MCA}/customers/A", "admin agents"),
        ("/providers/Microsoft.Management/managementGroups/all", "--scope /providers/Microsoft.Management"),
        (
            f"/subscriptions/{GUID}",
            f'--role "Cost Management Reader" --assignee <client id> --scope /subscriptions/{GUID}',
        ),
        (f"/subscriptions/{GUID}/resourceGroups/shop", "/resourceGroups/shop"),
        ("/providers/Microsoft.Unknown/things/1", "Cost Management Reader"),
    ],
)
@pytest.mark.parametrize(("reason", "status"), [(Reason.UNAUTHORIZED, 401), (Reason.FORBIDDEN, 403)])
def test_a_missing_role_is_named_with_the_way_to_grant_it(path: str, advice: str, reason: Reason, status: int) -> None:
    found = explained(refused("AuthorizationFailed", reason, status), Scope.from_path(path))
    assert advice in str(found).replace(f'"{path}"', path)
    assert (reason, status, "AuthorizationFailed") == (found.reason, found.status, found.code)


@pytest.mark.parametrize(
    ("failure", "advice"),
    [
        (refused("IndirectCostDisabled", Reason.FORBIDDEN, 403), "the partner"),
        (refused("AccountCostDisabled", Reason.FORBIDDEN, 403), "view charges"),
        (refused("SubscriptionNotFound", Reason.NOT_FOUND, 404), "belongs to the tenant"),
        (refused("NotFound", Reason.NOT_FOUND, 404), f"check that the subscription /subscriptions/{GUID} exists"),
        (refused("InvalidAuthenticationTokenTenant", Reason.UNAUTHORIZED, 401), "another tenant"),
        (
            refused("400", Reason.BAD_REQUEST, 400, "Cost Management supports only Enterprise Agreement, Web direct"),
            "sponsorships",
        ),
        (
            refused("NotFound", Reason.NOT_FOUND, 404, "Management group x does not have any valid subscriptions"),
            "check that the management group has subscriptions",
        ),
    ],
)
def test_other_refusals_are_explained(failure: Rejected, advice: str) -> None:
    assert advice in str(explained(failure, Scope.from_path(f"/subscriptions/{GUID}")))


@pytest.mark.parametrize(
    "failure",
    [
        refused("InvalidAuthenticationToken", Reason.UNAUTHORIZED, 401),
        refused("BadRequest", Reason.BAD_REQUEST, 400),
        Rejected("secret.txt: not a secret", Reason.CREDENTIAL_UNREADABLE),
        SignInRequired("no token", "contoso"),
    ],
)
def test_what_is_not_about_the_scope_is_left_alone(failure: Rejected) -> None:
    """The credential, or the request."""
    assert failure is explained(failure, Scope.from_path(f"/subscriptions/{GUID}"))


def test_commands_have_the_client_id() -> None:
    """Where it is known; a managed identity of the machine has none in the configuration."""
    missing = refused("AuthorizationPermissionMismatch", Reason.FORBIDDEN, 403)
    assert f"--assignee {GUID} " in storage_refusal(missing, GUID).advice
    assert "--assignee <client id> " in storage_refusal(missing).advice
    scope = Scope.from_path("/subscriptions/1")
    assert f"--assignee {GUID} " in explained(missing, scope, GUID).advice
