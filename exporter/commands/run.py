"""`run`: collect and serve until told to stop."""

import argparse
import asyncio
import logging
import threading
from collections.abc import Sequence
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

TICK, PATIENCE = 0.1, 300
"""Seconds between two looks at an exporter that has been started, and after how many looks it must do."""


def run(arguments: argparse.Namespace) -> int:
    """Serve the configuration that `--config.file` names."""
    serve(Path(arguments.config_file), arguments.listen_address, arguments.telemetry_path, arguments.enable_lifecycle)
    return 0


def serve(config_file: Path, listen_address: str, metrics_path: str, enable_lifecycle: bool = False) -> None:
    """Bind, collect, serve; on SIGTERM or SIGINT: not ready any more, collecting ends, serving ends.

    On SIGHUP, and with `enable_lifecycle` on a POST to `/-/reload`, the configuration is read again.
    """
    config = load(config_file)
    with listen(listen_address) as socket:
        running = Running(config_file, Exporter(config))
        log.info(
            "listening",
            extra={"address": listen_address, "version": __version__, "collectors": len(running.exporter.jobs)},
        )
        running.exporter.start()
        app = served(running, metrics_path, enable_lifecycle)

        async def ending() -> None:
            await asyncio.to_thread(running.stop)

        async def hanging_up() -> None:
            await asyncio.to_thread(running.reload)

        Server(app, ending, hanging_up).run(sockets=[socket])
        log.info("stopped")


class Running:
    """The exporter that serves now; a reload puts another in its place, once it has as much to show."""

    def __init__(self, config_file: Path, exporter: Exporter) -> None:
        self.exporter = exporter
        self._stopping = threading.Event()
        self._config_file = config_file
        self._one_at_a_time = threading.Lock()

    def reload(self) -> Sequence[str]:
        """Read the configuration again; the errors, for which the old one goes on."""
        with self._one_at_a_time:
            try:
                successor = Exporter(load(self._config_file))
            except ConfigError as error:
                self.exporter.telemetry.reload_failed()
                log.error("configuration not reloaded", extra={"errors": "; ".join(error.errors)})  # noqa: TRY400 (the errors are the user's)
                return error.errors
            self.exporter.stop()
            successor.start()
            for _ in range(PATIENCE):
                if not successor.missing() or self._stopping.wait(TICK):
                    break
            self.exporter = successor
            log.info("configuration reloaded", extra={"collectors": len(successor.jobs)})
            return []

    def stop(self) -> None:
        """Not ready any more, and no further collecting."""
        log.info("stopping")
        self._stopping.set()
        with self._one_at_a_time:
            self.exporter.stop()

    def not_ready(self) -> list[str]:
        """What is still missing."""
        return ["stopping"] if self._stopping.is_set() else ["/".join(job.labels) for job in self.exporter.missing()]


def served(running: Running, metrics_path: str, enable_lifecycle: bool) -> Starlette:
    """The exporter's pages."""

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
