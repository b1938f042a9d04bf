"""Tokens of the identity that Azure gives a machine, through msal."""

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msal
from msal import managed_identity as sources

from exporter.auth.answers import DEFAULT_LIFETIME_SECONDS, MAX_LIFETIME_SECONDS, TokenAnswer, json_object, seconds
from exporter.auth.bearer import BearerToken
from exporter.auth.login_client import LoginHttp, LoginResponse, Validated
from exporter.auth.secret import is_token
from exporter.errors import Failure, Malformed, RateLimited, Reason, Rejected, Transient
from exporter.masking import masked, redacted
from exporter.transport.origins import LOOPBACK, Origin

TIMEOUT_SECONDS = 10.0
"""Endpoints of managed identities are on the machine, or next to it."""
IMDS = "IMDS"
ARC = "Azure Arc"
METADATA_ADDRESS = "http://169.254.169.254"
ARC_ADDRESS = "http://localhost:40342/metadata/identity/oauth2/token"
NO_SUCH_IDENTITY = "this machine has no such identity: check `managed`, and that the identity is assigned to it"
NOT_IN_AZURE = "a managed identity exists only on machines in Azure, or with the agent of Azure Arc"
ECHOES = ("client_id", "object_id", "msi_res_id", "mi_res_id")
"""Fields in which an answer states whose token it is."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where this machine gets its tokens, and the secret that its requests carry."""

    kind: str
    url: str
    secret: str = field(default="", repr=False)

    @classmethod
    def of_this_machine(cls) -> "Endpoint":
        """The one that msal chooses, from the same environment; raises `Rejected` for one that is not supported."""
        source = sources.get_managed_identity_source()
        if source is sources.SERVICE_FABRIC:
            raise Rejected("managed identity: Service Fabric is not supported; use a certificate", Reason.LOGIN)
        if source is sources.APP_SERVICE:
            return cls("App Service", os.environ["IDENTITY_ENDPOINT"], os.environ["IDENTITY_HEADER"])
        if source is sources.MACHINE_LEARNING:
            return cls("Machine Learning", os.environ["MSI_ENDPOINT"], os.environ["MSI_SECRET"])
        if source is sources.AZURE_ARC:
            return cls(ARC, os.environ["IDENTITY_ENDPOINT"] if "IMDS_ENDPOINT" in os.environ else ARC_ADDRESS)
        return cls(IMDS, os.environ.get("AZURE_POD_IDENTITY_AUTHORITY_HOST", METADATA_ADDRESS).strip("/"))

    @property
    def origin(self) -> Origin:
        """Where requests go; raises `Malformed` or `Rejected`.

        The agent of Azure Arc answers with the name of a file, whose content msal then sends: another host must not
        get it.
        """
        origin = Origin.from_url(self.url)
        if self.kind == ARC and origin.host not in LOOPBACK:
            raise Rejected(f"{origin}: the endpoint of Azure Arc must be on this machine", Reason.LOGIN)
        return origin


