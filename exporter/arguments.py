"""The command line of all subcommands, parsed."""

import argparse
from collections.abc import Sequence

from exporter.build import Build
from exporter.option_values import Defaults
from exporter.options import add_options
from exporter.shard_options import chosen_shard
from exporter.sharding import Shard
from exporter.subcommands import COMMANDS


def parsed(words: Sequence[str]) -> argparse.Namespace:
    """The options of a command line that begins with a subcommand; ends the process with code 2 if it is invalid.

    `parser` is what it was parsed with.
    """
    parser = _parser()
    chosen = parser.parse_args(words)
    chosen.parser = parser
    if "total_shards" in chosen:
        chosen.shard = _shard(parser, chosen)
    chosen.once = chosen.command == "run" and _once(parser, chosen, words)
    return chosen


def _once(parser: argparse.ArgumentParser, chosen: argparse.Namespace, words: Sequence[str]) -> bool:
    """Whether `--once` is given; options that would have no effect are errors."""
    if chosen.once and (web := next((word for word in words if word.startswith("--web.")), "")):
        parser.error(f"argument {web.partition('=')[0]}: nothing is served with --once")
    if chosen.once_output and not chosen.once:
        parser.error("argument --once.output: only with --once")
    return bool(chosen.once)


def _shard(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> Shard:
    try:
        return chosen_shard(chosen)
    except ValueError as error:
        parser.error(str(error))


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
            formatter_class=Defaults,
            allow_abbrev=False,
        )
        add_options(command, name)
    return parser
