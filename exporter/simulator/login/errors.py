"""The login service's refusals, by AADSTS number."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from exporter.simulator.server.answers import Refused, json_answer


@dataclass(frozen=True)
class LoginError:
    """One AADSTS error: the HTTP status, the OAuth error code (RFC 6749, section 5.2) and the text."""

    status: int
    error: str
    text: str


LOGIN_ERRORS = {
    50027: LoginError(400, "invalid_request", "JWT token is invalid or malformed."),
    50076: LoginError(400, "interaction_required",
                      "Due to a configuration change made by your administrator, or because you moved to a "
                      "new location, you must use multi-factor authentication to access '{0}'."),
    50079: LoginError(400, "interaction_required",
                      "Due to a configuration change made by your administrator, or because you moved to a "
                      "new location, you must enroll in multi-factor authentication to access '{0}'."),
    50011: LoginError(400, "invalid_request",
                      "The redirect URI specified in the request does not match the redirect URIs configured "
                      "for the application."),
    50126: LoginError(400, "invalid_grant",
                      "Error validating credentials due to invalid username or password."),
    50173: LoginError(400, "invalid_grant",
                      "The provided grant has expired due to it being revoked, a fresh auth token is needed. "
                      "The user might have changed or reset their password."),
    65001: LoginError(400, "invalid_grant",
                      "The user or administrator has not consented to use the application."),
    65004: LoginError(400, "access_denied", "User declined to consent to access the app."),
    70000: LoginError(400, "invalid_grant", "Provided grant is invalid or malformed."),
    70003: LoginError(400, "unsupported_grant_type", "The app requested an unsupported grant type '{0}'."),
    70008: LoginError(400, "invalid_grant", "The provided authorization code or refresh token has expired."),
    70016: LoginError(400, "authorization_pending",
                      "OAuth 2.0 device flow error. Authorization is pending. Continue polling."),
    70017: LoginError(400, "authorization_declined", "The end user has denied the authorization request."),
    70020: LoginError(400, "expired_token", "The device code has expired."),
    70011: LoginError(400, "invalid_scope",
                      "The provided request must include a 'scope' input parameter. The provided value for "
                      "the input parameter 'scope' is not valid. The scope {0} is not valid."),
    90002: LoginError(400, "invalid_request",
                      "Tenant '{0}' not found. Check to make sure you have the correct tenant ID and are "
                      "signing into the correct cloud."),
    500121: LoginError(400, "invalid_grant", "Authentication failed during strong authentication request."),
    501481: LoginError(400, "invalid_grant",
                       "The Code_Verifier does not match the code_challenge supplied in the authorization "
                       "request."),
    500011: LoginError(400, "invalid_resource",
                       "The resource principal named {0} was not found in the tenant."),
    700016: LoginError(400, "unauthorized_client",
                       "Application with identifier '{0}' was not found in the directory '{1}'."),
    700021: LoginError(401, "invalid_client",
                       "Client assertion application identifier doesn't match 'client_id' parameter, or its audience "
                       "is not this endpoint. Application '{0}'."),
    700024: LoginError(401, "invalid_client", "Client assertion is not within its valid time range."),
    700027: LoginError(401, "invalid_client",
                       "The certificate with identifier used to sign the client assertion is not registered on "
                       "application, or the assertion failed signature validation. {0}"),
    700211: LoginError(401, "invalid_client",
                       "No matching federated identity record found for presented assertion issuer '{0}'."),
    700212: LoginError(401, "invalid_client",
                       "No matching federated identity record found for presented assertion audience '{0}'."),
    700213: LoginError(401, "invalid_client",
                       "No matching federated identity record found for presented assertion subject '{0}'."),
    700082: LoginError(400, "invalid_grant",
                       "The refresh token has expired due to inactivity. The token was issued on {0} and was "
                       "inactive for 90.00:00:00."),
    900144: LoginError(400, "invalid_request",
                       "The request body must contain the following parameter: '{0}'."),
    1002012: LoginError(400, "invalid_scope",
                        "The provided value for scope {0} is not valid. Client credential flows must have "
                        "a scope value with /.default suffixed to the resource identifier (App ID URI)."),
    7000215: LoginError(401, "invalid_client",
                        "Invalid client secret provided. Ensure the secret being sent in the request is the "
                        "client secret value, not the client secret ID, for a secret added to app '{0}'."),
    7000218: LoginError(401, "invalid_client",
                        "The request body must contain the following parameter: 'client_assertion' or "
                        "'client_secret'."),
}  # fmt: skip


def login_refused(number: int, now: datetime, *words: str, error: str | None = None) -> Refused:
    """The documented answer of AADSTS error `number`, with `words` in its text."""
    known = LOGIN_ERRORS[number]
    trace, correlation, stamp = str(uuid4()), str(uuid4()), f"{now:%Y-%m-%d %H:%M:%SZ}"
    text = f"AADSTS{number}: {known.text.format(*words)}"
    body = {
        "error": error or known.error,
        "error_description": f"{text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}",
        "error_codes": [number],
        "timestamp": stamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={number}",
    }
    return Refused(json_answer(body, status=known.status))