class ManagedIdentity(BearerToken):
    """A token of the machine's own identity, or of the assigned one with the id `client_id`.

    msal caches failures, so each renewal has its own client. What may pass is `Transient`: the request that needs the
    token is tried again, and then the run.
    """

    def __init__(
        self, http: LoginHttp, *, scope: str, client_id: str = "", clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(clock)
        self._http = http
        self._resource = scope.removesuffix(".default")
        self._client_id = client_id

    @property
    def application(self) -> str:
        return self._client_id

    def _requested(self) -> TokenAnswer:
        endpoint = Endpoint.of_this_machine()
        try:
            answers = _Answers(
                self._http.at(str(endpoint.origin), direct=True, timeout=TIMEOUT_SECONDS), endpoint, self._client_id
            )
            return answers.token(self._resource, self._clock())
        except (Rejected, Malformed) as failure:
            text = f"managed identity ({endpoint.kind}): {masked(str(failure), [endpoint.secret])}"
            reason = failure.reason if isinstance(failure, Rejected) else Reason.LOGIN
            raise Rejected(text, reason) from failure
        except Transient as failure:
            raise _outage(endpoint, failure) from failure


class _Answers:
    """The `http_client` of msal for one renewal: it validates every answer before msal reads it."""

    def __init__(self, http: LoginHttp, endpoint: Endpoint, client_id: str) -> None:
        self._http = http
        self._endpoint = endpoint
        self._client_id = client_id
        self._now = 0.0
        self._answer: TokenAnswer | None = None

    def token(self, resource: str, now: float) -> TokenAnswer:
        """The answer to the requests that msal makes; raises a `Failure`."""
        self._now = now
        identity = (
            msal.UserAssignedManagedIdentity(client_id=self._client_id)
            if self._client_id
            else msal.SystemAssignedManagedIdentity()
        )
        try:
            result = msal.ManagedIdentityClient(identity, http_client=self).acquire_token_for_client(resource=resource)
        except OSError as error:
            raise Rejected(
                f"the key of the agent can't be read: {error.strerror or type(error).__name__}; the group himds may "
                "read it",
                Reason.CREDENTIAL_UNREADABLE,
            ) from error
        except ValueError as error:  # which a ManagedIdentityError is
            raise self._rejected(redacted(str(error), [self._endpoint.secret])) from error
        if not self._answer or result.get("access_token") != self._answer.access_token:
            raise self._rejected("the answer holds no access token for this request")
        return self._answer

    def get(self, url: str, **arguments: Any) -> Validated:
        """For msal: a token, or the challenge of Azure Arc."""
        answer = self._http.get(url, **arguments)
        if answer.status_code == 401 and self._endpoint.kind == ARC:
            return Validated("", 401, {"WWW-Authenticate": answer.headers.get("WWW-Authenticate", "")})
        found = self._success(answer)
        token = found.get("access_token")
        if not is_token(token):
            raise self._rejected("the answer holds no access token, or one that no header can carry")
        echoes = {name: str(found[name]) for name in ECHOES if found.get(name)}
        if self._client_id and echoes.get("client_id", self._client_id).lower() != self._client_id.lower():
            raise self._rejected("the token is for another identity than the one in `managed`")
        lifetime = _lifetime(found, self._now)
        self._answer = TokenAnswer(token, "", "", lifetime)
        ends = {"expires_in": str(int(lifetime)), "expires_on": str(int(self._now + lifetime))}
        return Validated(json.dumps({"access_token": token, **ends, **echoes}))

    def _success(self, answer: LoginResponse) -> Mapping[str, Any]:
        """The JSON object of a success; 404 and 410 mean that the endpoint is being updated, for up to 70 s."""
        status, found = answer.status_code, json_object(answer.content)
        if found is None or status in (404, 410) or not (200 <= status < 300 or 400 <= status < 500):
            raise Transient(
                f"{status} instead of a token; the endpoint is being updated, or something else answers in its place",
                Reason.LOGIN,
            )
        if status >= 400:
            stated = found.get("error_description") or found.get("message") or found.get("error") or "no reason given"
            hint = f"; {NO_SUCH_IDENTITY}" if status == 400 else ""
            raise self._rejected(f"{status} {redacted(str(stated), [self._endpoint.secret])}{hint}")
        return found

    def _rejected(self, why: str) -> Rejected:
        return Rejected(why, Reason.LOGIN)


def _lifetime(answer: Mapping[str, Any], now: float) -> float:
    """Seconds, from `expires_in` or the instant `expires_on`, both often as text; some sources send a date."""
    ends = seconds(answer.get("expires_on"), now + DEFAULT_LIFETIME_SECONDS, 1e12)
    until = min(max(ends - now, 0.0), MAX_LIFETIME_SECONDS)
    return seconds(answer.get("expires_in"), until, MAX_LIFETIME_SECONDS)


def _outage(endpoint: Endpoint, failure: Transient) -> Failure:
    """The same failure as one of the login."""
    unreachable = endpoint.kind == IMDS and failure.reason in (Reason.CONNECTION, Reason.TIMEOUT)
    hint = f"; {NOT_IN_AZURE}" if unreachable else ""
    text = f"managed identity ({endpoint.kind}): {masked(str(failure), [endpoint.secret])}{hint}"
    if not isinstance(failure, RateLimited):
        return Transient(text, Reason.LOGIN, failure.retry_after)
    limited = RateLimited(text, failure.retry_after)
    limited.reason = Reason.LOGIN
    return limited
