"""The server that records what reaches it, and the links that try to lead there."""

import socket
from urllib.parse import urljoin, urlsplit

import pytest
import requests

from tests.hostile import ESCAPE, LINKS, MAX_BODY, MAX_REQUESTS, Recorder, hostile_links

EVIL, HOME, PATH = "127.0.0.1:7001", "127.0.0.1:7002", "/v3/next"


def connected(recorder: Recorder) -> socket.socket:
    host, _, port = recorder.netloc.partition(":")
    return socket.create_connection((host, int(port)), timeout=60)


def test_every_request_is_recorded_and_answered() -> None:
    """Method, target, headers and body, of any method; the answer is an empty object."""
    with Recorder() as recorder:
        answers = [
            requests.request(method, f"{recorder.url}/a/b?c=d", data=b"form", headers={"X-A": "1"}, timeout=60)
            for method in ("GET", "POST", "PATCH", "PROPFIND")
        ]
        assert [(200, {})] * 4 == [(answer.status_code, answer.json()) for answer in answers]
        assert ["GET", "POST", "PATCH", "PROPFIND"] == [one.method for one in recorder.requests]
        assert {("/a/b?c=d", "/a/b", ("1",), b"form")} == {
            (one.target, one.path, one.headers["x-a"], one.body) for one in recorder.requests
        }
        assert "x-a" not in repr(recorder.requests)


def test_what_is_no_request_is_counted() -> None:
    """A TLS handshake, or nothing at all, leaves no request but a connection."""
    with Recorder() as recorder:
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"https://{recorder.netloc}/", timeout=60)
        with connected(recorder) as client:
            client.sendall(b"\r\n\r\n")
            assert b"" == client.recv(100)
        assert ([], 2) == (recorder.requests, recorder.connections)


def test_what_is_recorded_is_bounded() -> None:
    """In the length of a body, and in the number of requests."""
    with Recorder() as recorder:
        with connected(recorder) as client:
            client.sendall(b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n" + b"x" * MAX_BODY)
            assert client.recv(100).startswith(b"HTTP/1.1 200 OK")
        assert MAX_BODY == len(recorder.requests[0].body)
        recorder.requests *= MAX_REQUESTS
        requests.get(recorder.url, timeout=60)
        assert MAX_REQUESTS == len(recorder.requests)


def test_links_are_many_and_different() -> None:
    """With their places filled in and their escapes decoded."""
    links = hostile_links("evil.test:7001", HOME, PATH)
    assert len(links) >= 150
    assert len(set(links)) == len(links)
    assert not [link for link in links if "{evil" in link or "{home" in link or "{path" in link]
    assert not [link for link in links if "\\u" in link or "\\x" in link or "\\0" in link]


@pytest.mark.parametrize(
    "link",
    [
        f"http://{EVIL}\\@{HOME}{PATH}", f"//{EVIL}\\@{HOME}{PATH}", f"http://{HOME}@{EVIL}{PATH}", f"///{EVIL}{PATH}",
        f"\\\\{EVIL}{PATH}", f"http://{EVIL}\t@{HOME}{PATH}", f"http://{EVIL}\0@{HOME}{PATH}", f" http://{EVIL}{PATH}",
        f"http://{EVIL}\N{FULLWIDTH SOLIDUS}@{HOME}{PATH}", f"http://{HOME}{PATH}\r\nHost: {EVIL}\r\nX-Hostile: yes",
        "http://[::ffff:127.0.0.1]:7001/v3/next", "http://2130706433:7001/v3/next", "data:application/json,{}", f"#http://{EVIL}{PATH}",
        f"http://{HOME}\N{FULLWIDTH COMMERCIAL AT}{EVIL}{PATH}", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_a_link_is_written_in_the_file_as_its_rule_says(link: str) -> None:
    """Backslashes that are none of the escapes stay what they are."""
    assert link in hostile_links(EVIL, HOME, PATH)


def test_the_file_holds_no_other_escapes() -> None:
    """A backslash that is no escape is meant: only the sign for user information and a place follow it."""
    text = ESCAPE.sub("", "".join(line for line in LINKS.read_text("ascii").splitlines() if line[:1] != "#"))
    assert {"@"} == {text[place + 1] for place, sign in enumerate(text) if sign == "\\"}


def test_some_links_deceive_the_standard_library() -> None:
    """It reads the configured origin where the HTTP library goes elsewhere, and sends what it was given."""
    with Recorder() as home, Recorder() as evil:
        for link in hostile_links(evil.netloc, home.netloc, PATH):
            if "\\@" not in link:
                continue
            joined = urljoin(home.url, link)
            if urlsplit(joined).netloc.rpartition("@")[2] == home.netloc:
                requests.get(joined, headers={"Authorization": "Bearer secret"}, timeout=60)
        assert {("Bearer secret",)} == {one.headers["authorization"] for one in evil.requests}
        assert len(evil.requests) >= 3
