"""TLS as `--web.config.file` configures it, with real certificates over real sockets."""

import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.process import eventually, free_port
from tests.web.certificates import Authority
from tests.web.serving import Served, closed, received, serving

SERVER = "tls_server_config: {{cert_file: server.pem, key_file: server.key{more}}}\n"
CLIENTS = ", client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.pem"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Its certificates are in `tmp_path`, and one of them is for localhost."""
    authority = Authority(tmp_path)
    authority.issue("server", "localhost", "127.0.0.1")
    return authority


@pytest.fixture
def config(tmp_path: Path, authority: Authority) -> Path:
    file = tmp_path / "web.yml"
    file.write_text(SERVER.format(more=""))
    return file


@pytest.fixture
def served(config: Path) -> Iterator[Served]:
    with serving(free_port(), size=3 << 20, config=config) as server:
        yield server


def test_pages_are_served_over_tls(served: Served, authority: Authority) -> None:
    """With TLS 1.2 and 1.3, whole pages included; a client without TLS gets nothing."""
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        status, page = served.get("/metrics", tls=authority.client(version=version))
        assert (200, True) == (status, page.endswith(b"x" * (3 << 20) + b"end\n"))
    with served.connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"HTTP" not in received(client)
    assert "" == served.stop()


def test_a_renewed_certificate_is_used_for_the_next_connection(
    served: Served, authority: Authority, tmp_path: Path
) -> None:
    """While only one of its two files is new, the previous one is used; open connections continue."""
    tls = authority.client()
    with served.connect() as plain, tls.wrap_socket(plain, server_hostname="localhost") as client:
        before = client.getpeercert(binary_form=True)
        previous = (tmp_path / "server.key").read_bytes()
        authority.issue("server", "localhost", "renewed.example")
        renewed = (tmp_path / "server.key").read_bytes()
        (tmp_path / "server.key").write_bytes(previous + b"\n")
        assert before == certificate(served, tls)
        (tmp_path / "server.key").write_bytes(renewed)
        assert before != certificate(served, tls)
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert received(client).endswith(b"root\n")
    output = served.stop()
    assert 1 == output.count('msg="web configuration not reloaded"')
    assert "tls_server_config.key_file: is not the key of the certificate" in output
    assert 1 == output.count('msg="web configuration reloaded"')


def certificate(served: Served, tls: ssl.SSLContext) -> bytes | None:
    """The server's certificate for a new connection."""
    with served.connect() as plain, tls.wrap_socket(plain, server_hostname="localhost") as client:
        return client.getpeercert(binary_form=True)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_only_clients_with_a_certificate_get_in(config: Path, authority: Authority, version: ssl.TLSVersion) -> None:
    """One that the configured authority issued, for an allowed name."""
    authority.issue("prometheus", "prometheus.example", "10.0.0.7")
    authority.issue("address", "2001:db8::1")
    authority.issue("other", "other.example")
    config.write_text(SERVER.format(more=CLIENTS + ", client_allowed_sans: [prometheus.example, '2001:db8::1']"))
    foreign = config.parent / "foreign"
    foreign.mkdir()
    Authority(foreign).issue("prometheus", "prometheus.example")
    stranger = authority.client(version=version)
    stranger.load_cert_chain(foreign / "prometheus.pem", foreign / "prometheus.key")
    with serving(free_port(), config=config) as server:
        assert 200 == server.get(tls=authority.client("prometheus", version))[0]
        assert 200 == server.get(tls=authority.client("address", version))[0]
        for refused in (authority.client(version=version), authority.client("other", version), stranger):
            with pytest.raises((OSError, IndexError)):
                server.get(tls=refused)
        assert "" == server.stop()


def test_a_change_of_the_file_takes_effect(served: Served, authority: Authority, config: Path) -> None:
    """For the next connection; a file that is not valid or empty changes nothing."""
    tls = authority.client()
    authority.issue("prometheus", "prometheus.example")
    for text in ("", "tls_server_config: {cert_file: none.pem, key_file: none.pem}", "colour: red"):
        config.write_text(text)
        assert 200 == served.get(tls=tls)[0]
    config.write_text(SERVER.format(more=CLIENTS))
    with pytest.raises((OSError, IndexError)):
        served.get(tls=tls)
    assert 200 == served.get(tls=authority.client("prometheus"))[0]
    assert 3 == served.stop().count('msg="web configuration not reloaded"')


def test_versions_and_suites_are_limited(config: Path, authority: Authority) -> None:
    """To those of the file."""
    suites = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
    config.write_text(
        SERVER.format(more=f", max_version: TLS12, cipher_suites: [{suites}]" + ", curve_preferences: [X25519]")
    )
    with serving(free_port(), config=config) as server:
        with server.connect() as plain, authority.client().wrap_socket(plain, server_hostname="localhost") as client:
            assert ("TLSv1.2", True) == (client.version(), (client.cipher() or ("",))[0].endswith("AES128-GCM-SHA256"))
        with pytest.raises(ssl.SSLError):
            server.get(tls=authority.client(version=ssl.TLSVersion.TLSv1_3))


def test_a_certificate_may_be_part_of_the_file(config: Path, authority: Authority) -> None:
    """As text in the PEM format."""
    text = "tls_server_config:\n"
    for key, file in (("cert", "server.pem"), ("key", "server.key")):
        lines = (config.parent / file).read_text().splitlines()
        text += f"  {key}: |\n" + "".join(f"    {line}\n" for line in lines)
    config.write_text(text)
    with serving(free_port(), config=config) as server:
        assert 200 == server.get(tls=authority.client())[0]


def test_unfinished_handshakes_and_slow_readers_are_limited(config: Path, authority: Authority) -> None:
    """They count as connections, and a slow reader needs no encrypted copy of the page."""
    size, tls = 20 << 20, authority.client()
    with serving(free_port(), size=size, config=config, descriptors=128) as server, ExitStack() as stack:
        server.get("/metrics", tls=tls)
        before = int(server.get("/memory", tls=tls)[1].split()[-1]) * 4096
        for _ in range(30):
            plain = stack.enter_context(server.connect(receive_buffer=4096))
            client = stack.enter_context(tls.wrap_socket(plain, server_hostname="localhost"))
            client.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            client.recv(12)
        silent = [stack.enter_context(server.connect()) for _ in range(200)]
        assert 200 == server.get("/metrics", tls=tls)[0]
        eventually(lambda: sum(map(closed, silent)) >= 160, "at most 64 connections")
        assert int(server.get("/memory", tls=tls)[1].split()[-1]) * 4096 - before < 4 * size
        server.stop()
