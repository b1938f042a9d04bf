"""`healthcheck`: whether an exporter on this machine responds, for the health check of a container."""

import argparse
import http.client
import ssl
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from exporter.build import PROGRAM
from exporter.errors import ConfigError
from exporter.web.listeners import host_and_port

TIMEOUT_SECONDS = 4.0
"""Less than the five seconds that Docker and Kubernetes usually wait."""
DEFAULT_ADDRESS = ":10365"
LOCAL = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (addresses that a server may have)
"""Where a server that listens on all addresses is reached."""


@dataclass(frozen=True, slots=True)
class Served:
    """Where an exporter serves, and its `--web.config.file`; None without one."""

    address: str
    config_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Demands:
    """What the web configuration demands of clients, and the statuses of those that do not fulfil it."""

    tls: bool = False
    certificate: bool = False
    refusals: frozenset[int] = frozenset()


def healthcheck(arguments: argparse.Namespace) -> int:
    """Exit code 0 if `/-/healthy` responds within 4 s, else 1 with the reason on the standard error.

    A refusal that the web configuration demands, of a client without password or certificate, is a response as well.
    """
    try:
        served = _served(arguments)
        _require_health(served)
    except ConfigError as error:
        sys.stderr.write("".join(f"{text}\n" for text in error.errors))
        return 1
    except (OSError, http.client.HTTPException) as error:
        sys.stderr.write(f"healthcheck {served.address}: {error or type(error).__name__}\n")
        return 1
    print("healthy")
    return 0


def _served(arguments: argparse.Namespace) -> Served:
    """What the options state, or else what the options of the process state."""
    if arguments.listen_address:
        return Served(arguments.listen_address, Path(arguments.web_config_file) if arguments.web_config_file else None)
    return of_process(arguments.process)


def of_process(process: int) -> Served:
    """The address and the web configuration of a running exporter, from its command line; raises `ConfigError`."""
    directory = Path(f"/proc/{process}")
    try:
        words = (directory / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
        here = (directory / "cwd").readlink() if any(word.startswith("--web.config.file") for word in words) else Path()
    except OSError as error:
        raise _unknown(f"process {process}: {error.strerror}") from error
    if not any(Path(word).name in (PROGRAM, "exporter", f"{PROGRAM}.exe") for word in words):
        raise _unknown(f"process {process} is not an exporter")
    return _parsed(words, here)


def _parsed(words: Sequence[str], here: Path) -> Served:
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("--web.listen-address", dest="addresses", action="append")
    parser.add_argument("--web.config.file", dest="file")
    parser.add_argument("--web.systemd-socket", dest="socket", action="store_true")
    found, _ = parser.parse_known_args(words)
    if found.socket:
        raise _unknown("the exporter serves on a socket of systemd")
    return Served((found.addresses or [DEFAULT_ADDRESS])[0], here / found.file if found.file else None)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _unknown(message)


def _unknown(why: str) -> ConfigError:
    return ConfigError([f"healthcheck: {why}; set --web.listen-address and, if the exporter has it, --web.config.file"])


def _require_health(served: Served) -> None:
    """Raises `OSError`, `HTTPException` or `ConfigError` if there is no response of a healthy exporter."""
    host, port = host_and_port(served.address)
    where = LOCAL.get(host, host)
    demands = Demands() if served.config_file is None else _demands(served.config_file)
    if not demands.tls:
        connection = http.client.HTTPConnection(where, port, timeout=TIMEOUT_SECONDS)
    else:
        connection = http.client.HTTPSConnection(where, port, timeout=TIMEOUT_SECONDS, context=_unverified())
    try:
        connection.request("GET", "/-/healthy")
        status = connection.getresponse().status
    except (ssl.SSLError, ConnectionResetError, BrokenPipeError):
        if not demands.certificate:
            raise
        return  # the process has accepted the connection, and refuses a client without a certificate
    finally:
        connection.close()
    if status != 200 and status not in demands.refusals:
        raise ConfigError([f"healthcheck {served.address}: the response has the status {status}"])


def _demands(file: Path) -> Demands:
    from exporter.web.config_file import load  # it takes longer to import than all the rest

    config = load(file)
    tls = config.tls_server_config
    refusals = {401: bool(config.basic_auth_users), 429: bool(config.rate_limit.interval)}
    return Demands(
        tls is not None,
        tls is not None and tls.client_auth_type == "RequireAndVerifyClientCert",
        frozenset(status for status, possible in refusals.items() if possible),
    )


def _unverified() -> ssl.SSLContext:
    """The certificate is for the exporter's public name, and nothing secret is sent."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
