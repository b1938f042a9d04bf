"""The listening sockets: those of `--web.listen-address`, or those that systemd passes."""

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from exporter.errors import ConfigError
from exporter.web.options import WebOptions

FIRST_DESCRIPTOR = 3
"""The first descriptor that systemd passes: SD_LISTEN_FDS_START of sd_listen_fds(3)."""
BACKLOG = 512
"""Connections that wait to be accepted; the system's limit (net.core.somaxconn) applies too."""


@contextmanager
def listening(options: WebOptions, environment: Mapping[str, str] = os.environ) -> Iterator[list[socket.socket]]:
    """The sockets, closed at the end of the block; raises `ConfigError`."""
    with ExitStack() as stack:
        if options.systemd_socket:
            yield [stack.enter_context(each) for each in passed(environment)]
        else:
            yield [stack.enter_context(listen(address)) for address in options.listen_addresses]


def listen(address: str) -> socket.socket:
    """A listening socket for `:10365`, `host:port` or `[::1]:port`; raises `ConfigError`."""
    host, port = host_and_port(address)
    everywhere = not host and socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if everywhere or ":" in host else socket.AF_INET
    try:
        found = socket.create_server((host, port), family=family, dualstack_ipv6=everywhere, backlog=BACKLOG)
    except OSError as error:
        raise ConfigError([f"--web.listen-address: {address}: {_reason(error)}"]) from error
    return _without_delay(found)


def host_and_port(address: str) -> tuple[str, int]:
    """The parts of `[host]:port`, without brackets; raises `ConfigError`."""
    host, _, port = address.rpartition(":")
    if not (port.isascii() and port.isdigit()) or int(port) > 65_535:
        raise ConfigError([f"--web.listen-address: {address!r} is not [host]:port"])
    return host.removeprefix("[").removesuffix("]"), int(port)


def passed(environment: Mapping[str, str]) -> list[socket.socket]:
    """The sockets that systemd opened for this process, as sd_listen_fds(3) describes; raises `ConfigError`."""
    count = environment.get("LISTEN_FDS", "")
    if environment.get("LISTEN_PID") != str(os.getpid()) or not count.isdecimal() or not 0 < int(count) < 1000:
        raise ConfigError(["--web.systemd-socket: systemd passed no socket; enable the unit's .socket"])
    return [_adopted(descriptor) for descriptor in range(FIRST_DESCRIPTOR, FIRST_DESCRIPTOR + int(count))]


def _adopted(descriptor: int) -> socket.socket:
    try:
        found = socket.socket(fileno=descriptor)
        if found.type != socket.SOCK_STREAM or not found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            raise ConfigError([f"--web.systemd-socket: descriptor {descriptor} is not a listening stream socket"])
        if found.family not in (socket.AF_INET, socket.AF_INET6):
            raise ConfigError([f"--web.systemd-socket: descriptor {descriptor} is not a TCP socket"])
    except OSError as error:
        raise ConfigError([f"--web.systemd-socket: descriptor {descriptor}: {_reason(error)}"]) from error
    found.set_inheritable(False)
    found.setblocking(False)
    return _without_delay(found)


def format_address(found: socket.socket) -> str:
    """The address of a socket as `host:port`, with brackets around an IPv6 address."""
    host, port = found.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _without_delay(found: socket.socket) -> socket.socket:
    """The last bytes of a response must not wait for the acknowledgement of the others."""
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found


def _reason(error: OSError) -> str:
    """The system's message; those of asyncio and socket append the address."""
    known = error.errno is not None and error.errno > 0
    return os.strerror(error.errno or 0) if known else str(error.strerror or error)
