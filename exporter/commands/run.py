"""`run`: collects and serves metrics until it is stopped."""

import argparse
import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path

from starlette.applications import Starlette

from exporter import __version__
from exporter.app import Exporter
from exporter.commands.reloads import Reloads
from exporter.config import load
from exporter.errors import ConfigError
from exporter.runtime.reload import Reload
from exporter.sharding import ALONE, Shard
from exporter.signals import Signals
from exporter.web.config_file import ConfigFile
from exporter.web.listeners import format_address, listening
from exporter.web.options import WebOptions
from exporter.web.pages import application
from exporter.web.server import Server
from exporter.web.status.observed import Observed
from exporter.web.status.page import StatusPage

log = logging.getLogger(__name__)


def run(arguments: argparse.Namespace) -> int:
    """Serve the configuration of `--config.file` until stopped."""
    options = WebOptions.parsed(
        arguments, systemd_socket=arguments.systemd_socket, enable_lifecycle=arguments.enable_lifecycle
    )
    if arguments.shard.total > (arguments.total_shards or 1):
        log.warning("pod beyond the number of shards; its accounts are on others as well")
    serve(Path(arguments.config_file), options, arguments.signals, shard=arguments.shard)
    return 0


def silent() -> None:
    """Print nothing."""


def serve(
    config_file: Path,
    options: WebOptions,
    signals: Signals,
    on_listening: Callable[[], None] = silent,
    *,
    shard: Shard = ALONE,
) -> None:
    """Collect and serve until SIGTERM or SIGINT, which end readiness, then collecting, then serving.

    `on_listening` is called once the addresses are bound. SIGHUP, and with `options.enable_lifecycle` a POST to
    `/-/reload`, reload the configuration. What is stored is restored while pages are served already.
    """
    exporter = Exporter(load(config_file), shard=shard)
    file = ConfigFile(options.config_file) if options.config_file else None
    running = Running(config_file, exporter)
    app = served(running, options.metrics_path, options.enable_lifecycle)

    async def shut_down() -> None:
        await asyncio.to_thread(running.stop)

    server = Server(
        app,
        options,
        signals,
        file,
        on_shutdown=shut_down,
        on_reload=running.request_reload,
        on_startup=exporter.start,  # not before: restoring would delay the first answers
    )
    with listening(options) as sockets:
        log.info(
            "listening",
            extra={
                "address": ", ".join(map(format_address, sockets)),
                "tls": file is not None and file.current().tls is not None,
                "version": __version__,
                "collectors": len(exporter.jobs),
                **({"shard": shard.number, "total_shards": shard.total} if shard.total > 1 else {}),
            },
        )
        on_listening()
        server.run(sockets=sockets)
        log.info("stopped")


class Running:
    """The exporter of a configuration file that is read again on request."""

    def __init__(self, config_file: Path, exporter: Exporter) -> None:
        self.exporter = exporter
        self._stopping = threading.Event()
        self._config_file = config_file
        self._reloads = Reloads(self._reload)

    def request_reload(self) -> "Future[Sequence[str]]":
        """The errors of a reload that begins after this call, with which the previous configuration stays active."""
        return self._reloads.request()

    def reload(self) -> Sequence[str]:
        """Reload the configuration, and wait for it; returns its errors."""
        return self.request_reload().result()

    def stop(self) -> None:
        """Stop being ready, then stop collecting."""
        log.info("stopping")
        self._stopping.set()
        self._reloads.stop()
        self.exporter.stop()

    def not_ready(self) -> list[str]:
        """Why the exporter is not ready; empty if it is."""
        if self._stopping.is_set():
            return ["stopping"]
        if self.exporter.restoring:
            return ["restoring"]
        return ["/".join(job.labels) for job in self.exporter.missing()]

    def _reload(self) -> Sequence[str]:
        try:
            done = self.exporter.configure(load(self._config_file))
            log.info("configuration reloaded", extra=dict(done.collectors))
        except ConfigError as error:
            done = Reload(self.exporter.clock(), errors=error.errors)
            log.error("configuration not reloaded", extra={"errors": "; ".join(error.errors)})  # noqa: TRY400 (the errors are the user's)
        except Exception as error:
            done = Reload(self.exporter.clock(), errors=(f"internal error: {type(error).__name__}; see the log",))
            log.exception("configuration not reloaded")
        self.exporter.reloaded(done)
        return done.errors


def served(running: Running, metrics_path: str, enable_lifecycle: bool) -> Starlette:
    """The pages of the exporter."""
    exporter, started = running.exporter, datetime.now(UTC)

    def observe() -> Observed:
        collections, plans = exporter.store.current.collections, exporter.scheduler.plans
        return Observed(
            [(job, plans[job.key], collections.get(job.key)) for job in exporter.jobs if job.key in plans],
            exporter.clock(),
            started,
            exporter.telemetry.expiries,
            last_reload=exporter.last_reload,
            storage_writable=exporter.runner.durability.writable,
            restoring=exporter.restoring,
            build=exporter.build,
        )

    return application(
        lambda: exporter.store.current,
        exporter.own,
        status=StatusPage(observe, metrics_path),
        not_ready=running.not_ready,
        restoring=lambda: exporter.restoring,
        reload=running.reload if enable_lifecycle else None,
        metrics_path=metrics_path,
    )
