"""`login`: a person signs in, and the exporter stays signed in from then on."""

import argparse
import os
import sys
import threading
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

REFUSALS = frozenset({Reason.UNAUTHORIZED, Reason.FORBIDDEN, Reason.SIGN_IN_REQUIRED})
"""Reasons of failures that are about the token; others say nothing about it."""
ATTEMPTS, PAUSE = 60, 5.0
"""Attempts to store a token for which a person has signed in, and seconds between them."""


def login(arguments: argparse.Namespace) -> int:
    """Exit code 0 when the refresh token is stored, 1 when the sign-in failed or Partner Center does not accept it.

    All that is needed to store it is checked before the person is asked. Whether Partner Center accepts it may
    stay unknown, for instance during an outage: then it is stored too, with a warning on standard error.
    """
    config = load(Path(arguments.config_file))
    settings = _account(config, arguments.account)
    writable(config.storage.path)
    try:
        credential = partner_center.authenticate(
            settings, _http(settings, settings.login_address), config.storage.path / "tokens"
        )
        sign_in = partner_center.sign_in(settings, _http(settings, settings.login_address), _report)
        with credential.signing_in() as keep:
            if arguments.device_code:
                signed_in = sign_in.by_device(lambda text: print(text, flush=True))
            else:
                show = _show if arguments.browser else _print
                signed_in = sign_in.by_browser(arguments.port, show, bind_address=arguments.bind_address)
            signed_in.require_mfa()
            unchecked = _acceptance(settings, signed_in)
            store(keep, signed_in.refresh_token)
    except Failure as failure:
        sys.stderr.write(f"login {settings.account}: {failure}\n")
        return 1
    if unchecked:
        _report(f"warning: whether Partner Center accepts the sign-in could not be checked: {unchecked}")
        print(f"{signed_in.user} is signed in.")
    else:
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


def _acceptance(settings: Settings, signed_in: SignedIn) -> Failure | None:
    """Why one request, with the header `ValidateMfa`, could not find out whether Partner Center takes the token.

    None when it does; raises `Rejected` when it does not.
    """
    session = Session(
        _http(settings, settings.base_url),
        signed_in,
        base_url=settings.base_url,
        observer=Unobserved(),
        stopped=threading.Event(),
    )
    try:
        compliant = partner_center.client(settings, session).mfa_compliant()
    except Failure as failure:
        if failure.reason in REFUSALS:
            raise
        return failure
    if not compliant:
        raise Rejected("Partner Center says that the sign-in does not prove MFA", Reason.SIGN_IN_REQUIRED)
    return None


def store(keep: Callable[[str], None], refresh_token: str, sleep: Callable[[float], None] = time.sleep) -> None:
    """Store the token; a lock or a disk that somebody can free does not cost the person another sign-in."""
    for _ in range(ATTEMPTS):
        try:
            return keep(refresh_token)
        except Transient as failure:
            _report(f"{failure}; trying again in {PAUSE:g} s")
        sleep(PAUSE)
    return keep(refresh_token)


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
    """Print the address, and open it where there is a screen."""
    _print(address)
    if sys.platform in ("darwin", "win32") or any(os.environ.get(x) for x in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")):
        webbrowser.open(address)
