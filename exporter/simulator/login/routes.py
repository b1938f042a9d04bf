"""The login service: discovery, and tokens for programs and for people."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, unquote_plus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.login.assertions import Assertions
from exporter.simulator.login.errors import login_refused
from exporter.simulator.login.grants import Grants, Program
from exporter.simulator.login.sign_ins import SignIns
from exporter.simulator.login.token_answers import altered
from exporter.simulator.login.tokens import Tokens
from exporter.simulator.server.answers import Refused, json_answer, origin
from exporter.simulator.switches import Switches
from exporter.simulator.world import World
from exporter.simulator.world.chance import guid

RESOURCES = (
    "https://graph.windows.net",
    "https://graph.microsoft.com",
    "https://api.partnercenter.microsoft.com",
    "https://management.azure.com",
    "https://storage.azure.com",
)
SIGN_IN_SCOPES = ("openid", "profile", "email", "offline_access")
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
GRANT_TYPES = ("client_credentials", "refresh_token", "authorization_code", DEVICE_CODE)
FRESH = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"}


@dataclass(frozen=True)
class Login:
    """``login.microsoftonline.com`` for the simulated tenants."""

    world: World
    grants: Grants
    sign_ins: SignIns
    tokens: Tokens
    switches: Switches
    assertions: Assertions
    clock: Callable[[], datetime]

    def routes(self) -> list[Route]:
        """Discovery (OpenID Connect Discovery 1.0) and the token endpoints v1 and v2."""
        return [
            Route("/{tenant}/v2.0/.well-known/openid-configuration", self.discovery),
            Route("/{tenant}/oauth2/v2.0/token", self.token_v2, methods=["POST"]),
            Route("/{tenant}/oauth2/token", self.token_v1, methods=["POST"]),
        ]

    async def discovery(self, request: Request) -> Response:
        """The endpoints of a tenant, all below the requested tenant."""
        tenant = request.path_params["tenant"]
        tenant_id = self.grants.programs(tenant)[0].tenant_id
        base = f"{origin(request)}/{tenant}"
        return json_answer(
            {
                "issuer": f"{origin(request)}/{tenant_id}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
                "response_types_supported": ["code", "id_token", "code id_token"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["HS256"],
            }
        )

    async def token_v2(self, request: Request) -> Response:
        """A token for the resource in `scope`; times are numbers."""
        return await altered(self._token_v2(request), self.switches.token_answer)

    async def token_v1(self, request: Request) -> Response:
        """A token for `resource`; times are texts."""
        return await altered(self._token_v1(request), self.switches.token_answer)

    async def _token_v2(self, request: Request) -> Response:
        form = await _form(request)
        if form.get("grant_type") in ("authorization_code", DEVICE_CODE):
            form["scope"] = form.get("scope") or self.sign_ins.scope(form)
        self._required(form, "scope")
        scopes = [scope for scope in form["scope"].split() if scope not in SIGN_IN_SCOPES]
        if not scopes:
            raise login_refused(70011, self.clock(), form["scope"])
        resource, _, permission = scopes[0].rpartition("/")
        if form["grant_type"] == "client_credentials" and permission != ".default":
            raise login_refused(1002012, self.clock(), form["scope"])
        granted = self._granted(request, form, resource)
        # msal finds a cached token only if the answer's scope text contains the scope that it requested.
        if "refresh_token" in granted:
            granted["scope"] = " ".join(scope for scope in form["scope"].split() if scope != "offline_access")
        return json_answer(granted, headers=FRESH)

    async def _token_v1(self, request: Request) -> Response:
        form = await _form(request)
        self._required(form, "resource")
        resource = form["resource"].rstrip("/")
        granted = self._granted(request, form, resource)
        now = int(self.clock().timestamp())
        for name in ("expires_in", "ext_expires_in"):
            granted[name] = str(granted[name])
        granted |= {
            "expires_on": str(now + self.switches.token_lifetime),
            "not_before": str(now),
            "resource": resource,
        }
        if "refresh_token" in granted:
            granted["scope"] = "user_impersonation"
        return json_answer(granted, headers=FRESH)

    def _granted(self, request: Request, form: dict[str, str], resource: str) -> dict[str, object]:
        self._required(form, "client_id")
        program = self.grants.program(request.path_params["tenant"], form["client_id"])
        if form["grant_type"] not in GRANT_TYPES:
            raise login_refused(70003, self.clock(), form["grant_type"])
        if form.get("client_assertion"):
            endpoint = f"{origin(request)}{request.url.path}"
            self.assertions.admit(program.client_id, form, endpoint)
        # A device code needs no secret, but one that is sent must be valid.
        elif not form.get("client_secret") and form["grant_type"] != DEVICE_CODE:
            raise login_refused(7000218, self.clock())
        elif form.get("client_secret", program.client_secret) != program.client_secret:
            raise login_refused(7000215, self.clock(), program.client_id)
        if resource not in RESOURCES:
            raise login_refused(500011, self.clock(), resource)
        if form["grant_type"] == "client_credentials":
            return self._answer(program, {"aud": resource, "idtyp": "app", "oid": guid("principal", program.client_id)})
        refresh_token, mfa, nonce = self._person(form, program, resource)
        identity = {"iss": f"{origin(request)}/{program.tenant_id}/v2.0", **({"nonce": nonce} if nonce else {})}
        return {**self._for_user(program, resource, identity, mfa=mfa), "refresh_token": refresh_token}

    def _person(self, form: dict[str, str], program: Program, resource: str) -> tuple[str, bool, str]:
        """The refresh token of the person who signed in, whether with MFA, and the nonce of the request."""
        if form["grant_type"] == "authorization_code":
            self._required(form, "code")
            code = self.sign_ins.redeem(form)
            return self.grants.issue(mfa=code.mfa), code.mfa, code.nonce
        if form["grant_type"] == DEVICE_CODE:
            self._required(form, "device_code")
            if self.switches.token_refused_at_polls and (
                self.sign_ins.count_poll(form) == self.switches.token_refused_at_polls
            ):
                raise Refused(Response(status_code=503))
            device = self.sign_ins.poll(form)
            return self.grants.issue(mfa=device.mfa), device.mfa, ""
        self._required(form, "refresh_token")
        if self.switches.refresh_token_error is not None:
            raise login_refused(self.switches.refresh_token_error, self.clock(), resource)
        single_use = self.switches.refresh_token_single_use
        return *self.grants.exchange(form["refresh_token"], program.client_id, resource, single_use=single_use), ""

    def _for_user(self, program: Program, resource: str, more: Mapping[str, object], *, mfa: bool) -> dict[str, object]:
        user = self.world.partner_center
        amr = ["pwd", "mfa"] if mfa and self.switches.token_mfa else ["pwd"]
        person = {
            "oid": user.user_id,
            "upn": user.user_name,
            "unique_name": user.user_name,
            "name": "Billing Reader",
        }
        claims = {**person, "aud": resource, "amr": amr, "scp": "user_impersonation", "idtyp": "user"}
        identity = {
            **person, **more, "aud": program.client_id, "sub": user.user_id, "tid": program.tenant_id,
            "preferred_username": user.user_name, "ver": "2.0",
        }  # fmt: skip
        client = {"uid": user.user_id, "utid": program.tenant_id}
        return {
            **self._answer(program, claims),
            "id_token": self.tokens.issue(identity, self.switches.token_lifetime),
            "client_info": base64.urlsafe_b64encode(json.dumps(client).encode()).decode().rstrip("="),
        }

    def _answer(self, program: Program, claims: Mapping[str, object]) -> dict[str, object]:
        lifetime = self.switches.token_lifetime
        program_claims = {"appid": program.client_id, "tid": program.tenant_id, "appidacr": "1"}
        issuer = {"iss": f"https://sts.windows.net/{program.tenant_id}/"}
        return {
            "token_type": "Bearer",
            "expires_in": lifetime,
            "ext_expires_in": lifetime,
            "access_token": self.tokens.issue({**issuer, **program_claims, **claims}, lifetime),
        }

    def _required(self, form: dict[str, str], *names: str) -> None:
        for name in ("grant_type", *names):
            if not form.get(name):
                raise login_refused(900144, self.clock(), name)


async def _form(request: Request) -> dict[str, str]:
    """The form of a token request, with what a Basic header adds (RFC 6749, section 2.3.1)."""
    form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return form
        form = {"client_id": unquote_plus(user), "client_secret": unquote_plus(password), **form}
    return form
