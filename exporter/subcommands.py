"""The subcommands: what runs each of them, and how it is described."""

import argparse
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from exporter.errors import ConfigError


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
    "report": Command(
        "exporter.commands.report:report",
        "read reports once and print their rows",
        "b2c tenantUserCount --config.file=/etc/azure-billing-exporter.yaml",
    ),
    "backfill": Command(
        "exporter.commands.backfill:backfill",
        "write the figures of past days as OpenMetrics with timestamps, for promtool",
        "--from=2024-01-01 --every=1h --output=history --config.file=/etc/azure-billing-exporter.yaml",
    ),
    "dump": Command(
        "exporter.commands.dump:dump",
        "write Prometheus rules, Grafana dashboards, systemd units, or an example configuration",
        "rules --directory=/etc/prometheus/rules --selector='job=\"azure\"'",
    ),
    "explain": Command(
        "exporter.commands.explain:explain",
        "print where a figure comes from, by what is stored and without a request",
        "'azure_cost_month_to_date{account=\"contoso\"}' --config.file=/etc/azure-billing-exporter.yaml",
    ),
    "metrics": Command(
        "exporter.commands.metrics:metrics",
        "print every family with its type, labels, help text and reports",
        "--format=markdown",
    ),
    "config-schema": Command(
        "exporter.commands.config_schema:config_schema",
        "print the JSON Schema of the configuration, for editors",
        "> azure-billing-exporter.schema.json",
    ),
    "completion": Command(
        "exporter.commands.completion:completion",
        "print the script by which a shell completes this command line",
        "bash > /etc/bash_completion.d/azure-billing-exporter",
    ),
    "healthcheck": Command(
        "exporter.commands.healthcheck:healthcheck",
        "check that the exporter on this machine responds, for the health check of a container",
        "--web.listen-address=:10365",
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
