"""The demo with Prometheus, Alertmanager and simulated history, from locally installed packages.

`make stack` runs this if no container engine is available. Prometheus and Alertmanager come from Debian's packages
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
from tools.history import NO_SHIFT, Progress, no_progress, scrapes

ROOT = Path(__file__).parents[1]
MIDNIGHT = datetime(1970, 1, 1, tzinfo=UTC)
LABELS = 'job="azure-billing",instance="{exporter}"'


@contextmanager
def program(log: Path, *command: str, ready: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program until the block ends, once `ready` responds. Raises `RuntimeError` if the program exits before."""
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
            raise RuntimeError(f"{log.stem} exited:\n{log.read_text()[-2000:]}")
        try:
            if requests.get(url, timeout=5).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"{url} does not respond:\n{log.read_text()[-2000:]}")


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


def prometheus(directory: Path, config: Path, address: str, *options: str) -> AbstractContextManager[object]:
    """Prometheus on `address`, with its data in `directory`."""
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
    """Alertmanager on `address`, not clustered."""
    command = (
        _found("prometheus-alertmanager", "alertmanager"),
        f"--config.file={config}",
        f"--storage.path={directory / 'alertmanager'}",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
    )
    return program(directory / "alertmanager.log", *command, ready=f"http://{address}/-/ready")


def import_history(
    directory: Path,
    address: str,
    exporter: str,
    *,
    days: int,
    every: timedelta,
    shift: timedelta = NO_SHIFT,
    progress: Progress = no_progress,
) -> None:
    """Fill the empty Prometheus storage in `directory` with what it would have scraped and recorded in the last `days`.

    Prometheus listens on `address` meanwhile. The simulated clock is ahead by `shift`.
    """
    now = datetime.now(UTC)
    end = now - (now - MIDNIGHT) % every  # aligned, as the steps of subqueries are
    start, target = end - timedelta(days=days), LABELS.format(exporter=exporter)
    _imported(directory, scrapes(start, end, every=every, target=target, shift=shift, progress=progress))
    idle = directory / "idle.yml"
    idle.write_text("{}")
    for rules in recorded.levels(ROOT / "prometheus/rules/recording.yml"):
        with prometheus(directory, idle, address, f"--query.lookback-delta={every.total_seconds():.0f}s"):
            lines = [*recorded.series(address, rules, start, end, every)]
        _imported(directory, lines)


def _imported(directory: Path, lines: Iterable[str]) -> None:
    file = directory / "history.om"
    with file.open("w") as text:
        text.writelines(f"{line}\n" for line in lines)
    create = (_found("promtool"), "tsdb", "create-blocks-from", "openmetrics", "--quiet", "--max-block-duration=1000h")
    done = subprocess.run([*create, str(file), str(directory / "tsdb")], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the history could not be imported:\n{done.stdout}{done.stderr}")


def _found(*names: str) -> str:
    for name in names:
        if path := shutil.which(name):
            return path
    raise RuntimeError(f"{names[0]} is not installed: sudo apt-get install prometheus prometheus-alertmanager")


def main() -> int:
    """Run everything until Ctrl-C; no files are left behind."""
    exporter, prometheus_at, alertmanager_at = "localhost:10365", "localhost:9090", "localhost:9093"
    with tempfile.TemporaryDirectory(prefix="azure-billing-stack-") as name, ExitStack() as stack:
        directory = Path(name)
        logging.getLogger("exporter").setLevel(logging.ERROR)
        config = prometheus_config(directory, exporter, alertmanager_at)
        print("Generating five weeks of history of the simulated company", file=sys.stderr)
        import_history(directory, prometheus_at, exporter, days=36, every=timedelta(hours=2), progress=_progress)
        demo = (sys.executable, "-m", "exporter", "demo", f"--web.listen-address={exporter}")
        stack.enter_context(program(directory / "exporter.log", *demo, ready=f"http://{exporter}/-/ready"))
        stack.enter_context(alertmanager(directory, ROOT / "prometheus/alertmanager.yml", alertmanager_at))
        # The history has a sample every two hours, so queries must look back that far.
        stack.enter_context(prometheus(directory, config, prometheus_at, "--query.lookback-delta=121m"))
        print(f"Exporter      http://{exporter}/")
        print(f"Prometheus    http://{prometheus_at}/alerts")
        print(f"Alertmanager  http://{alertmanager_at}/")
        print("Press Ctrl-C to stop.", flush=True)
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
