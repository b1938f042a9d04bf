"""Prometheus and Alertmanager from locally installed packages, with the rules and configurations of the repository.

They come from Debian's packages `prometheus` and `prometheus-alertmanager`.
"""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import requests
import yaml

from tools import ports

ROOT = Path(__file__).parents[1]
Process: TypeAlias = "subprocess.Popen[bytes]"


@contextmanager
def program(log: Path, *command: str, ready: str) -> Iterator[Process]:
    """Run a program until the block ends, once it responds at the URL `ready`.

    Raises `RuntimeError` if the program exits before, or if another one listens on the port.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        _await(process, ready, log)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process: Process, url: str, log: Path) -> None:
    for _ in range(1200):
        running(process, log)
        if ports.listens(process.pid, urlsplit(url).port or 80):
            try:
                if requests.get(url, timeout=5).ok:
                    return
            except requests.RequestException:
                pass
        time.sleep(0.1)
    raise RuntimeError(f"{url} does not respond:\n{_end(log)}")


def running(process: Process, log: Path) -> None:
    """Raises `RuntimeError` with the end of the log if the process has exited."""
    if process.poll() is not None:
        raise RuntimeError(f"{log.stem} exited:\n{_end(log)}")


def _end(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:]


def prometheus_config(directory: Path, exporter: str, alertmanager: str, quick: bool = False) -> Path:
    """The repository's configuration with other addresses; `quick` scrapes and evaluates every second."""
    config: dict[str, Any] = yaml.safe_load((ROOT / "prometheus/prometheus.yml").read_text())
    config["scrape_configs"][0]["static_configs"] = [{"targets": [exporter]}]
    config["alerting"]["alertmanagers"][0]["static_configs"] = [{"targets": [alertmanager]}]
    config["global"] |= {"scrape_interval": "1s", "evaluation_interval": "1s"} if quick else {"scrape_interval": "15s"}
    rules = directory / "rules"
    rules.mkdir()
    for file in (ROOT / "prometheus/rules").glob("*.yml"):
        content = yaml.safe_load(file.read_text())
        for group in content["groups"] if quick else ():
            group.pop("interval", None)
        (rules / file.name).write_text(yaml.safe_dump(content, sort_keys=False, width=10_000))
    written = directory / "prometheus.yml"
    written.write_text(yaml.safe_dump(config, sort_keys=False))
    return written


def prometheus(directory: Path, config: Path, address: str, *options: str) -> AbstractContextManager[Process]:
    """Prometheus on `address`, with its data in `directory`."""
    command = (
        found("prometheus"),
        f"--config.file={config}",
        f"--storage.tsdb.path={directory / 'tsdb'}",
        "--storage.tsdb.retention.time=400d",
        f"--web.listen-address={address}",
        *options,
    )
    return program(directory / "prometheus.log", *command, ready=f"http://{address}/-/ready")


def alertmanager(directory: Path, config: Path, address: str) -> AbstractContextManager[Process]:
    """Alertmanager on `address`, not clustered."""
    command = (
        found("prometheus-alertmanager", "alertmanager"),
        f"--config.file={config}",
        f"--storage.path={directory / 'alertmanager'}",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
    )
    return program(directory / "alertmanager.log", *command, ready=f"http://{address}/-/ready")


def found(*names: str) -> str:
    """The path of an installed program with one of the names."""
    for name in names:
        if path := shutil.which(name):
            return path
    raise RuntimeError(f"{names[0]} is not installed: sudo apt-get install prometheus prometheus-alertmanager")
