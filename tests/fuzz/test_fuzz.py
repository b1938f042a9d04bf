"""Any bytes, and good ones gone bad: few of them in every run of the tests, many with `make fuzz`."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz import targets
from tests.fuzz.targets import CSV, CUSTOMERS, PAGE, USERS, Bed

TOKEN = {"token_type": "Bearer", "expires_in": 3599, "access_token": "eyJ.e30.x", "refresh_token": "new"}
ARCHIVE = {
    "labels": {"azure_cost_month_to_date": ["subscription_name", "currency"]},
    "samples": {"azure_cost_month_to_date": [[["a", "EUR"], "1"]]},
    **dict.fromkeys(("records", "overflow", "dropped"), 1),
    **dict.fromkeys(("collected", "changed", "data_timestamp"), "2026-11-20T11:00:00Z"),
    "validators": {},
    "warnings": [],
    "period": "202611",
}
SEEDS: dict[str, bytes] = {
    "json": json.dumps(PAGE).encode(),
    "csv": CSV,
    "users": json.dumps(USERS).encode(),
    "customers": json.dumps(CUSTOMERS).encode(),
    "token": json.dumps(TOKEN).encode(),
    "archive": json.dumps(ARCHIVE).encode(),
    "configuration": b'ea:\n  - {enrollment: "100", api_key: k, usage: {labels: [meter_name]}}\n',
}
PIECES = [
    b"null", b"true", b"-1", b"1e400", b"NaN", b'"sNaN"', b"{}", b"[]", b'""', b"\x00", b"\xff", b"\xef\xbb\xbf",
    b"\r\n", b'"', b",", b";", b"'", b"9999999999999999999", b"1_0", b"4.9E-324", b"2026-13-40",
    b"0001-01-01T00:00:00Z",
    b"9999-12-31T23:59:59Z", b"11/3/2026", b"<html>", b"*a", b"&a", b"!!bool x", b"\\ud800", b"[" * 2000,
    b'{"error":{}}',
]  # fmt: skip
"""What is put into good bytes."""


@st.composite
def spoiled(draw: st.DrawFn, good: bytes) -> bytes:
    """Good bytes in which some are replaced, repeated or left out."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(good)))
        end = draw(st.integers(start, min(len(good), start + 40)))
        good = good[:start] + draw(st.sampled_from(PIECES) | st.binary(max_size=8)) + good[end:]
    return good


@pytest.fixture(scope="module")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    with targets.bed(tmp_path_factory.mktemp("fuzz")) as found:
        yield found


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", SEEDS)
def test_no_bytes_from_outside_do_harm(bed: Bed, name: str, pytestconfig: pytest.Config) -> None:
    """Documented failures alone, and nothing published changes with one."""
    examples = int(pytestconfig.getoption("--fuzz"))
    target = targets.targets(bed)[name]

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(spoiled(SEEDS[name]) | st.binary(max_size=64))
    def run(body: bytes) -> None:
        target(body)

    run()


def test_every_target_has_a_seed(bed: Bed, tmp_path: Path) -> None:
    """And passes with it."""
    found = targets.targets(bed)
    assert SEEDS.keys() == found.keys()
    for name, target in found.items():
        target(SEEDS[name])
