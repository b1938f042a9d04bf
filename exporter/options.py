"""The options of the subcommands."""

import argparse

from exporter import backfill_options, check_options, logs
from exporter.option_values import Each, Once, count, level, path, port
from exporter.report_options import add_report
from exporter.shard_options import add_sharding


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
        type=count,
        default=40,
        help="most responses with metrics that are sent at the same time, 0 for no limit",
    )
    command.add_argument(
        "--web.max-connections",
        dest="max_connections",
        metavar="NUMBER",
        type=count,
        default=0,
        help="most connections; 0 for a limit below that of open files",
    )
    command.add_argument(
        "--web.telemetry-path",
        dest="telemetry_path",
        metavar="PATH",
        default="/metrics",
        type=path,
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
    command.add_argument("--port", type=port, default=10366, help="port on which to listen, 0 for any free port")
    command.add_argument(
        "--directory",
        metavar="DIRECTORY",
        default="simulated",
        help="directory to which the configuration and the secrets are written",
    )


def _dump(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "what",
        choices=("rules", "dashboards", "alertmanager", "config", "systemd"),
        help="which files to write; config is config.example.yaml, systemd are the units",
    )
    command.add_argument(
        "--directory",
        metavar="DIRECTORY",
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


def _explain(command: argparse.ArgumentParser) -> None:
    command.add_argument("selector", help="name of a family, or a selector of PromQL with it, in quotes")
    command.add_argument("--format", choices=("text", "json"), default="text", help="format of the output")


def _metrics(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--config.file",
        dest="config_file",
        metavar="FILE",
        default="",
        help="configuration whose labels and reports are printed; without it the defaults of all APIs",
    )
    command.add_argument(
        "--format", choices=("table", "markdown", "json"), default="table", help="format of the output"
    )


def _completion(command: argparse.ArgumentParser) -> None:
    command.add_argument("shell", choices=("bash", "zsh", "fish"), help="the shell that reads the script")


def _log(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--log.level",
        dest="log_level",
        type=level,
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
    ({"explain"}, _explain),
    ({"metrics"}, _metrics),
    ({"completion"}, _completion),
    ({"run", "check-config", "login", "report", "explain", "backfill"}, _configuration),
    ({"run", "check-config"}, add_sharding),
    ({"report"}, add_report),
    ({"check-config"}, check_options.check_config),
    ({"healthcheck"}, check_options.healthcheck),
    ({"backfill"}, backfill_options.add),
    ({"run", "demo"}, _web),
    ({"run"}, _run),
    ({"demo", "simulate"}, _company),
    ({"simulate"}, _simulation),
)
"""Which options which subcommands have."""
