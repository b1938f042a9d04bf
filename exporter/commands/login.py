"""`login`: an interactive sign-in that gives the exporter a refresh token."""

import argparse
import os
import sys
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path

from exporter.apis import partner_center
from exporter.apis.partner_center.settings import Settings
from exporter.app import writable
from exporter.auth.sign_in import SignedIn
from exporter.config import Config, load
from exporter.errors import ConfigError, Failure, Reason, Rejected, Transient
from exporter.transport.http import HttpClient, Unobserved
from exporter.transport.session import Session
from exporter.transport.stop import Stop

REFUSALS = frozenset({Reason.UNAUTHORIZED, Reason.FORBIDDEN, Reason.SIGN_IN_REQUIRED})
"""Reasons for which Partner Center does not accept a token; other failures are unrelated to the token."""
STORE_RETRIES, RETRY_SECONDS = 60, 5.0
"""How often to retry storing a token, and the seconds between attempts."""


def login(arguments: argparse.Namespace) -> int:
    """Sign in and store the refresh token; exit code 1 if the sign-in fails or Partner Center does not accept it.

    Everything required to store the token is checked before the sign-in. If an outage prevents the check that
    Partner Center accepts it, the token is stored with a warning on standard error.
    """
    config = load(Path(arguments.config_file))
    settings = _account(config, arguments.account)
    writable(config.storage.path)
    try:
        credential = partner_center.authenticate(
            settings, _http(settings, settings.login_address), config.storage.path / "tokens"
        )
        sign_in = partner_center.sign_in(settings, _http(settings, settings.login_address), _report)
        with credential.signing_in() as write:
            if arguments.device_code:
                signed_in = sign_in.by_device(lambda text: print(text, flush=True))
            else:
                show = _show if arguments.browser else _print
                signed_in = sign_in.by_browser(arguments.port, show, bind_address=arguments.bind_address)
            signed_in.require_mfa()
            unchecked = _acceptance(settings, signed_in)
            store(write, signed_in.refresh_token)
    except Failure as failure:
        sys.stderr.write(f"login {settings.account}: {failure}\n")
        return 1
    if unchecked:
        _report(f"warning: whether Partner Center accepts the sign-in could not be checked: {unchecked}")
        print(f"{signed_in.user} is signed in.")
    else:
        print(f"{signed_in.user} is signed in, with multi-factor authentication, and Partner Center accepts it.")
    print("The refresh token is stored; it expires after 90 days without use. A running exporter uses it from")
    print("its next token request on; restart the exporter to use it at once.")
    return 0


def _account(config: Config, name: str) -> Settings:
    accounts = {settings.account: settings for _, settings in config.accounts() if isinstance(settings, Settings)}
    if name not in accounts:
        known = ", ".join(map(repr, accounts)) or "none"
        raise ConfigError([f"login: partner_center has no account {name!r}; configured accounts: {known}"])
    return accounts[name]


def _acceptance(settings: Settings, signed_in: SignedIn) -> Failure | None:
    """Check by one request, with the header `ValidateMfa`, that Partner Center accepts the token.

    None if it does, the failure if the check was not possible; raises `Rejected` if it does not.
    """
    session = Session(
        _http(settings, settings.base_url),
        signed_in,
        base_url=settings.base_url,
        observer=Unobserved(),
        stopped=Stop(),
    )
    try:
        compliant = partner_center.client(settings, session, Path()).mfa_compliant()
    except Failure as failure:
        if failure.reason in REFUSALS:
            raise
        return failure
    if not compliant:
        raise Rejected("Partner Center reports that the sign-in does not prove MFA", Reason.SIGN_IN_REQUIRED)
    return None


def store(write: Callable[[str], None], refresh_token: str, sleep: Callable[[float], None] = time.sleep) -> None:
    """Store the token; retries, so that a locked file or a full disk does not require another sign-in."""
    for _ in range(STORE_RETRIES):
        try:
            return write(refresh_token)
        except Transient as failure:
            _report(f"{failure}; retrying in {RETRY_SECONDS:g} s")
        sleep(RETRY_SECONDS)
    return write(refresh_token)


def _http(settings: Settings, origin: str) -> HttpClient:
    return HttpClient(
        origin=origin, observer=Unobserved(), timeout=settings.timeout.total_seconds(), ca_file=settings.ca_file
    )


def _report(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _print(address: str) -> None:
    print(f"To sign in, open this address in a browser on this machine:\n{address}", flush=True)


def _show(address: str) -> None:
    """Print the address, and open it if there is a display."""
    _print(address)
    if sys.platform in ("darwin", "win32") or any(os.environ.get(x) for x in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")):
        webbrowser.open(address)
