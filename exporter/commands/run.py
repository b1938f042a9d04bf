"""`run`: collects and serves metrics until it is stopped."""

import argparse
import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from starlette.applications import Starlette

from exporter import __version__
from exporter.app import Exporter
from exporter.config import load
from exporter.errors import ConfigError
from exporter.web import index
from exporter.web.pages import application
from exporter.web.server import Server, listen

log = logging.getLogger(__name__)

POLL_SECONDS, READY_TIMEOUT_SECONDS = 0.1, 900.0
"""How often a reload checks whether the new exporter is ready, and after how long it replaces the old one anyway: Azure
prepares some reports for minutes."""


def run(arguments: argparse.Namespace) -> int:
    """Serve the configuration of `--config.file` until stopped."""
    serve(Path(arguments.config_file), arguments.listen_address, arguments.telemetry_path, arguments.enable_lifecycle)
    return 0


def silent() -> None:
    """Print nothing."""


def serve(
    config_file: Path,
    listen_address: str,
    metrics_path: str,
    enable_lifecycle: bool = False,
    on_listening: Callable[[], None] = silent,
) -> None:
    """Collect and serve until SIGTERM or SIGINT, which end readiness, then collecting, then serving.

    `on_listening` is called once the address is bound. SIGHUP, and with `enable_lifecycle` a POST to `/-/reload`,
    reload the configuration.
    """
    config = load(config_file)
    with listen(listen_address) as socket:
        running = Running(config_file, Exporter(config))
        log.info(
            "listening",
            extra={"address": listen_address, "version": __version__, "collectors": len(running.exporter.jobs)},
        )
        on_listening()
        running.exporter.start()
        app = served(running, metrics_path, enable_lifecycle)

        async def shut_down() -> None:
            await asyncio.to_thread(running.stop)

        async def reload() -> None:
            await asyncio.to_thread(running.reload)

        Server(app, on_shutdown=shut_down, on_reload=reload).run(sockets=[socket])
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
