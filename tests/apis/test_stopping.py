"""What a run does once the exporter stops."""

from collections.abc import Callable
from itertools import pairwise

from tests.harness import Answer, CannedService, ExporterHarness


def test_paging_ends_with_the_exporter(canned: CannedService, enrollment: Callable[..., ExporterHarness]) -> None:
    """No page is requested after it, although each names the next one."""
    harness = enrollment()
    numbers = [f"/page/{number}" for number in range(20)]
    path = "/v3/enrollments/100/usagedetails"
    for here, following in pairwise([path, *numbers]):
        canned.answer(here, Answer({"data": [], "nextLink": f"{canned.url}{following}"}))
    canned.answer(numbers[-1], Answer({"data": []}))

    def stop(path: str) -> None:
        if path == numbers[3]:
            harness.stopped.set()

    canned.on_request = stop
    failure = harness.failure("usagedetails")
    assert "the exporter is stopping" in str(failure)
    assert numbers[3] == canned.received[-1][0]
