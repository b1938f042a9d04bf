"""The disk below the tokens: full, busy, garbled."""

import fcntl
import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from exporter.auth.api_key import ApiKey
from exporter.auth.refresh_token import RefreshToken
from exporter.auth.secret import Secret
from exporter.auth.token_file import StoredToken, TokenFile
from exporter.errors import Reason, Transient
from exporter.simulator import Simulator
from exporter.transport.http import HttpClient
from exporter.transport.response import Response
from tests.auth.test_entra import Clock, authorization, token_requests
from tests.auth.test_refresh_token import person, sign_in
from tests.transport.sessions import Observer


@contextmanager
def full_disk(limit: int = 1000) -> Iterator[None]:
    """No file may grow beyond `limit` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_noticed_before_the_token_is_exchanged(simulator: Simulator, tmp_path: Path) -> None:
    """A successor could not be stored; nothing is left behind, and the next attempt works."""
    auth = person(simulator, tmp_path / "csp.json")
    with full_disk(), pytest.raises(Transient, match="the refresh token can't be stored") as raised:
        authorization(auth)
    assert (Reason.STORAGE, 0) == (raised.value.reason, token_requests(simulator))
    assert ["csp.lock"] == [path.name for path in tmp_path.iterdir()]
    assert authorization(auth).startswith("Bearer ey")


class DiskFillsUp(HttpClient):
    """HTTP for the login host; while `fills`, the disk becomes full during its response."""

    fills = False

    def post(self, url: str, **arguments: object) -> Response:
        answer = super().post(url, **arguments)
        if self.fills:
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        return answer


def test_a_successor_that_can_not_be_written_is_used_from_memory_and_written_later(
    simulator: Simulator, tmp_path: Path
) -> None:
    """The old token is used up; collection continues, with a warning until the disk has space again."""
    simulator.switches.refresh_token_single_use = True
    clock, file = Clock(), tmp_path / "csp.json"
    http = DiskFillsUp(origin=simulator.url, observer=Observer(), timeout=60, ca_file=simulator.ca_file)
    auth = person(simulator, file, clock=clock, http=http)
    authorization(auth)
    http.fills = True
    before = file.read_bytes()
    with full_disk(1 << 20):
        clock.now += 4000
        assert authorization(auth).startswith("Bearer ey")
        (warning,) = auth.warnings()
        assert (before, True) == (file.read_bytes(), "in memory only" in warning)
        clock.now += 4000
        with pytest.raises(Transient) as raised:
            authorization(auth)
        assert Reason.STORAGE == raised.value.reason
    http.fills = False
    assert authorization(auth).startswith("Bearer ey")
    assert (False, ()) == (before == file.read_bytes(), tuple(auth.warnings()))
    assert authorization(person(simulator, file)).startswith("Bearer ey")


def test_a_token_that_another_process_wrote_wins_over_the_one_in_memory(simulator: Simulator, tmp_path: Path) -> None:
    """It is newer."""
    clock, file = Clock(), tmp_path / "csp.json"
    http = DiskFillsUp(origin=simulator.url, observer=Observer(), timeout=60, ca_file=simulator.ca_file)
    auth = person(simulator, file, clock=clock, http=http)
    authorization(auth)
    http.fills = True
    with full_disk(1 << 20):
        clock.now += 4000
        authorization(auth)
    http.fills = False
    sign_in(person(simulator, file), simulator.world.partner_center.refresh_token)
    newest = file.read_bytes()
    authorization(auth)
    assert (newest, ()) == (file.read_bytes(), tuple(auth.warnings()))


def test_a_lock_that_is_held_too_long_is_reported_by_its_file(tmp_path: Path) -> None:
    """After half a minute, by the clock that the test moves."""
    clock = Clock()

    def sleep(seconds: float) -> None:
        clock.now += seconds

    waiting = TokenFile(tmp_path / "csp.json", clock=clock, sleep=sleep)
    started = clock.now
    with (tmp_path / "csp.lock").open("w") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        with pytest.raises(Transient, match=r"csp\.lock: another process still holds this lock after 30 s") as raised:
            waiting.locked().__enter__()
    assert Reason.STORAGE == raised.value.reason
    assert 30 <= clock.now - started < 31
    with waiting.locked():
        pass


def test_a_file_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    """It knows no token before the newest."""
    (tmp_path / "csp.json").write_text('{"replaces": "x", "refresh_token": "y", "used": 1.5}')
    assert StoredToken("x", "y", 1.5, "") == TokenFile(tmp_path / "csp.json").read()


@pytest.mark.parametrize("used", ["1e300", "-1e300", "253402300799", "1e999", "NaN", '"x"', "null"])
def test_an_odd_instant_has_no_expiry_and_stops_nothing(simulator: Simulator, tmp_path: Path, used: str) -> None:
    """Whatever the file says."""
    (tmp_path / "csp.json").write_text(f'{{"replaces": "x", "refresh_token": "y", "used": {used}}}')
    assert {} == person(simulator, tmp_path / "csp.json", first="").expiries()


@pytest.mark.parametrize("content", [b"\xff", b"[" * 100_000, b"null", b'{"replaces": "", "refresh_token": "a b"}'])
def test_a_garbled_file_has_no_expiry(simulator: Simulator, tmp_path: Path, content: bytes) -> None:
    """The next request reports it."""
    (tmp_path / "csp.json").write_bytes(content)
    assert {} == person(simulator, tmp_path / "csp.json", first="").expiries()


def test_a_path_that_no_file_can_have_is_an_unreadable_secret() -> None:
    """Python refuses it by another exception."""
    assert {} == ApiKey(Secret(path=Path("a\0b"))).expiries()


def test_the_token_before_a_sign_in_is_stored_until_the_new_one_has_worked(
    simulator: Simulator, tmp_path: Path
) -> None:
    """Should the login host not take the new one after all."""
    file = tmp_path / "csp.json"
    authorization(person(simulator, file))
    auth: RefreshToken = person(simulator, file)
    sign_in(auth, "that-the-host-refuses")
    assert authorization(auth).startswith("Bearer ey")
    assert "that-the-host-refuses" not in json.loads(file.read_text()).values()
