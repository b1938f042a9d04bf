"""What the refusals of a storage account mean, and what to do about them."""

from exporter.auth import CLIENT_ID
from exporter.errors import Rejected

ROLE = f"az role assignment create --assignee {CLIENT_ID} --role 'Storage Blob Data Reader' --scope <id of the account>"
ADVICE = {
    "AuthorizationPermissionMismatch": (
        "the identity lacks the role Storage Blob Data Reader (Owner and Contributor read no data; an assignment "
        f"takes minutes): {ROLE}; a SAS needs the permissions to read and list (sp=rl)"
    ),
    "AuthorizationFailure": "the account's firewall refuses this address: allow it, or use a private endpoint",
    "AuthenticationFailed": "the SAS is invalid or has expired, or the token is for another service: create a new SAS",
    "ContainerNotFound": "check the container's name",
    "NoAuthenticationInformation": "the account refuses anonymous requests: check `identity` or the SAS",
    "PublicAccessNotPermitted": "the account refuses anonymous requests: check `identity` or the SAS",
}
"""By the error code of the service."""


def explained(refused: Rejected, application: str = "") -> Rejected:
    """The refusal, with what to do about it where that is known; `application` is the client id, if known."""
    advice = ADVICE.get(refused.code, "")
    return refused.with_advice(advice.replace(CLIENT_ID, application or CLIENT_ID))
