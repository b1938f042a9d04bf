"""The pages on which a person signs in: after an authorization request, or with a device's code."""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from exporter.simulator.login.errors import LOGIN_ERRORS, login_refused
from exporter.simulator.login.grants import Grants
from exporter.simulator.login.sign_ins import SignIns
from exporter.simulator.server.answers import json_answer, origin
from exporter.simulator.switches import Switches
from exporter.simulator.world import World

REGISTERED = re.compile(r"http://(localhost|127\.0\.0\.1)(:\d+)?(/.*)?")
"""Redirect URIs that are registered for every application."""
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1><p id="message">{message}</p>{form}</body></html>"""
FORM = """<form method="post" action="{action}">
{more}<p><label>User name <input name="user" autocomplete="username"></label></p>
<p><label>Password <input name="password" type="password"></label></p>
<p><label>Code of the authenticator app, if one is set up <input name="mfa" inputmode="numeric"></label></p>
<p><label><input type="checkbox" name="consent" value="yes"> Let this application act on my behalf: {scope}</label></p>
<p><button name="choice" value="accept">Sign in</button> <button name="choice" value="cancel">Cancel</button></p>
</form>"""
FORM_POST = """<form method="post" action="{action}">{fields}<button>Continue</button></form>
<script>document.forms[0].submit()</script>"""
USER_CODE = '<p><label>Code that the device shows <input name="user_code"></label></p>\n'


@dataclass(frozen=True)
class LoginPages:
    """``/authorize``, ``/devicecode`` and the page for device codes."""

    world: World
    grants: Grants
    sign_ins: SignIns
    switches: Switches
    clock: Callable[[], datetime]

    def routes(self) -> list[Route]:
        """The pages, and the endpoint that begins a sign-in by device."""
        return [
            Route("/{tenant}/oauth2/v2.0/authorize", self.authorize, methods=["GET", "POST"]),
            Route("/{tenant}/oauth2/v2.0/devicecode", self.device_code, methods=["POST"]),
            Route("/devicelogin", self.device_login, methods=["GET", "POST"]),
        ]

    async def authorize(self, request: Request) -> Response:
        """The sign-in page; then a redirect to the program with a code, or with an error."""
        params = dict(request.query_params)
        if invalid := self._invalid_request(request.path_params["tenant"], params):
            return _page("Sign-in failed", _text(invalid), status=400)
        form = await _form(request)
        action = f"{request.url.path}?{request.url.query}"
        if not form:
            return _sign_in_page(action, params["scope"])
        if form.get("choice") == "cancel":
            refused = {"error": "access_denied", "error_description": _text(65004)}
            return _back(params, refused)
        if error := self._sign_in_error(form):
            return _sign_in_page(action, params["scope"], _text(error))
        return _back(params, {"code": self.sign_ins.code(params, mfa=bool(form.get("mfa")))})

    async def device_code(self, request: Request) -> Response:
        """Begins a sign-in on another machine (RFC 8628, section 3.2)."""
        form = await _form(request)
        program = self.grants.program(request.path_params["tenant"], form.get("client_id", ""))
        if not form.get("scope"):
            raise login_refused(900144, self.clock(), "scope")
        code, device = self.sign_ins.device(program.client_id, form["scope"])
        address = f"{origin(request)}/devicelogin"
        return json_answer(
            {
                "user_code": device.user_code,
                "device_code": code,
                "verification_uri": address,
                "expires_in": int((device.until - self.clock()).total_seconds()),
                "interval": self.switches.device_code_interval,
                "message": f"To sign in, use a web browser to open the page {address} and enter the code "
                f"{device.user_code} to authenticate.",
            }
        )

    async def device_login(self, request: Request) -> Response:
        """Where a person types a device's code and signs in."""
        form = await _form(request)
        if not form:
            return _sign_in_page("/devicelogin", "", more=USER_CODE)
        device = self.sign_ins.waiting(form.get("user_code", ""))
        if device is None:
            return _sign_in_page("/devicelogin", "", "That code did not work.", USER_CODE)
        if form.get("choice") == "cancel":
            device.answer = False
            return _page("Cancelled", "You can close this window.")
        if error := self._sign_in_error(form):
            return _sign_in_page("/devicelogin", "", _text(error), USER_CODE)
        device.answer, device.mfa = True, bool(form.get("mfa"))
        return _page("Signed in", "You can close this window.")

    def _invalid_request(self, tenant: str, params: Mapping[str, str]) -> int | None:
        """The AADSTS number of a request that fails before the sign-in page."""
        known = [program.client_id for program in self.grants.programs(tenant)]
        if params.get("client_id") not in known:
            return 700016
        if not REGISTERED.fullmatch(params.get("redirect_uri", "")):
            return 50011
        if params.get("response_type") != "code" or not params.get("scope"):
            return 900144
        return None

    def _sign_in_error(self, form: Mapping[str, str]) -> int | None:
        """The AADSTS number of an invalid sign-in."""
        user = self.world.partner_center
        if (form.get("user"), form.get("password")) != (user.user_name, user.user_password):
            return 50126
        if form.get("mfa") and form["mfa"] != user.mfa_code:
            return 500121
        return None if form.get("consent") else 65001


def _text(number: int) -> str:
    return f"AADSTS{number}: {LOGIN_ERRORS[number].text.format('', '')}"


def _back(params: Mapping[str, str], answer: Mapping[str, str]) -> Response:
    """To the program, by redirect or, if it requested that, as a form (OAuth 2.0 Form Post Response Mode)."""
    answer = {**answer, "state": params.get("state", "")}
    if params.get("response_mode") != "form_post":
        return RedirectResponse(f"{params['redirect_uri']}?{urlencode(answer)}", 302)
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">' for name, value in answer.items()
    )
    return _page("Signing in", "", FORM_POST.format(action=html.escape(params["redirect_uri"]), fields=fields))


def _sign_in_page(action: str, scope: str, message: str = "", more: str = "") -> Response:
    form = FORM.format(action=html.escape(action), scope=html.escape(scope), more=more)
    return _page("Sign in", message, form)


def _page(title: str, message: str, form: str = "", status: int = 200) -> Response:
    return HTMLResponse(PAGE.format(title=title, message=html.escape(message), form=form), status)


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
