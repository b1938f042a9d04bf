"""A person's tokens: rotated, stored, shared, and expired."""

import json
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jwt
import pytest

from exporter.auth.api_key import ApiKey
from exporter.auth.refresh_token import RefreshToken
from exporter.auth.secret import Secret
from exporter.auth.token_file import TokenFile
from exporter.errors import Reason, Rejected, SignInRequired
from exporter.simulator import Simulator
from exporter.transport.http import HttpClient
from tests.auth.test_entra import WRONG, Clock, authorization, login_http, token_requests


def person(
    simulator: Simulator,
    file: Path,
    first: str | None = None,
    clock: Clock | None = None,
    http: HttpClient | None = None,
) -> RefreshToken:
    partner = simulator.world.partner_center
    return RefreshToken(
        http or login_http(simulator),
        authority=f"{simulator.url}/{partner.tenant}",
        client_id=partner.client_id,
        client_credential=Secret(partner.client_secret),
        scope="https://api.partnercenter.microsoft.com/user_impersonation",
        first=Secret(partner.refresh_token if first is None else first),
        kept=TokenFile(file),
        account="csp",
        clock=clock or Clock(),
    )


def sign_in(auth: RefreshToken, refresh_token: str) -> None:
    with auth.signing_in() as store:
        store(refresh_token)


def test_a_rotated_refresh_token_is_stored_and_used_next(simulator: Simulator, tmp_path: Path) -> None:
    """Its file is for the owner alone; another process continues from it."""
    simulator.switches.refresh_token_single_use = True
    file = tmp_path / "tokens" / "csp.json"
    authorization(person(simulator, file))
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    successor = json.loads(file.read_text())["refresh_token"]
    assert successor != simulator.world.partner_center.refresh_token
    authorization(person(simulator, file))
    assert successor != json.loads(file.read_text())["refresh_token"]


def test_a_newly_configured_refresh_token_wins_over_the_stored_one(simulator: Simulator, tmp_path: Path) -> None:
    """A person has signed in again: the stored token descends from another."""
    file = tmp_path / "csp.json"
    file.write_text(json.dumps({"replaces": "somebody else", "refresh_token": WRONG}))
    assert authorization(person(simulator, file)).startswith("Bearer ey")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (700082, "the refresh token was not used for 90 days and has expired"),
        (50173, "the refresh token was revoked, or the password was changed"),
        (50076, "multi-factor authentication is now demanded"),
        (50079, "the person must register for multi-factor authentication"),
        (70000, "the refresh token is not accepted any more"),
    ],
)
def test_a_token_that_only_a_person_can_renew_is_its_own_reason(
    simulator: Simulator, tmp_path: Path, code: int, words: str
) -> None:
    """Expired, revoked, MFA demanded, or whatever else ends a grant; the text names the command."""
    simulator.switches.refresh_token_error = code
    with pytest.raises(SignInRequired, match=f"AADSTS{code}") as raised:
        authorization(person(simulator, tmp_path / "csp.json"))
    assert Reason.SIGN_IN_REQUIRED == raised.value.reason
    assert str(raised.value).startswith(words)
    assert str(raised.value).endswith("interactive sign-in required: azure-billing-exporter login csp --config.file=…")


def test_an_unreadable_stored_token_is_reported_and_not_overwritten(simulator: Simulator, tmp_path: Path) -> None:
    """The configured one may be long used up; a person decides."""
    file = tmp_path / "csp.json"
    file.write_text("{")
    with pytest.raises(Rejected, match="not readable") as raised:
        authorization(person(simulator, file))
    assert (Reason.CREDENTIAL_UNREADABLE, "{") == (raised.value.reason, file.read_text())


def test_a_token_without_mfa_is_a_warning_that_names_the_account_and_the_command(
    simulator: Simulator, tmp_path: Path
) -> None:
    """Before Partner Center refuses it; nothing is known before the first token."""
    auth = person(simulator, tmp_path / "csp.json")
    assert (None, ()) == (auth.mfa, tuple(auth.warnings()))
    authorization(auth)
    assert (True, ()) == (auth.mfa, tuple(auth.warnings()))
    simulator.switches.token_mfa = False
    auth = person(simulator, tmp_path / "csp.json")
    authorization(auth)
    (warning,) = auth.warnings()
    assert (False, True) == (auth.mfa, "account csp " in warning and "`azure-billing-exporter login csp`" in warning)


def expiry(auth: RefreshToken | ApiKey) -> float | None:
    ends = {name: at.timestamp() for name, at in auth.expiries().items()}
    return ends.get("refresh_token", ends.get("api_key"))


def test_the_expiry_of_a_refresh_token_is_ninety_days_after_its_last_use(simulator: Simulator, tmp_path: Path) -> None:
    """Unknown before the first use; another process knows it from the file."""
    clock, file = Clock(), tmp_path / "csp.json"
    auth = person(simulator, file, clock=clock)
    assert expiry(auth) is None
    authorization(auth)
    assert clock.now + 90 * 86_400 == expiry(auth) == expiry(person(simulator, file))
    clock.now += 4000
    authorization(auth)
    assert clock.now + 90 * 86_400 == expiry(auth)


