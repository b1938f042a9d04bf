"""Where credentials go: to the configured origin, and nowhere else, whatever a link looks like."""

import pytest

from exporter.errors import Failure, Malformed
from exporter.transport.http import HttpClient, Unobserved
from exporter.transport.origins import Origin, link
from exporter.transport.session import Session
from tests.harness import Answer, CannedService
from tests.transport.sessions import KEY, Observer, session


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example:1\\@{home}/v3/x",
        "//evil.example:1\\@{home}/v3/x",
        "http://user@{home}/x",
        "http://user:word@{home}/x",
        "http://@{home}/x",
        "http://{home}/a b",
        " http://{home}/x",
        "http://{home}\t/x",
        "http://{home}/x\r\nHost: evil.example",
        "http://{home}/\x00",
    ],
)
def test_what_parsers_disagree_about_is_no_link(canned: CannedService, url: str) -> None:
    """A backslash, user information, blanks and control characters; nothing is sent at all."""
    with pytest.raises(Malformed, match="not a link"):
        session(canned.url, Observer()).get(url.replace("{home}", canned.url.removeprefix("http://")))
    assert [] == canned.received


def test_the_prepared_request_is_judged_and_not_the_link(canned: CannedService) -> None:
    """Whatever a caller passes: the URL that goes onto the wire decides, before the credential is read."""
    home = HttpClient(origin="http://127.0.0.1:1", observer=Unobserved(), timeout=5)

    class Forbidden:
        def __call__(self, request: object) -> object:
            raise AssertionError("the credential was requested")

    with pytest.raises(Malformed, match="leads away"):
        home.request("GET", f"{canned.url}/x", auth=Forbidden())
    assert [] == canned.received


def test_no_netrc_is_read(canned: CannedService, monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    """Neither with a credential nor without, as msal asks."""
    file = f"{tmp_path}/netrc"
    with open(file, "w") as netrc:  # noqa: PTH123
        netrc.write("machine 127.0.0.1 login me password hush\n")
    monkeypatch.setenv("NETRC", file)
    canned.answer("/", Answer(b"{}"))
    http = HttpClient(origin=canned.url, observer=Unobserved(), timeout=5)
    http.get(canned.url)
    http.post(canned.url, data={"a": "b"})
    assert [None, None] == [headers.get("authorization") for _, headers in canned.received]


def test_a_token_endpoint_elsewhere_gets_no_secret(canned: CannedService) -> None:
    """Discovery may name any address; the secret would be in the form."""
    http = HttpClient(origin="https://login.example", observer=Unobserved(), timeout=5)
    with pytest.raises(Malformed, match="leads away"):
        http.post(f"{canned.url}/token", data={"client_secret": KEY})
    assert [] == canned.received


@pytest.mark.parametrize(
    "proxy",
    [
        "http://user:hu#sh@127.0.0.1:9",
        "http://user:hu/sh@127.0.0.1:9",
        "http://user:hu?sh@127.0.0.1:9",
        "http://user:hush@",
        "http://",
        "http://user:hush@127.0.0.1:9",
        "http://[user:hush@127.0.0.1:9",
    ],
)
def test_a_proxy_of_the_environment_never_shows_its_password(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    """Whether it is a URL or not; and it is a failure of the connection, not a bug."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(Failure) as raised:
        session("https://elsewhere.example", Observer()).get("x")
    assert "connection" == raised.value.reason
    assert [] == [part for part in ("hu#", "hu/", "hu?", "hush", "sh@") if part in str(raised.value)]


def test_a_proxy_of_the_environment_is_used(canned: CannedService, monkeypatch: pytest.MonkeyPatch) -> None:
    """For an address that it is meant for, with its own credential."""
    monkeypatch.setenv("HTTP_PROXY", canned.url.replace("//", "//me:hush@"))
    monkeypatch.setenv("NO_PROXY", "")
    canned.answer("/x", Answer(b"{}"))
    account: Session = session("http://elsewhere.example", Observer())
    account.get("x")
    ((path, headers),) = canned.received
    assert ("http://elsewhere.example/x", True) == (path, "proxy-authorization" in headers)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://Example.com", "HTTPS://example.COM:443/x"),
        ("http://127.0.0.1:80/", "http://127.0.0.1/?q"),
        ("https://[::1]:8443", "https://[::1]:8443/a/../b"),
    ],
)
def test_an_origin_has_one_form(one: str, other: str) -> None:
    """Scheme and host without case, the port even where it is the usual one."""
    assert Origin.from_url(one) == Origin.from_url(other)


@pytest.mark.parametrize("url", ["x", "/x", "?q=1", "", "HTTP://LOCALHOST:1/x"])
def test_relative_links_and_upper_case_stay_at_home(url: str) -> None:
    """Both are documented forms."""
    Origin.from_url("http://localhost:1").require(link("http://localhost:1", url))
