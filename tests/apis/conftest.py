"""What the tests of the APIs share."""

from collections.abc import Callable

import pytest

from tests.conftest import House
from tests.support import Answer, CannedService


@pytest.fixture
def enrollment(canned: CannedService, house_of: Callable[..., House]) -> Callable[..., House]:
    """A house for enrollment 100 with further settings."""
    canned.answer("/v3/enrollments/100/balancesummary", Answer({"currencyCode": "EUR"}))

    def build(more: str = "") -> House:
        return house_of(f'ea: [{{enrollment: "100", api_key: k, base_url: "{canned.url}"{more}}}]')

    return build