def test_an_unreadable_stored_token_has_no_known_expiry(simulator: Simulator, tmp_path: Path) -> None:
    """The next request reports what is wrong with it."""
    (tmp_path / "csp.json").write_text("{")
    assert {} == person(simulator, tmp_path / "csp.json").expiries()


def test_an_api_key_says_itself_when_it_ends(simulator: Simulator, tmp_path: Path) -> None:
    """Its payload has `exp`; a text that is no token, or can't be read, has no known end."""
    claims = jwt.decode(simulator.world.ea.api_key, options={"verify_signature": False})
    assert claims["exp"] == expiry(ApiKey(Secret(simulator.world.ea.api_key)))
    assert expiry(ApiKey(Secret("no-token"))) is None
    assert expiry(ApiKey(Secret(path=tmp_path / "none"))) is None
    assert expiry(ApiKey(Secret(jwt.encode({"exp": 1e300}, "k" * 32)))) is None


def test_what_a_person_signed_in_for_wins_over_the_token_configured_then(simulator: Simulator, tmp_path: Path) -> None:
    """An older configured token is not used any more; one that is configured later is newer, and wins."""
    file, partner = tmp_path / "csp.json", simulator.world.partner_center
    auth = person(simulator, file, first="older")
    sign_in(auth, partner.refresh_token)
    assert authorization(auth).startswith("Bearer ey")
    with pytest.raises(SignInRequired, match="AADSTS70000"):
        authorization(person(simulator, file, first="newer"))
    assert authorization(person(simulator, file, first="older")).startswith("Bearer ey")
    assert authorization(person(simulator, file, first="")).startswith("Bearer ey")


def test_a_token_configured_after_a_sign_in_without_one_wins(simulator: Simulator, tmp_path: Path) -> None:
    """Somebody put it there since."""
    file = tmp_path / "csp.json"
    sign_in(person(simulator, file, first=""), "of-the-sign-in")
    assert authorization(person(simulator, file)).startswith("Bearer ey")


def test_nobody_signed_in_yet_tells_the_command(simulator: Simulator, tmp_path: Path) -> None:
    """And no token is requested."""
    with pytest.raises(SignInRequired) as raised:
        authorization(person(simulator, tmp_path / "csp.json", first=""))
    assert str(raised.value) == (
        "nobody has signed in yet; interactive sign-in required: azure-billing-exporter login csp --config.file=…"
    )
    assert 0 == token_requests(simulator)


KILLED = """
import os, signal, sys
from pathlib import Path
from exporter.auth.refresh_token import RefreshToken
from exporter.auth.secret import Secret
from exporter.auth.token_file import TokenFile
from exporter.transport.http import HttpClient
from tests.transport.sessions import Observer
import requests

class Mortal(HttpClient):
    def post(self, url, **arguments):
        super().post(url, **arguments)
        os.kill(os.getpid(), signal.SIGKILL)

authority, client_id, secret, first, file, ca_file = sys.argv[1:]
RefreshToken(
    Mortal(origin=authority, observer=Observer(), timeout=60, ca_file=Path(ca_file)),
    authority=authority, client_id=client_id,
    client_credential=Secret(secret), scope="https://api.partnercenter.microsoft.com/user_impersonation",
    first=Secret(first), kept=TokenFile(Path(file)), account="csp",
)(requests.Request("GET", "https://localhost/").prepare())
"""


def test_a_kill_between_rotation_and_write_leaves_the_old_token_whole(simulator: Simulator, tmp_path: Path) -> None:
    """The next process continues with it where the server lets the old one live; neither lock nor reserve is left."""
    file, partner = tmp_path / "csp.json", simulator.world.partner_center
    authorization(person(simulator, file))
    before = file.read_bytes()
    arguments = [f"{simulator.url}/{partner.tenant}", partner.client_id, partner.client_secret, partner.refresh_token]
    killed = subprocess.run([sys.executable, "-c", KILLED, *arguments, file, simulator.ca_file], check=False)
    assert (-9, 2, before) == (killed.returncode, token_requests(simulator), file.read_bytes())
    assert authorization(person(simulator, file)).startswith("Bearer ey")
    assert ["csp.json", "csp.lock"] == sorted(path.name for path in tmp_path.iterdir())


def test_two_that_share_the_file_never_use_one_token_twice(simulator: Simulator, tmp_path: Path) -> None:
    """Whoever comes second waits for the first one's successor; the server would refuse the used one."""
    simulator.switches.refresh_token_single_use = True
    file = tmp_path / "csp.json"
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: authorization(person(simulator, file)), range(16)))
    assert (16, 16) == (len([token for token in found if token.startswith("Bearer ey")]), token_requests(simulator))
