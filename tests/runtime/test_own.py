"""The exporter's own metrics, with client_python as the oracle."""

import threading

from hypothesis import example, given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from exporter.errors import Failure, Reason
from exporter.runtime.own import Format, OwnMetrics
from exporter.runtime.reload import Reload
from exporter.runtime.table import Table
from exporter.runtime.telemetry import Telemetry
from exporter.transport.stop import Stop
from tests.runtime.collectors import NOW, collection, job


class Seconds:
    """A monotonic clock under the control of a test."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def telemetry() -> Telemetry:
    found = Telemetry()
    found.configured(Reload(NOW))
    for account in "ab":
        found.attempted(job(account), NOW)
        found.succeeded(job(account), collection(x="1"), 0.25)
    found.failed(job("b"), Failure("refused", Reason.LOGIN), 1e-7)
    found.apis.observer("api", "a", Stop()).answered(200, 0.3)
    found.apis.observer("api", "a", Stop()).quotas_left({"units": 17})
    return found


def text(own: OwnMetrics, form: Format) -> str:
    own.refresh(form)
    return bytes(own.current[form].page.plain).decode()


def test_the_page_has_what_client_python_renders() -> None:
    """All families with their samples, in both formats."""
    source = telemetry()
    own = OwnMetrics(source)
    found = {f.name: f for f in read_text(text(own, Format.TEXT))}
    expected = {f.name: f for f in read_text(generate_latest(source).decode()) if f.samples}
    assert expected.keys() == found.keys()
    for name, family in expected.items():
        if not name.startswith("process_"):
            assert (family.type, family.documentation, family.samples) == (
                found[name].type,
                found[name].documentation,
                found[name].samples,
            )
    content = text(own, Format.OPENMETRICS)
    assert expected.keys() == {f.name for f in read_openmetrics(content)}  # type: ignore[no-untyped-call]
    assert (1, True) == (content.count("# EOF"), content.endswith("# EOF\n"))


values = st.floats() | st.integers(-(10**6), 10**6)
steps = st.lists(st.tuples(st.sampled_from(["set", "inc", "remove"]), st.text(max_size=3), values), max_size=20)


@given(steps)
@example([("set", "%", 0.0), ("set", "%", -0.0)])
def test_a_table_is_a_gauge(sequence: list[tuple[str, str, float]]) -> None:
    """Any label values and amounts, in any order of changes, are as in client_python."""
    registry = CollectorRegistry()
    gauge, table = Gauge("g", "Text.", ["who"], registry=registry), Table("g", "Text.", ("who",))
    for step, who, amount in sequence:
        for metric in (gauge, table):
            match step:
                case "set":
                    metric.labels(who).set(amount)
                case "inc":
                    metric.labels(who).inc(amount)
                case _:
                    metric.remove(who)
    for expected in (generate_latest(registry), openmetrics.generate_latest(registry)):  # type: ignore[no-untyped-call]
        body = (table.header(openmetrics=True) + table.lines()).decode()
        assert sorted(expected.decode().removesuffix("# EOF\n").split("\n")) == sorted(body.split("\n"))
    assert repr([family.samples for family in table.collect()]) == repr(
        [family.samples for family in registry.collect()]
    )


def test_a_counter_has_a_suffix() -> None:
    """In the header of the text format as well, and not in that of OpenMetrics."""
    registry = CollectorRegistry()
    Counter("c", "Text.", ["who"], registry=registry).labels("x").inc(2)
    table = Table("c", "Text.", ("who",), kind="counter")
    table.labels("x").inc(2)
    assert generate_latest(registry) == table.header(openmetrics=False) + table.lines()
    expected = openmetrics.generate_latest(registry)  # type: ignore[no-untyped-call]
    assert expected == table.header(openmetrics=True) + table.lines() + b"# EOF\n"


def test_metrics_are_rendered_at_most_once_a_second() -> None:
    """However many scrapes there are; what has not changed is not compressed again."""
    clock, source = Seconds(), telemetry()
    own = OwnMetrics(source, clock)
    assert own.due(Format.TEXT)
    own.refresh(Format.TEXT)
    before = own.current[Format.TEXT]
    source.configured(Reload(NOW, ("error",)))
    assert not own.due(Format.TEXT)
    own.refresh(Format.TEXT)
    assert before is own.current[Format.TEXT]
    clock.now = 1.0
    assert own.due(Format.TEXT)
    own.refresh(Format.TEXT)
    after = own.current[Format.TEXT]
    assert before.version + 1 == after.version
    unchanged, changed = (
        "azure_billing_exporter_" + name for name in ("collector_success", "config_last_reload_successful")
    )
    assert before.page.families[unchanged] is after.page.families[unchanged]
    assert before.page.families[changed] is not after.page.families[changed]


def test_a_scrape_does_not_wait_for_the_rendering_of_another() -> None:
    """It gets the metrics of a moment ago, unless there are none yet."""
    clock, source = Seconds(), telemetry()
    entered, leave = threading.Event(), threading.Event()

    class Slow:
        def collect(self) -> list[object]:
            entered.set()
            assert leave.wait(30)
            return []

    own = OwnMetrics(source, clock)
    own.refresh(Format.TEXT)
    source.registry.register(Slow())  # type: ignore[arg-type]
    entered.clear()
    clock.now = 5.0
    thread = threading.Thread(target=own.refresh, args=(Format.TEXT,))
    thread.start()
    try:
        assert entered.wait(30)
        assert (False, True) == (own.due(Format.TEXT), own.due(Format.OPENMETRICS))
        assert own.current[Format.TEXT].version == 1
    finally:
        leave.set()
        thread.join()
    assert own.current[Format.TEXT].version == 2


def test_the_series_of_an_api_go_with_its_last_account() -> None:
    """Requests with and without a response, and quotas."""
    found = telemetry()
    found.apis.observer("api", "a", Stop()).unanswered(Reason.TIMEOUT)
    assert 'api="api"' in generate_latest(found).decode()
    found.removed([job("b")], [job("a")])
    assert 'api="api"' in generate_latest(found).decode()
    found.removed([job("a")], [])
    assert 'api="api"' not in generate_latest(found).decode()
