"""The whole chain from this machine's packages: simulated company, exporter, Prometheus, Alertmanager, and a past.

What `make stack` runs where no container engine is at hand. Prometheus and Alertmanager are Debian's packages
`prometheus` and `prometheus-alertmanager`.
"""

import logging
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
import yaml

from tools import recorded
from tools.history import SAME, Tell, nobody, scrapes

ROOT = Path(__file__).parents[1]
MIDNIGHT = datetime(1970, 1, 1, tzinfo=UTC)
LABELS = 'job="azure-billing",instance="{exporter}"'


@contextmanager
def program(log: Path, *command: str, ready: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program that runs until the block ends; it answers at `ready`. Raises RuntimeError when it ends before."""
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


def _await(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"{log.stem} ended:\n{log.read_text()[-2000:]}")
        try:
            if requests.get(url, timeout=5).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"{url} does not answer:\n{log.read_text()[-2000:]}")


def prometheus_config(directory: Path, exporter: str, alertmanager: str, quick: bool = False) -> Path:
    """The repository's configuration for other addresses; `quick` looks every second, for those who can't wait."""
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


def prometheus(directory: Path, config: Path, address: str, *options: str) -> AbstractContextManager[object]:
    """Prometheus on `address`, its data in `directory`."""
    command = (
        _found("prometheus"),
        f"--config.file={config}",
        f"--storage.tsdb.path={directory / 'tsdb'}",
        "--storage.tsdb.retention.time=400d",
        f"--web.listen-address={address}",
        *options,
    )
    return program(directory / "prometheus.log", *command, ready=f"http://{address}/-/ready")


def alertmanager(directory: Path, config: Path, address: str) -> AbstractContextManager[object]:
    """Alertmanager on `address`, alone."""
    command = (
        _found("prometheus-alertmanager", "alertmanager"),
        f"--config.file={config}",
        f"--storage.path={directory / 'alertmanager'}",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
    )
    return program(directory / "alertmanager.log", *command, ready=f"http://{address}/-/ready")


def past(
    directory: Path,
    address: str,
    exporter: str,
    *,
    days: int,
    every: timedelta,
    shift: timedelta = SAME,
    tell: Tell = nobody,
) -> None:
    """Fill Prometheus' empty data below `directory` with what it would have seen and recorded in the last `days`.

    `address` is one that Prometheus may take meanwhile. The company's own clock is ahead by `shift`.
    """
    now = datetime.now(UTC)
    end = now - (now - MIDNIGHT) % every  # where subqueries of as wide steps look
    start, target = end - timedelta(days=days), LABELS.format(exporter=exporter)
    _imported(directory, scrapes(start, end, every=every, target=target, shift=shift, tell=tell))
    idle = directory / "idle.yml"
    idle.write_text("{}")
    for rules in recorded.levels(ROOT / "prometheus/rules/recording.yml"):
        with prometheus(directory, idle, address, f"--query.lookback-delta={every.total_seconds():.0f}s"):
            lines = [*recorded.series(address, rules, start, end, every)]
        _imported(directory, lines)


def _imported(directory: Path, lines: Iterable[str]) -> None:
    file = directory / "past.om"
    with file.open("w") as text:
        text.writelines(f"{line}\n" for line in lines)
    create = (_found("promtool"), "tsdb", "create-blocks-from", "openmetrics", "--quiet", "--max-block-duration=1000h")
    done = subprocess.run([*create, str(file), str(directory / "tsdb")], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the past can't be imported:\n{done.stdout}{done.stderr}")


def _found(*names: str) -> str:
    for name in names:
        if path := shutil.which(name):
            return path
    raise RuntimeError(f"{names[0]} is not installed: sudo apt-get install prometheus prometheus-alertmanager")


def main() -> int:
    """Run it all until Ctrl-C; nothing is left behind."""
    exporter, prometheus_at, alertmanager_at = "localhost:10365", "localhost:9090", "localhost:9093"
    with tempfile.TemporaryDirectory(prefix="azure-billing-stack-") as name, ExitStack() as stack:
        directory = Path(name)
        logging.getLogger("exporter").setLevel(logging.ERROR)
        config = prometheus_config(directory, exporter, alertmanager_at)
        print("Making the past five weeks of the simulated company", file=sys.stderr)
        past(directory, prometheus_at, exporter, days=36, every=timedelta(hours=2), tell=_progress)
        demo = (sys.executable, "-m", "exporter", "demo", f"--web.listen-address={exporter}")
        stack.enter_context(program(directory / "exporter.log", *demo, ready=f"http://{exporter}/-/ready"))
        stack.enter_context(alertmanager(directory, ROOT / "prometheus/alertmanager.yml", alertmanager_at))
        # The past has a point every two hours; a query looks back as far.
        stack.enter_context(prometheus(directory, config, prometheus_at, "--query.lookback-delta=121m"))
        print(f"Exporter      http://{exporter}/")
        print(f"Prometheus    http://{prometheus_at}/alerts")
        print(f"Alertmanager  http://{alertmanager_at}/")
        print("Ctrl-C ends it.", flush=True)
        signal.pause()
    return 0


def _progress(done: int, days: int) -> None:
    bar = "#" * (30 * done // days)
    print(f"\r[{bar:<30}] day {done} of {days}", end="\n" if done == days else "", file=sys.stderr, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
    except RuntimeError as error:
        sys.exit(str(error))
