"""`run`: collect and serve until told to stop."""

import argparse
import asyncio
import logging
from datetime import UTC, datetime
from pathlib import Path

from starlette.applications import Starlette

from exporter import __version__
from exporter.app import Exporter
from exporter.config import Config, load
from exporter.web import index
from exporter.web.pages import application
from exporter.web.server import Server, listen

log = logging.getLogger(__name__)


def run(arguments: argparse.Namespace) -> int:
    """Serve the configuration that `--config.file` names."""
    serve(load(Path(arguments.config_file)), arguments.listen_address, arguments.telemetry_path)
    return 0


def serve(config: Config, listen_address: str, metrics_path: str) -> None:
    """Bind, collect, serve; on SIGTERM or SIGINT: not ready any more, collecting ends, serving ends."""
    with listen(listen_address) as socket:
        exporter = Exporter(config)
        stopping: list[str] = []

        async def ending() -> None:
            log.info("stopping")
            stopping.append("stopping")
            await asyncio.to_thread(exporter.stop)

        log.info(
            "listening", extra={"address": listen_address, "version": __version__, "collectors": len(exporter.jobs)}
        )
        exporter.start()
        Server(served(exporter, metrics_path, stopping), ending).run(sockets=[socket])
        log.info("stopped")


def served(exporter: Exporter, metrics_path: str, stopping: list[str]) -> Starlette:
    """The exporter's pages; whatever is in `stopping` makes it not ready."""

    def not_ready() -> list[str]:
        return stopping or ["/".join(job.labels) for job in exporter.missing()]

    def overview() -> str:
        rows = [(job, plan, exporter.store.collection(job)) for job, plan in exporter.scheduler.plans.items()]
        return index.page(rows, datetime.now(UTC), metrics_path)

    return application(
        exporter.store, exporter.telemetry, index=overview, not_ready=not_ready, metrics_path=metrics_path
    )
