"""The simulated storage account, in all of its documented and observed forms."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from exporter.apis.cost_management.exports.export import Export
from exporter.apis.cost_management.exports.storage import Storage
from exporter.auth.per_origin import PerOrigin
from exporter.auth.sas import Sas
from exporter.auth.secret import Secret
from exporter.errors import NotModified, Reason
from exporter.model.collection import Validators
from exporter.simulator import Simulator
from exporter.transport.http import HttpClient
from exporter.transport.session import Session
from tests.apis.runs import failure, rows, total
from tests.harness import Clock
from tests.transport.sessions import Impatient, Observer

NAMES = "ea-actual", "ea-legacy", "focus-1-0", "focus-daily", "focus-preview", "focus-parquet"


@pytest.fixture
def session(simulator: Simulator, clock: Clock) -> Iterator[Session]:
    """A session with a shared access signature."""
    url, observer = f"{simulator.blob_url}/exports", Observer()
    http = HttpClient(origin=url, observer=observer, timeout=5, ca_file=simulator.ca_file)
    auth = PerOrigin({url: Sas(Secret(simulator.world.azure.sas()))})
    with closing(http):
        yield Session(http, auth, base_url=url, observer=observer, stopped=Impatient(), clock=clock)


def export(session: Session, name: str) -> Export:
    return Export(Storage(session, f"costs/{name}"))


@pytest.mark.parametrize(
    "switches",
    [
        {},
        {"storage_empty_page": True, "storage_page_size": 3, "storage_hierarchical": True},
        {"storage_content_encoding": True, "storage_rows_per_part": 100, "storage_bom": True},
        {"storage_overwrites": 2},
    ],
    ids=str,
)
def test_every_form_has_the_same_costs(simulator: Simulator, session: Session, switches: dict[str, Any]) -> None:
    for name, value in switches.items():
        setattr(simulator.switches, name, value)
    assert 1 == len({total(rows(export(session, name))) for name in ("ea-actual", "focus-daily")})


def test_every_export_has_the_same_costs(session: Session) -> None:
    assert 1 == len({total(rows(export(session, name))) for name in NAMES})


def test_an_unchanged_run_is_not_read_again(session: Session) -> None:
    validators = Validators()
    rows(export(session, "focus-daily"), validators=validators)
    with pytest.raises(NotModified):
        rows(export(session, "focus-daily"), validators=Validators(validators.seen))


@pytest.mark.parametrize(("refusal", "expected"), [("role", "Storage Blob Data Reader"), ("firewall", "firewall")])
def test_a_refusal_says_what_to_do(simulator: Simulator, session: Session, refusal: Any, expected: str) -> None:
    simulator.switches.storage_refusal = refusal
    problem = failure(export(session, "focus-daily"))
    assert Reason.FORBIDDEN is problem.reason
    assert expected in str(problem)
    assert "sig=" not in str(problem)
