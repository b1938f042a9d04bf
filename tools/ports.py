"""The ports of the local stack: which are free, and who listens on them.

As a program, checks that the ports that environment variables choose are free; arguments are names of variables.
"""

import os
import socket
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

HOST = "127.0.0.1"
DEFAULTS = {"EXPORTER_PORT": 10365, "PROMETHEUS_PORT": 9090, "ALERTMANAGER_PORT": 9093, "GRAFANA_PORT": 3000}
"""Ports by the environment variables that choose others, which are also variables of `make stack`."""
LISTENING = "0A"


def chosen(names: Iterable[str], environment: Mapping[str, str]) -> dict[str, int]:
    """The ports, all of which are free. Raises `RuntimeError` that names each that is not, and a free one."""
    ports: dict[str, int] = {}
    errors = []
    for name in names:
        text = environment.get(name) or str(DEFAULTS[name])
        if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65_536:
            errors.append(f"{name}: {text!r} is not a port from 1 to 65535")
        elif int(text) in ports.values():
            errors.append(f"{name}: port {text} is chosen twice")
        elif not is_free(int(text)):
            errors.append(f"port {text} is in use; to choose another one: make stack {name}={_free_after(int(text))}")
        else:
            ports[name] = int(text)
    if errors:
        raise RuntimeError("\n".join(errors))
    return ports


def is_free(port: int) -> bool:
    """Whether a server could listen on the port of the loopback interface."""
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        return False
    return True


def listens(process_id: int, port: int) -> bool:
    """Whether a process listens on a port; also true where the system does not tell (there is no `/proc`)."""
    tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    lines = [line.split() for table in tables if table.exists() for line in table.read_text().splitlines()[1:]]
    if not lines:
        return True
    sockets = {f"socket:[{line[9]}]" for line in lines if line[3] == LISTENING and line[1].endswith(f":{port:04X}")}
    return any(
        file.is_symlink() and str(file.readlink()) in sockets for file in Path(f"/proc/{process_id}/fd").iterdir()
    )


def _free_after(port: int) -> int:
    return next((other for other in range(port + 1, 65_536) if is_free(other)), port)


def main(names: list[str]) -> int:
    """Exit code 1 if a port is not free."""
    try:
        chosen(names, os.environ)
    except RuntimeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
