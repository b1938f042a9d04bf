"""The options `--web.*` of the command line."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class WebOptions:
    """Where and how the pages are served."""

    listen_addresses: tuple[str, ...] = (":10365",)
    systemd_socket: bool = False
    """Serve on the sockets that systemd passes, not on `listen_addresses`."""
    config_file: Path | None = None
    """TLS, users, headers and the rate limit, in the format of the Prometheus exporter toolkit."""
    metrics_path: str = "/metrics"
    max_requests: int = 40
    """The most responses with metrics that are sent at the same time; 0 for no limit."""
    max_connections: int = 0
    """The most connections; 0 for a limit below that of open files."""
    enable_lifecycle: bool = False
    """Reload the configuration on a POST to `/-/reload`."""

    @classmethod
    def parsed(cls, arguments: argparse.Namespace, **more: bool) -> Self:
        """The parsed options; `more` are those that not every command has."""
        file: str = arguments.web_config_file
        return cls(
            listen_addresses=arguments.listen_addresses,
            config_file=Path(file) if file else None,
            metrics_path=arguments.telemetry_path,
            max_requests=arguments.max_requests,
            max_connections=arguments.max_connections,
            **more,
        )
