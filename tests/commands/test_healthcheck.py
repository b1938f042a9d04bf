"""`healthcheck` finds a running exporter from its command line, whatever address, TLS and users it has."""

import os
import signal
import socket
from pathlib import Path

import pytest

from tests.process import command, eventually, free_port, running
from tests.web.certificates import ALICE, Authority

TLS = "tls_server_config: {cert_file: server.pem, key_file: server.key%s}\n"
CLIENTS = ", client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.pem"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """An account whose API does not respond."""
    file = tmp_path / "config.yaml"
    file.write_text(
        f"ea: [{{enrollment: '100', api_key: s3cr3t, base_url: 'http://127.0.0.1:{free_port()}'}}]\n"
        f"storage: {{path: '{tmp_path}/storage'}}\n"
    )
    return file


def healthy(*arguments: str) -> bool:
    done = command("healthcheck", *arguments)
    assert (done.returncode, done.stdout) in {(0, "healthy\n"), (1, "")}
    return done.returncode == 0


def listens(port: int) -> bool:
    """Whether a connection is accepted."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_it_follows_the_address_of_the_process(config: Path) -> None:
    """Of several the first one; after the exporter was stopped, its socket is silent."""
    address, other = (f"127.0.0.1:{free_port()}" for _ in range(2))
    with running(
        f"--config.file={config}", "--web.listen-address", address, f"--web.listen-address={other}"
    ) as process:
        eventually(lambda: listens(int(other.rpartition(":")[2])), "the sockets")
        assert healthy(f"--process={process.pid}")
        assert healthy(f"--web.listen-address={other}")
        process.send_signal(signal.SIGSTOP)
        done = command("healthcheck", f"--process={process.pid}")
        assert (1, f"healthcheck {address}: timed out\n") == (done.returncode, done.stderr)
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(10)
    done = command("healthcheck", f"--web.listen-address={address}")
    assert (1, True) == (done.returncode, done.stderr.startswith(f"healthcheck {address}: [Errno"))


@pytest.mark.parametrize(
    "content",
    [
        TLS % "" + f"basic_auth_users: {{alice: {ALICE}}}\n",
        TLS % (CLIENTS + ", max_version: TLS12"),
        TLS % CLIENTS,
    ],
    ids=["users", "clients-1.2", "clients-1.3"],
)
def test_a_demanded_refusal_is_a_response(config: Path, tmp_path: Path, content: str) -> None:
    """The certificate is for another name, and the check has neither password nor certificate."""
    Authority(tmp_path).issue("server", "exporter.example")
    (tmp_path / "web.yml").write_text(content)
    port = free_port()
    with running(
        f"--config.file={config}", f"--web.listen-address=:{port}", f"--web.config.file={tmp_path}/web.yml"
    ) as process:
        eventually(lambda: listens(port), "the socket")
        assert healthy(f"--process={process.pid}")
        assert not healthy(f"--web.listen-address=:{port}")


@pytest.mark.parametrize(
    ("process", "expected"), [(None, "is not an exporter"), (99_999_999, ": No such file or directory")]
)
def test_what_is_unknown_is_stated(process: int | None, expected: str) -> None:
    """With the options that help; here of the test's own process."""
    number = process or os.getpid()
    done = command("healthcheck", f"--process={number}")
    options = "set --web.listen-address and, if the exporter has it, --web.config.file"
    separator = "" if expected.startswith(":") else " "
    assert (1, f"healthcheck: process {number}{separator}{expected}; {options}\n") == (done.returncode, done.stderr)
