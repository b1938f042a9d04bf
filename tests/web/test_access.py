"""Users, headers and the rate limit of `--web.config.file`, over real sockets."""

import base64
from pathlib import Path

import pytest

from exporter.web.access import Bucket, credentials
from exporter.web.config_file import RateLimit
from tests.process import free_port
from tests.web.certificates import ALICE
from tests.web.serving import Served, serving

HEADERS = "http_server_config: {headers: {X-Frame-Options: deny, Strict-Transport-Security: max-age=60}}\n"


def basic(user: str, password: str) -> str:
    return "Authorization: Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "web.yml"
    file.write_text(f"basic_auth_users: {{alice: {ALICE}}}\n{HEADERS}")
    return file


def test_only_users_are_served(config: Path) -> None:
    """On every path; the response to others says how to authenticate, and no password is logged."""
    with serving(free_port(), config=config) as server:
        for path in ("/", "/metrics", "/nothing"):
            status, answer = server.get(path)
            assert (401, True) == (
                status,
                b"www-authenticate: Basic realm=" in answer.lower().replace(b"basic", b"Basic"),
            )
        assert 200 == server.get("/metrics", basic("alice", "wonderland"))[0]
        refused = (
            ("alice", "Wonderland"),
            ("bob", "wonderland"),
            ("", ""),
            ("alice", "x" * 100),
            ("alice", "won\0derland"),
        )
        assert [401] * 5 == [server.get("/", basic(*each))[0] for each in refused]
        for field in ("Basic", "Basic !", "Bearer wonderland", "Basic YWxpY2U=", "Basic /w=="):
            assert 401 == server.get("/", f"Authorization: {field}")[0]
        assert "" == server.stop()


def test_a_removed_user_is_refused_at_once(config: Path) -> None:
    """Although the password was verified before; a new hash of it is accepted."""
    with serving(free_port(), config=config) as server:
        assert 200 == server.get("/", basic("alice", "wonderland"))[0]
        config.write_text(f"basic_auth_users: {{bob: {ALICE}}}\n")
        assert [401, 200] == [server.get("/", basic(user, "wonderland"))[0] for user in ("alice", "bob")]


def test_headers_are_added_to_every_response(config: Path) -> None:
    """Those of errors included."""
    with serving(free_port(), config=config) as server:
        for fields in ([], [basic("alice", "wonderland")]):
            answer = server.get("/", *fields)[1].lower()
            assert b"x-frame-options: deny\r\n" in answer
            assert b"strict-transport-security: max-age=60\r\n" in answer


def test_requests_beyond_the_rate_limit_are_refused(config: Path) -> None:
    """With 429, after the burst."""
    config.write_text("rate_limit: {interval: 1h, burst: 3}\n")
    with serving(free_port(), config=config) as server:
        assert [200, 200, 200, 429] == [status(server) for _ in range(4)]


def status(server: Served) -> int:
    return server.get("/")[0]


def test_a_bucket_is_filled_with_time() -> None:
    """One request for each interval, and never more than the burst."""
    bucket = Bucket(RateLimit.model_validate({"interval": "2s", "burst": 2}))
    now = bucket.taken
    assert [True, True, False] == [bucket.take(now) for _ in range(3)]
    assert [False, True, False] == [bucket.take(now + seconds) for seconds in (1.9, 2.1, 2.2)]
    assert [True, True, False] == [bucket.take(now + 100) for _ in range(3)]


def test_credentials_are_those_of_rfc_7617() -> None:
    """The password may contain colons, and need not be text."""
    encoded = base64.b64encode(b"alice:a:\xff").decode()
    assert ("alice", b"a:\xff") == credentials(f"bAsIc  {encoded} ")
    assert (None, b"") == credentials("")
