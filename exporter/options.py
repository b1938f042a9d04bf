"""The options of the subcommands, and how their values are read."""

import argparse
import re
from typing import Any

from exporter import backfill_options, logs


def add_options(command: argparse.ArgumentParser, name: str) -> None:
    """Add the options of the subcommand `name`; one that is repeated is an error, unless it says otherwise."""
    command.register("action", None, Once)
    for commands, add in GROUPS:
        if name in commands:
            add(command)
    _log(command)


def _login(command: argparse.ArgumentParser) -> None:
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


def _configuration(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--config.file",
        dest="config_file",
        metavar="FILE",
        default="config.yaml",
        help="path of the configuration file",
    )


def _web(command: argparse.ArgumentParser) -> None:
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


def _run(command: argparse.ArgumentParser) -> None:
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


def _company(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seed", type=int, default=1, help="seed from which the simulated company is generated")


def _simulation(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", default="127.0.0.1", help="address on which to listen")
    command.add_argument("--port", type=_port, default=10366, help="port on which to listen, 0 for any free port")
    command.add_argument(
        "--directory", default="simulated", help="directory to which the configuration and the secrets are written"
    )


def _dump(command: argparse.ArgumentParser) -> None:
    command.add_argument("what", choices=("rules", "dashboards", "alertmanager"), help="which files to write")
    command.add_argument(
        "--directory",
        help="directory to which the files are written; without it, one document is printed: a rule file with all "
        "groups, or a JSON array of the dashboards",
    )
    command.add_argument(
        "--selector",
        metavar="MATCHERS",
        help='matchers to add to every selector of the exporter\'s series but the recorded ones, such as job="azure"',
    )
    command.add_argument(
        "--runbook-url",
        dest="runbook_url",
        metavar="URL",
        help="page with the sections of docs/runbook.md, which the annotation runbook_url names",
    )
    command.add_argument(
        "--dashboard-url",
        dest="dashboard_url",
        metavar="URL",
        help="address of Grafana in links, such as https://grafana.example.com; without it they have a path only",
    )


def _log(command: argparse.ArgumentParser) -> None:
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


GROUPS = (
    ({"login"}, _login),
    ({"dump"}, _dump),
    ({"run", "check-config", "login", "backfill"}, _configuration),
    ({"backfill"}, backfill_options.add),
    ({"run", "demo"}, _web),
    ({"run"}, _run),
    ({"demo", "simulate"}, _company),
    ({"simulate"}, _simulation),
)
"""Which options which subcommands have."""


class Defaults(argparse.ArgumentDefaultsHelpFormatter):
    """Adds the default to the help of each option that has one."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help if action.default is None else super()._get_help_string(action)


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
