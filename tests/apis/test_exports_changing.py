"""Exports that change: unchanged and overwritten runs, and what a storage account answers."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from exporter.apis.cost_management.exports.directory import Directory
from exporter.apis.cost_management.exports.source import Gone, Source
from exporter.apis.cost_management.exports.storage import Storage
from exporter.errors import Malformed, NotModified, Rejected
from exporter.model.collection import Validators
from exporter.model.periods import Days
from tests.apis.blobs import Container
from tests.apis.runs import DAYS, FOLDER, NOVEMBER, SELECTION, config, failure, part, rows, run, stored, total, write
from tests.transport.sessions import KEY, Observer, session


@pytest.fixture
def container() -> Iterator[Container]:
    with Container() as container:
        yield container


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "daily"


def test_an_unchanged_run_costs_one_list(container: Container) -> None:
    export, validators = stored(container, run([1])), Validators()
    rows(export, validators=validators)
    container.requests.clear()
    with pytest.raises(NotModified):
        rows(export, validators=Validators(validators.seen))
    assert 1 == len(container.requests)
    container.blobs |= run([2], guid="run-2", submitted="2026-11-21T00:00:00Z")
    assert 2 == total(rows(export, validators=Validators(validators.seen)))
    assert 1 == total(rows(stored(container, run([1], **config("FocusCost"))), validators=Validators(validators.seen)))


def test_a_changed_file_of_a_directory_is_read_again(directory: Path) -> None:
    export, validators = write(directory, run([1])), Validators()
    rows(export, validators=validators)
    with pytest.raises(NotModified):
        rows(export, validators=Validators(validators.seen))
    write(directory, run([1, 2]))
    assert 3 == total(rows(export, validators=Validators(validators.seen)))


def overwriting(container: Container, *runs: Mapping[str, bytes], at: str) -> None:
    """Each time that a part `at` is requested, the next of some runs replaces the one before."""
    following = iter(runs)

    def overwrite(name: str) -> None:
        if name.endswith(at) and (files := next(following, None)):
            container.blobs = dict(files)

    container.before_blob = overwrite


def test_a_run_that_is_overwritten_before_its_first_row_is_replaced_by_the_new_one(container: Container) -> None:
    export = stored(container, run([1]))
    overwriting(container, run([2], guid="run-2"), run([3]), at="part_1_0001.csv")
    assert 3 == total(rows(export))


def test_a_part_with_another_etag_is_not_of_the_run(container: Container) -> None:
    export = stored(container, run([1]))
    overwriting(container, run([2, 3]), at="part_1_0001.csv")
    assert 5 == total(rows(export))


def test_a_run_that_is_always_overwritten_is_read_later(container: Container) -> None:
    export = stored(container, run([1]))
    overwriting(container, *(run([1], guid=f"run-{number}") for number in range(2, 9)), at="part_1_0001.csv")
    problem = failure(export)
    assert isinstance(problem, Gone)
    assert "BlobNotFound" in str(problem)


def test_two_runs_are_never_mixed(container: Container) -> None:
    """Once rows have been read, the run fails; the next one reads the new run alone."""
    export, validators = stored(container, run([1], [2])), Validators()
    overwriting(container, run([10], [20], guid="run-2"), at="part_2_0001.csv")
    assert isinstance(failure(export, validators=validators), Gone)
    assert {} == validators.seen
    assert 30 == total(rows(export))


def test_a_file_that_changes_while_it_is_read_is_no_run(directory: Path) -> None:
    export = write(directory, run([1]))
    batches = export.batches(DAYS, SELECTION, "actual", Validators())
    next(iter(batches))
    (directory / NOVEMBER / "run-1" / "part_1_0001.csv").write_bytes(part(1, 2))
    with pytest.raises(Gone, match="has changed"):
        list(batches)


def test_lists_are_read_to_their_end() -> None:
    """Pages may be short, and empty, and there is a mark before the declaration."""
    with Container(page=2) as container:
        files = run(*([1] for _ in range(9)))
        assert 9 == total(rows(stored(container, files)))
        assert container.lists > 5
        assert [] == rows(stored(container, files), days=Days(date(2026, 12, 1), date(2026, 12, 1)))


def test_every_request_states_version_and_time_and_reads_what_was_listed(container: Container) -> None:
    rows(stored(container, run([1])))
    for headers in container.headers:
        assert "2023-11-03" == headers["x-ms-version"]
        assert headers["x-ms-date"].endswith(" GMT")
        assert KEY in headers["authorization"]
    assert [False, True, True] == ["if-match" in headers for headers in container.headers]


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (403, "AuthorizationPermissionMismatch", "Storage Blob Data Reader"),
        (403, "AuthorizationFailure", "firewall"),
        (403, "AuthenticationFailed", "SAS"),
        (404, "ContainerNotFound", "container's name"),
    ],
)
def test_a_refusal_says_what_to_do(container: Container, status: int, code: str, expected: str) -> None:
    export = stored(container, run([1]))
    container.refusal = status, code
    problem = failure(export)
    assert isinstance(problem, Rejected)
    assert code == problem.code
    assert expected in str(problem)
    assert "?" not in str(problem)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>sign in</html>",
        b"",
        b"\xff\xfe",
        b"<EnumerationResults><Blobs><Blob><Name>x</Name></Blob></Blobs></EnumerationResults>",
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><EnumerationResults><Blobs>&a;</Blobs></EnumerationResults>',
    ],
)
def test_a_list_that_is_none_is_malformed(container: Container, body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    export = stored(container, run([1]))
    monkeypatch.setattr(container, "listed", lambda query, page: body)
    assert isinstance(failure(export), Malformed)


def test_names_are_encoded(container: Container) -> None:
    files = run([1], guid="run #1 50%")
    assert 1 == total(rows(stored(container, files)))


def test_both_sources_are_sources(container: Container, directory: Path) -> None:
    sources: list[Source] = [Storage(session(container.url, Observer()), FOLDER), Directory(directory)]
    assert [f"{container.url}/{FOLDER}", str(directory)] == [source.place for source in sources]
