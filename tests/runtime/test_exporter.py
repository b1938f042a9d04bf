"""What an exporter waits for."""

from collections.abc import Callable

from tests.harness import Answer, CannedService, ExporterHarness
from tests.process import eventually

CONFIG = """
ea: [{name: x, enrollment: "100", api_key: k, base_url: "URL", reports: {
  usagedetails: {enabled: false}, usagedetails_previous_month: {enabled: false}, balancesummary: {enabled: false},
  marketplacecharges: {enabled: false}, pricesheet: {enabled: false}}}]
"""


def test_a_report_is_pending_until_its_first_run_is_over(
    canned: CannedService, harness_for: Callable[[str], ExporterHarness]
) -> None:
    """However it ends: a reload waits for a report that is being prepared, and not for one that is refused."""
    canned.answer("/v2/enrollments/100/billingperiods", Answer(status=403))
    exporter = harness_for(CONFIG.replace("URL", canned.url)).exporter
    assert 1 == len(exporter.pending())
    exporter.start()
    try:
        eventually(lambda: not exporter.pending(), "the end of the first run")
        assert 1 == len(exporter.missing())
    finally:
        exporter.stop()
