"""The options of all subcommands."""

import argparse
import re
from collections.abc import Sequence
from typing import Any

from exporter import logs
from exporter.build import Build
from exporter.subcommands import COMMANDS


def parsed(words: Sequence[str]) -> argparse.Namespace:
    """The options of a command line that begins with a subcommand; ends the process with code 2 if it is invalid."""
    parser = _parser()
    chosen = parser.parse_args(words)
    chosen.once = chosen.command == "run" and _once(parser, chosen, words)
    return chosen


def _once(parser: argparse.ArgumentParser, chosen: argparse.Namespace, words: Sequence[str]) -> bool:
    """Whether `--once` is given; options that would have no effect are errors."""
    if chosen.once and (web := next((word for word in words if word.startswith("--web.")), "")):
        parser.error(f"argument {web.partition('=')[0]}: nothing is served with --once")
    if chosen.once_output and not chosen.once:
        parser.error("argument --once.output: only with --once")
    return bool(chosen.once)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="azure-billing-exporter",
        formatter_class=argparse.RawDescriptionHelpFormatter,  # keeps the lines of --version
        description="Prometheus exporter for Azure costs, Partner Center usage and Azure AD B2C usage.",
        epilog="Without a subcommand, run is assumed. Example: azure-billing-exporter --config.file=config.yaml",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=Build.from_environment().described())
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, documented in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=documented.help,
            description=documented.help[0].upper() + documented.help[1:] + ".",
            epilog=f"Example: azure-billing-exporter {name} {documented.example}",
            formatter_class=argparse.ArgumentDefaultsHelpFormatter,
            allow_abbrev=False,
        )
        command.register("action", None, Once)
        _options(command, name)
    return parser


def _options(command: argparse.ArgumentParser, name: str) -> None:
    if name == "login":
        command.add_argument("account", help="name of the account in the section partner_center")
        command.add_argument(
            "--device-code", dest="device_code", action="store_true", help="sign in with a browser on another machine"
        )
        command.add_argument(
            "--port",
            type=int,
            default=8400,
            help="port of the redirect URI http://localhost:PORT, which the application must have registered",
        )
        command.add_argument(
            "--bind-address",
            dest="bind_address",
            metavar="ADDRESS",
            default="127.0.0.1",
            help="address on which to wait for the redirect; 0.0.0.0 in a container that publishes the port",
        )
        command.add_argument(
            "--no-browser", dest="browser", action="store_false", help="print the address instead of opening a browser"
        )
    if name in {"run", "check-config", "login"}:
        command.add_argument(
            "--config.file",
            dest="config_file",
            metavar="FILE",
            default="config.yaml",
            help="path of the configuration file",
        )
    if name in {"run", "demo"}:
        command.add_argument(
            "--web.listen-address",
            dest="listen_addresses",
            metavar="[HOST]:PORT",
            action=Each,
            type=lambda text: (text,),
            default=":10365",
            help="address on which to serve metrics; may be repeated",
        )
        command.add_argument(
            "--web.config.file",
            dest="web_config_file",
            metavar="FILE",
            default="",
            help="file with TLS, users and headers, in the format of the Prometheus exporter toolkit",
        )
        command.add_argument(
            "--web.max-requests",
            dest="max_requests",
            metavar="NUMBER",
            type=_count,
            default=40,
            help="most responses with metrics that are sent at the same time, 0 for no limit",
        )
        command.add_argument(
            "--web.max-connections",
            dest="max_connections",
            metavar="NUMBER",
            type=_count,
            default=0,
            help="most connections; 0 for a limit below that of open files",
        )
        command.add_argument(
            "--web.telemetry-path",
            dest="telemetry_path",
            metavar="PATH",
            default="/metrics",
            type=_path,
            help="path of the metrics",
        )
    if name == "run":
        command.add_argument(
            "--web.systemd-socket",
            dest="systemd_socket",
            action="store_true",
            help="serve on the sockets that systemd passes, and ignore --web.listen-address",
        )
        command.add_argument(
            "--once",
            action="store_true",
            help="read every report once, print the metrics, and exit with code 1 if a required report fails",
        )
        command.add_argument(
            "--once.output",
            dest="once_output",
            metavar="FILE",
            default="",
            help="with --once: write the metrics to this file, such as one for node_exporter's textfile collector",
        )
        command.add_argument(
            "--web.enable-lifecycle",
            dest="enable_lifecycle",
            action="store_true",
            help="reload the configuration on a POST to /-/reload, as SIGHUP does",
        )
    if name in {"demo", "simulate"}:
        command.add_argument("--seed", type=int, default=1, help="seed from which the simulated company is generated")
    if name == "simulate":
        command.add_argument("--host", default="127.0.0.1", help="address on which to listen")
        command.add_argument("--port", type=_port, default=10366, help="port on which to listen, 0 for any free port")
        command.add_argument(
            "--directory", default="simulated", help="directory to which the configuration and the secrets are written"
        )
    command.add_argument(
        "--log.level",
        dest="log_level",
        type=_level,
        choices=logs.LEVELS,
        default="info",
        help="log only messages of this level or above",
    )
    command.add_argument(
        "--log.format", dest="log_format", choices=logs.FORMATS, default="logfmt", help="format of log lines"
    )


class Once(argparse.Action):
    """Stores the value of an option; an option that is repeated is an error, since one value would be ignored."""

    _given = False

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option_string: Any = None
    ) -> None:
        if self._given:
            raise argparse.ArgumentError(self, "may be given only once")
        self._given = True
        setattr(namespace, self.dest, values)


class Each(argparse.Action):
    """Collects the values of an option that may be repeated; its type makes a tuple of each."""

    _given: tuple[str, ...] = ()

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option_string: Any = None
    ) -> None:
        self._given += values
        setattr(namespace, self.dest, self._given)


def _level(text: str) -> str:
    return "warn" if text == "warning" else text


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 999999")
    return int(text)


def _path(text: str) -> str:
    if not re.fullmatch(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+/?", text) or text.startswith("/-/"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a path such as /metrics")
    return text
