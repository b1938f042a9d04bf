"""The command line: subcommands, their options and exit codes."""

import argparse
import pkgutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from exporter import logs
from exporter.build import Build
from exporter.errors import ConfigError
from exporter.options import Defaults, add_options
from exporter.signals import Signals


@dataclass(frozen=True)
class Command:
    """A subcommand; `function` is ``module:name``, imported only when the subcommand is chosen."""

    function: str
    help: str
    example: str
    once: str = ""
    """The function for `--once`, if the subcommand has that option."""
    extra: str = ""
    """The optional dependencies without which the module cannot be imported."""

    def load(self, *, once: bool = False) -> Callable[[argparse.Namespace], int]:
        """The function that runs the subcommand and returns the exit code; ConfigError when its extra is missing."""
        try:
            function: Callable[[argparse.Namespace], int] = pkgutil.resolve_name(self.once if once else self.function)
        except ModuleNotFoundError as error:
            if not self.extra:
                raise
            text = f"the simulator is not installed; pip install 'azure-billing-exporter[{self.extra}]'"
            raise ConfigError([text]) from error
        return function


COMMANDS = {
    "run": Command(
        "exporter.commands.run:run",
        "collect and serve metrics (the default)",
        "--config.file=/etc/azure-billing-exporter.yaml",
        once="exporter.commands.once:once",
    ),
    "check-config": Command(
        "exporter.commands.check_config:check_config",
        "validate a configuration and print what it collects",
        "--config.file=c.yaml",
    ),
    "login": Command(
        "exporter.commands.login:login",
        "sign in to Partner Center interactively and store the refresh token",
        "contoso-csp --config.file=/etc/azure-billing-exporter.yaml",
    ),
    "dump": Command(
        "exporter.commands.dump:dump",
        "write the Prometheus rules, the Grafana dashboards or an example configuration of Alertmanager",
        "rules --directory=/etc/prometheus/rules --selector='job=\"azure\"'",
    ),
    "demo": Command(
        "exporter.commands.demo:demo",
        "serve the metrics of a simulated company",
        "--web.listen-address=127.0.0.1:10365",
        extra="demo",
    ),
    "simulate": Command(
        "exporter.commands.simulate:simulate",
        "serve the simulated APIs with their login host, Cost Management, a storage account and managed identities",
        "--directory=/tmp/contoso",
        extra="demo",
    ),
}
EXIT_OK, EXIT_ERROR, EXIT_USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 for success, 1 for an error in the configuration, 2 for one on the command line.

    With `--once` also 1 if a required report could not be read, and 128 and the number of the signal that ended it.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or (words[0].startswith("-") and words[0] not in {"-h", "--help", "--version"}):
        words.insert(0, "run")
    # First of all: the parser and the command's imports take long.
    signals = Signals() if words[0] == "run" and "--once" not in words else None
    parser = _parser()
    chosen = parser.parse_args(words)
    chosen.signals = signals
    once = chosen.command == "run" and _once(parser, chosen, words)
    logs.setup(chosen.log_level, chosen.log_format)
    try:
        return COMMANDS[chosen.command].load(once=once)(chosen)
    except ConfigError as error:
        for text in error.errors:
            sys.stderr.write(f"{text}\n")
        return EXIT_ERROR
    except KeyboardInterrupt:
        return EXIT_OK


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
            formatter_class=Defaults,
            allow_abbrev=False,
        )
        add_options(command, name)
    return parser
