"""Where the command serves: addresses, IPv6, sockets of systemd, and TLS with users."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from exporter.commands.simulate import write_config
from exporter.simulator import Simulator
from tests.process import ENVIRONMENT, command, eventually, free_port, running
from tests.web.certificates import ALICE, Authority

PASSING = """
import os, sys
os.dup2(int(sys.argv[1]), 3, inheritable=True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.executable, [sys.executable, "-m", "exporter", *sys.argv[2:]])
"""


def test_every_listen_address_is_served(simulator: Simulator, tmp_path: Path) -> None:
    """IPv6 included."""
    config, first, second = write_config(simulator, tmp_path), free_port(), free_port()
    addresses = f"127.0.0.1:{first}", f"[::1]:{second}"
    with running(f"--config.file={config}", *(f"--web.listen-address={each}" for each in addresses)) as process:
        for address in addresses:
            eventually(lambda address=address: requests.get(f"http://{address}/-/healthy", timeout=60).ok, address)  # type: ignore[misc]
        process.terminate()
        output, _ = process.communicate(timeout=60)
    assert (0, True) == (process.returncode, f'address="{", ".join(addresses)}"' in output)


def test_the_sockets_of_systemd_are_served(simulator: Simulator, tmp_path: Path) -> None:
    """A connection that was made before the start is accepted."""
    config = write_config(simulator, tmp_path)
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()) as client,
    ):
        process = subprocess.Popen(
            [sys.executable, "-c", PASSING, str(listening.fileno()), f"--config.file={config}", "--web.systemd-socket"],
            pass_fds=[listening.fileno()],
            env=ENVIRONMENT,
            stderr=subprocess.DEVNULL,
        )
        try:
            client.settimeout(30)
            client.sendall(b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert client.recv(12) == b"HTTP/1.1 200"
            process.terminate()
            assert 0 == process.wait(5)
        finally:
            process.kill()
            process.wait()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--web.systemd-socket"], "--web.systemd-socket: systemd passed no socket; enable the unit's .socket\n"),
        (["--web.config.file={tmp}/none.yml"], "{tmp}/none.yml: No such file or directory\n"),
        (["--web.config.file={tmp}/web.yml"], "{tmp}/web.yml: basic_auth_users.alice: must be a bcrypt hash such as"),
    ],
)
def test_an_error_at_the_start_is_one_clear_line(
    simulator: Simulator, tmp_path: Path, options: list[str], message: str
) -> None:
    """With exit code 1."""
    (tmp_path / "web.yml").write_text("basic_auth_users: {alice: wonderland}")
    done = command(
        f"--config.file={write_config(simulator, tmp_path)}",
        *(each.replace("{tmp}", str(tmp_path)) for each in options),
    )
    assert 1 == done.returncode
    assert done.stderr.startswith(message.replace("{tmp}", str(tmp_path)))
    assert (1, False) == (done.stderr.count("\n"), "wonderland" in done.stderr)


def test_all_pages_require_the_configured_user(simulator: Simulator, tmp_path: Path) -> None:
    """And TLS; the lifecycle pages included."""
    Authority(tmp_path).issue("server", "localhost")
    web, config, port = tmp_path / "web.yml", write_config(simulator, tmp_path), free_port()
    web.write_text(
        f"tls_server_config: {{cert_file: server.pem, key_file: server.key}}\nbasic_auth_users: {{alice: {ALICE}}}"
    )
    options = f"--web.config.file={web}", f"--web.listen-address=127.0.0.1:{port}", "--web.enable-lifecycle"
    with running(f"--config.file={config}", *options) as process, requests.Session() as client:
        client.verify, url = str(tmp_path / "ca.pem"), f"https://localhost:{port}"
        eventually(lambda: client.get(url, timeout=60).status_code == 401, "a page")
        pages = "/", "/metrics", "/-/healthy", "/-/ready"
        assert {401} == {client.get(url + page, timeout=60).status_code for page in pages}
        assert 401 == client.post(f"{url}/-/reload", timeout=60).status_code
        client.auth = "alice", "wonderland"
        assert [200] * 3 == [client.get(url + page, timeout=60).status_code for page in pages[:3]]
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 0
