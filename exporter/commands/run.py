"""`run`: collects and serves metrics until it is stopped."""

import argparse
import asyncio
import logging
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from starlette.applications import Starlette

from exporter import __version__
from exporter.app import Exporter
from exporter.config import load
from exporter.errors import ConfigError
from exporter.web import index
from exporter.web.config_file import ConfigFile
from exporter.web.listeners import format_address, listening
from exporter.web.options import WebOptions
from exporter.web.pages import application
from exporter.web.server import Server

log = logging.getLogger(__name__)

POLL_SECONDS, READY_TIMEOUT_SECONDS = 0.1, 900.0
"""How often a reload checks whether the new exporter is ready, and after how long it replaces the old one anyway: Azure
prepares some reports for minutes."""


def run(arguments: argparse.Namespace) -> int:
    """Serve the configuration of `--config.file` until stopped."""
    options = WebOptions.parsed(
        arguments, systemd_socket=arguments.systemd_socket, enable_lifecycle=arguments.enable_lifecycle
    )
    serve(Path(arguments.config_file), options)
    return 0


def serve(config_file: Path, options: WebOptions) -> None:
    """Collect and serve until SIGTERM or SIGINT, which end readiness, then collecting, then serving.

    SIGHUP, and with `options.enable_lifecycle` a POST to `/-/reload`, reload the configuration.
    """
    config = load(config_file)
    file = ConfigFile(options.config_file) if options.config_file else None
    with listening(options) as sockets:
        running = Running(config_file, Exporter(config))
        log.info(
            "listening",
            extra={
                "address": ", ".join(map(format_address, sockets)),
                "tls": file is not None and file.current().tls is not None,
                "version": __version__,
                "collectors": len(running.exporter.jobs),
            },
        )
        running.exporter.start()
        app = served(running, options.metrics_path, options.enable_lifecycle)

        async def shut_down() -> None:
            await asyncio.to_thread(running.stop)

        async def reload() -> None:
            await asyncio.to_thread(running.reload)

        Server(app, options, file, on_shutdown=shut_down, on_reload=reload).run(sockets=sockets)
        log.info("stopped")


class Running:
    """The active exporter, which a reload replaces once the new one is ready."""

    def __init__(self, config_file: Path, exporter: Exporter) -> None:
        self.exporter = exporter
        self._stopping = threading.Event()
        self._config_file = config_file
        self._reload_lock = threading.Lock()

    def reload(self) -> Sequence[str]:
        """Reload the configuration; returns its errors, with which the previous one stays active."""
        with self._reload_lock:
            try:
                successor = Exporter(load(self._config_file), clock=self.exporter.clock)
            except ConfigError as error:
                self.exporter.telemetry.reload_failed()
                log.error("configuration not reloaded", extra={"errors": "; ".join(error.errors)})  # noqa: TRY400 (the errors are the user's)
                return error.errors
            self.exporter.stop()
            successor.start()
            deadline = time.monotonic() + READY_TIMEOUT_SECONDS
            while successor.pending() and time.monotonic() < deadline and not self._stopping.wait(POLL_SECONDS):
                pass
            self.exporter = successor
            log.info("configuration reloaded", extra={"collectors": len(successor.jobs)})
            return []

    def stop(self) -> None:
        """Stop being ready, then stop collecting."""
        log.info("stopping")
        self._stopping.set()
        with self._reload_lock:
            self.exporter.stop()

    def not_ready(self) -> list[str]:
        """Why the exporter is not ready; empty if it is."""
        return ["stopping"] if self._stopping.is_set() else ["/".join(job.labels) for job in self.exporter.missing()]


def served(running: Running, metrics_path: str, enable_lifecycle: bool) -> Starlette:
    """The pages of the active exporter."""

    def overview() -> str:
        exporter = running.exporter
        rows = [(job, plan, exporter.store.collection(job)) for job, plan in exporter.scheduler.plans.items()]
        return index.page(rows, datetime.now(UTC), metrics_path)

    return application(
        lambda: running.exporter.store.current,
        lambda: running.exporter.telemetry.registry,
        index=overview,
        not_ready=running.not_ready,
        reload=running.reload if enable_lifecycle else None,
        metrics_path=metrics_path,
    )
