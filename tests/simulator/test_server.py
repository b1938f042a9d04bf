"""Starting, stopping, TLS and the record of requests."""

import socket
import time
from pathlib import Path

import pytest
import requests

from exporter.simulator import Simulator

from .conftest import NOON, Browser


def test_the_certificate_is_good_for_every_name_of_this_machine(browser: Browser) -> None:
    """A client that trusts the CA file may call the simulator by name or by address."""
    by_address = browser.sim.url.replace("localhost", "127.0.0.1")
    assert browser.get("/v1/nothing").status_code == 404
    assert browser.get(f"{by_address}/v1/nothing").status_code == 404


def test_a_client_without_the_authority_is_not_answered(sim: Simulator) -> None:
    """The certificate authority is a throw-away one that nobody knows."""
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{sim.url}/v1/nothing", timeout=60)


def test_several_run_side_by_side(sim: Simulator) -> None:
    """Two simulators in one process have ports, authorities and worlds of their own."""
    with Simulator(seed=2) as other:
        assert other.url != sim.url
        assert other.ca_file.read_bytes() != sim.ca_file.read_bytes()
        assert other.world.ea.enrollment != sim.world.ea.enrollment


def test_a_taken_port_is_an_error_at_the_start(sim: Simulator) -> None:
    """Whoever asks for a port that is in use learns it at once."""
    port = int(sim.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        Simulator(port=port).start()


def test_the_authority_file_lands_in_the_given_directory(tmp_path: Path) -> None:
    """A directory of the caller's keeps the PEM, one of the simulator's own is removed."""
    with Simulator(directory=tmp_path) as kept:
        assert tmp_path == kept.ca_file.parent
    assert [tmp_path / "ca.pem"] == list(tmp_path.iterdir())
    with Simulator() as own:
        directory = own.ca_file.parent
    assert not directory.exists()


def test_it_stops_while_a_client_keeps_its_connection_open() -> None:
    """Idle connections do not delay the end, and the port is free afterwards."""
    sim = Simulator()
    sim.start()
    port = int(sim.url.rpartition(":")[2])
    with requests.Session() as session:
        session.get(f"{sim.url}/v1/nothing", verify=str(sim.ca_file), timeout=60)
        began = time.monotonic()
        sim.close()
    assert time.monotonic() - began < 2
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def test_what_reached_the_server_can_be_looked_up(browser: Browser) -> None:
    """Method, path, query, headers and the simulated time of every request are kept."""
    browser.get("/v1/nothing?a=b+c", headers={"MS-CorrelationId": "one"})
    [request] = browser.sim.received
    assert ("GET", "/v1/nothing", "a=b+c") == (request.method, request.path, request.query)
    assert {"a": "b c"} == request.parameters
    assert "one" == request.headers["ms-correlationid"]
    assert NOON == request.time


def test_it_has_no_address_before_the_start() -> None:
    """Address and authority exist only while it runs."""
    sim = Simulator()
    with pytest.raises(RuntimeError):
        _ = sim.url
    with pytest.raises(RuntimeError):
        _ = sim.ca_file
