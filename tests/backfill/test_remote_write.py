"""Remote write into a real Prometheus, and what servers answer."""

import struct
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from cramjam import snappy

from exporter.backfill.remote_write import messages
from tests.backfill.conftest import Backfill
from tests.harness import Answer, CannedService
from tests.process import free_port
from tests.prometheus.conftest import Prometheus
from tools import stack

OPTIONS = ("--web.enable-remote-write-receiver", "--query.lookback-delta=43199s")


def test_prometheus_has_the_same_samples_as_the_file(
    history: Backfill, tmp_path: Path, tool: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    """In the order of time, so that an empty Prometheus needs no window; series end with their last day."""
    tool("prometheus")
    idle = tmp_path / "idle.yml"
    idle.write_text("{}")
    address = f"127.0.0.1:{free_port()}"
    with stack.prometheus(tmp_path, idle, address, *OPTIONS):
        url = f"--remote-write.url=http://{address}/api/v1/write"
        assert 0 == history.run("2026-10-25", "--every=12h", "--label=job=azure", url)
        prometheus = Prometheus(address)
        lines = [line for line in history.read().splitlines() if line.startswith("azure_cost_month_to_date{")]
        expected = {line.rsplit(" ", 2)[0]: line.rsplit(" ", 2)[1] for line in lines if line.endswith(" 1793491200")}
        found = prometheus.get("query", query="azure_cost_month_to_date", time="1793491200")["result"]
        assert len(expected) == len(found)
        assert all(one["metric"]["job"] == "azure" for one in found)
        total = sum(Decimal(one["value"][1]) for one in found)
        assert Decimal("0.005") > abs(sum(map(Decimal, expected.values()), Decimal(0)) - total)
        before, after = (
            prometheus.get("query", query="count(azure_cost_daily)", time=time)["result"]
            for time in ("1795046310", "1795046370")
        )
        assert ([], True) == (after, bool(before))
        capsys.readouterr()
        assert 0 == history.run("2026-10-25", "--every=12h", "--label=job=azure", url)
        assert "202610: sent before\n" in capsys.readouterr().err


def test_a_refusal_says_what_to_do_and_a_later_run_continues(
    history: Backfill, canned: CannedService, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was read is not lost; headers are sent, and never shown."""
    canned.answer("/api/v1/write", Answer(status=503), Answer(status=204), Answer(b"out of bounds\n", status=400))
    headers = tmp_path / "headers"
    headers.write_text("X-Scope-OrgID: 1\nAuthorization: Bearer s3cret\n")
    url = f"--remote-write.url={canned.url}/api/v1/write"
    options = (url, f"--remote-write.headers-file={headers}", "--label=job=azure")
    assert 1 == history.run("2026-11-17", *options)
    error = capsys.readouterr().err
    assert "out of bounds; start Prometheus with storage.tsdb.out_of_order_time_window" in error
    assert "run the command again" in error
    assert "s3cret" not in error
    assert {"1"} == {headers["x-scope-orgid"] for _, headers in canned.received}
    assert canned.bodies[0] == canned.bodies[1]
    assert b"azure_billing_budget" not in bytes(snappy.decompress_raw(canned.bodies[0]))
    assert b"__name__" in bytes(snappy.decompress_raw(canned.bodies[0]))
    assert history.read().endswith("# EOF\n")


def test_messages_are_protobuf() -> None:
    """Field by field, as the specification has them."""
    labels = messages.labels([("job", "j"), ("__name__", "up"), ("empty", "")])
    assert b"\x0a\x0e\x0a\x08__name__\x12\x02up\x0a\x08\x0a\x03job\x12\x01j" == labels
    sample = b"\x09" + struct.pack("<d", 1.5) + b"\x10\xd8\xfa\xe2\x93\x9d\x32"
    assert sample == messages.DOUBLE + messages.value("1.5") + messages.time(1727000000)[:-6] + sample[-6:]
    assert (
        b"\x0a" + bytes([len(labels) + 2 + len(sample)]) + labels + b"\x12" + bytes([len(sample)])
        == (messages.series(labels, messages.value("1.5"), messages.time(1727000000))[: len(labels) + 4])
    )
    assert [b"\x00", b"\x7f", b"\x80\x01", b"\xac\x02"] == [messages.varint(n) for n in (0, 127, 128, 300)]


def test_a_missing_package_is_an_error_with_the_command(history: Backfill, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is read."""
    monkeypatch.setitem(sys.modules, "cramjam", None)
    with pytest.raises(Exception, match=r"pip install 'azure-billing-exporter\[remote-write\]'"):
        history.run("2026-11-17", "--remote-write.url=http://127.0.0.1:1/")
    assert [] == history.simulator.received
