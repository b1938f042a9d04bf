"""The requests that each report declares, compared with those that it sends."""

import re
from pathlib import Path

import pytest

from exporter.apis import ALL
from exporter.config import load, loads
from exporter.contract import declared, defaults
from exporter.simulator import Simulator
from tests.harness import ExporterHarness

PLACE = re.compile(r"\\\{[^{}]+\\\}")


def test_every_report_declares_its_requests() -> None:
    """And no API declares those of a report that it does not have; Azure AD Graph has no active users."""
    for api in ALL:
        settings = next(settings for found, settings in defaults().accounts() if found is api)
        assert {report.name for report in api.reports} == api.endpoints(settings).keys()
        assert all(api.endpoints(settings).values())


@pytest.mark.parametrize("download", ["json", "csv", "csv_async"])
def test_each_download_of_an_enrollment_has_its_requests(download: str) -> None:
    """As documented."""
    (found, *_) = declared(loads(f'ea: [{{enrollment: "1", api_key: k, usage: {{download: {download}}}}}]', "x"))
    path = {"json": "usagedetails", "csv": "usagedetails/download", "csv_async": "usagedetails/submit"}[download]
    assert found.endpoints[0].endswith(f" /v3/enrollments/{{enrollment}}/{path}")


def test_reports_send_what_they_declare(harness: ExporterHarness, simulator: Simulator, tmp_path: Path) -> None:
    """Each request of each report of the simulated company is one of its templates, tokens apart."""
    endpoints = {
        (one.api.name, one.settings.account, one.collector.name): one.endpoints
        for one in declared(load(tmp_path / "config.yaml"))
    }
    undeclared = []
    for job in harness.exporter.jobs:
        allowed = re.compile("|".join(PLACE.sub(".+", re.escape(one)) for one in endpoints[job.key]))
        before, blobs = len(simulator.received), len(simulator.blob_received)
        assert harness.exporter.runner.run(job) is None
        for one in simulator.received[before:] + simulator.blob_received[blobs:]:
            request = f"{one.method} {one.path}"
            if "oauth2" not in one.path and "openid" not in one.path and not allowed.fullmatch(request):
                undeclared.append((job.key, request))
    assert [] == undeclared
