"""Reloading the configuration."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from exporter.commands.simulate import write_config
from exporter.simulator import Simulator
from tests.harness import Scrape, parsed, series, value
from tests.process import eventually, free_port, running

RELOADED = "azure_billing_exporter_config_last_reload_successful"


@contextmanager
def serving(config: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process and its address, once it is ready."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running("run", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}", *options) as process:
        eventually(lambda: requests.get(f"{url}/-/ready", timeout=60).ok, "ready")
        yield process, url


def scraped(url: str) -> Scrape:
    return parsed(requests.get(f"{url}/metrics", timeout=60).text)


def test_sighup_reloads_the_configuration(simulator: Simulator, tmp_path: Path) -> None:
    """After an error the old one stays active; a valid one replaces it without a gap in the metrics."""
    config = write_config(simulator, tmp_path)
    good = config.read_text()
    with serving(config) as (process, url):
        assert value(scraped(url), RELOADED) == 1
        before = series(scraped(url), "azure_cost_month_to_date")
        config.write_text(good.replace("enrollment:", "enrolment:"))
        process.send_signal(signal.SIGHUP)
        eventually(lambda: value(scraped(url), RELOADED) == 0, "a failed reload")
        assert before == series(scraped(url), "azure_cost_month_to_date")
        config.write_text(
            good.replace("name: contoso-csp", "name: fabrikam-csp").replace("amount: 5000", "amount: 7000")
        )
        process.send_signal(signal.SIGHUP)
        eventually(lambda: value(scraped(url), RELOADED) == 1, "a reload")
        assert before == series(scraped(url), "azure_cost_month_to_date")
        eventually(lambda: requests.get(f"{url}/-/ready", timeout=60).ok, "ready")
        samples = scraped(url)
        assert {} == series(samples, "partner_center_customer_info", account="contoso-csp")
        assert series(samples, "partner_center_customer_info", account="fabrikam-csp")
        budget = {"budget": "enrollment", "account": "contoso-ea"}
        eventually(lambda: value(scraped(url), "azure_billing_budget_amount", **budget) == 7000, "the changed report")


@pytest.mark.parametrize(("options", "status"), [((), 404), (("--web.enable-lifecycle",), 200)], ids=["off", "on"])
def test_a_post_reloads_if_it_is_enabled(
    simulator: Simulator, tmp_path: Path, options: tuple[str, ...], status: int
) -> None:
    """It is disabled by default, since any client could send it; the response has the errors."""
    config = write_config(simulator, tmp_path)
    with serving(config, *options) as (_, url):
        assert status == requests.post(f"{url}/-/reload", timeout=60).status_code
        if options:
            config.write_text("ea: [{enrollment: 100}]")
            refused = requests.post(f"{url}/-/reload", timeout=60)
            assert refused.status_code == 500
            assert "ea[0].enrollment: must be text; put it in quotes" in refused.text.splitlines()
