"""`login`: a person signs in, and the exporter stays signed in from then on."""

import argparse
import os
import sys
import threading
import webbrowser
from pathlib import Path

from exporter.apis import partner_center
from exporter.apis.partner_center.records import MfaCompliance
from exporter.apis.partner_center.settings import Settings
from exporter.app import writable
from exporter.auth.sign_in import SignedIn
from exporter.config import Config, load
from exporter.errors import ConfigError, Failure, Reason, Rejected
from exporter.transport.http import HttpClient, Unobserved
from exporter.transport.session import Session


def login(arguments: argparse.Namespace) -> int:
    """Exit code 0 when the refresh token is kept, 1 when the sign-in failed or Partner Center does not accept it."""
    config = load(Path(arguments.config_file))
    settings = _account(config, arguments.account)
    writable(config.storage.path)
    http = _http(settings, settings.login_address)
    try:
        credential = partner_center.authenticate(settings, http, config.storage.path / "tokens")
        sign_in = partner_center.sign_in(settings, http)
        if arguments.device_code:
            signed_in = sign_in.by_device(lambda text: print(text, flush=True))
        else:
            signed_in = sign_in.by_browser(arguments.port, _show if arguments.browser else _print)
        signed_in.require_mfa()
        _require_acceptance(settings, signed_in)
        credential.keep(signed_in.refresh_token)
    except Failure as failure:
        sys.stderr.write(f"login {settings.account}: {failure}\n")
        return 1
    print(f"{signed_in.user} is signed in, with multi-factor authentication, and Partner Center accepts it.")
    print("The refresh token is kept, and lives until it was not used for 90 days. A running exporter takes it up")
    print("with its next request for a token; to have that at once, restart it.")
    return 0


def _account(config: Config, name: str) -> Settings:
    accounts = {settings.account: settings for _, settings in config.accounts() if isinstance(settings, Settings)}
    if name not in accounts:
        known = ", ".join(map(repr, accounts)) or "none"
        raise ConfigError([f"login: no account of partner_center is called {name!r}; there is {known}"])
    return accounts[name]


def _http(settings: Settings, origin: str) -> HttpClient:
    return HttpClient(
        origin=origin, observer=Unobserved(), timeout=settings.timeout.total_seconds(), ca_file=settings.ca_file
    )


def _require_acceptance(settings: Settings, signed_in: SignedIn) -> None:
    """One request, with the header `ValidateMfa`; raises a `Failure` when Partner Center would not have the token."""
    http = _http(settings, settings.base_url)
    session = Session(http, signed_in, base_url=settings.base_url, observer=Unobserved(), stopped=threading.Event())
    said = next(iter(partner_center.client(settings, session).customer_usage_records()), None)
    if isinstance(said, MfaCompliance) and not said.compliant:
        raise Rejected("Partner Center says that the sign-in does not prove MFA", Reason.SIGN_IN_REQUIRED)


def _print(address: str) -> None:
    print(f"To sign in, open this address in a browser on this machine:\n{address}", flush=True)


def _show(address: str) -> None:
    """Print the address, and open it where there is a screen."""
    _print(address)
    if sys.platform in ("darwin", "win32") or any(os.environ.get(x) for x in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")):
        webbrowser.open(address)
