"""`demo`: the exporter and the simulated APIs that it reads, in one process."""

import argparse
import tempfile
from pathlib import Path

from exporter.commands.run import serve
from exporter.commands.simulate import write_config
from exporter.signals import Signals
from exporter.simulator import Simulator
from exporter.web.options import WebOptions


def demo(arguments: argparse.Namespace) -> int:
    """Serve until interrupted; all files are temporary."""
    with tempfile.TemporaryDirectory(prefix="azure-billing-exporter-") as name:
        directory = Path(name)
        with Simulator(seed=arguments.seed, directory=directory) as simulator:
            config_file = write_config(simulator, directory)
            options = WebOptions.parsed(arguments)
            host, _, port = options.listen_addresses[0].rpartition(":")
            url = f"http{'s' * bool(options.config_file)}://{host or 'localhost'}:{port}"

            def show() -> None:
                print(f"Metrics of the simulated company: {url}{arguments.telemetry_path}")
                print(f"Status of the collectors:         {url}/")
                print("Press Ctrl-C to stop.", flush=True)

            serve(config_file, options, Signals(), on_listening=show)
    return 0
