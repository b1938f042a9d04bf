"""The options of the subcommands that check something: `check-config` and `healthcheck`."""

import argparse

from exporter.option_values import duration


def check_config(command: argparse.ArgumentParser) -> None:
    """Options of `check-config`, except the file."""
    command.add_argument(
        "--online",
        action="store_true",
        help="also ask each login host and API once, and print which reports work and what the others lack; "
        "nothing is published",
    )
    command.add_argument(
        "--timeout",
        type=duration,
        metavar="DURATION",
        default="1m",
        help="with --online: how long to wait for all responses, such as 30s",
    )
    command.add_argument("--format", choices=("text", "json"), default="text", help="format of the output")


def healthcheck(command: argparse.ArgumentParser) -> None:
    """Options of `healthcheck`."""
    command.add_argument(
        "--web.listen-address",
        dest="listen_address",
        metavar="[HOST]:PORT",
        help="address on which the exporter serves; without it, that of --process",
    )
    command.add_argument(
        "--web.config.file",
        dest="web_config_file",
        metavar="FILE",
        help="its file with TLS, users and headers",
    )
    command.add_argument(
        "--process",
        type=int,
        default=1,
        metavar="ID",
        help="process of the exporter, whose options are read; 1 in a container",
    )
