"""Dumped dashboards on a real Prometheus: a selector changes which series they read, and nothing else."""

import json
import re
from collections.abc import Iterator

from exporter.mixin.installation import VARIABLE, Installation
from exporter.mixin.promql import parse_matchers, selectors
from tests.mixin.parsed import expressions
from tests.prometheus.conftest import Prometheus

ALL = ((r'=~?"\$\w+"', '=~".*"'), (r"\$__\w+", "1d"), (r"\$\w+", "meter_name"))
"""Values of the variables."""


def queries(installation: Installation) -> Iterator[str]:
    for text in expressions([*installation.boards()]):
        found = VARIABLE.fullmatch(text)
        if found and found["function"] == "label_values":
            text = found["inner"].rpartition(",")[0]
        elif found:
            text = found["inner"]
        for pattern, value in ALL:
            text = re.sub(pattern, value, text)
        yield text


def results(prometheus: Prometheus, query: str) -> list[str]:
    """The series in a fixed order; of a top list the values only, because Prometheus chooses among equal ones."""
    found = prometheus.query(query)
    return sorted(one["value"][1] if "topk(" in query else json.dumps(one, sort_keys=True) for one in found)


def test_every_query_finds_the_same_with_the_job_of_the_exporter(prometheus: Prometheus) -> None:
    """Those of panels, variables and annotations."""
    here = Installation(parse_matchers('job="azure-billing",instance!=""'))
    changed = 0
    for plain, selective in zip(queries(Installation()), queries(here), strict=True):
        assert results(prometheus, plain) == results(prometheus, selective), selective
        changed += plain != selective
    assert changed > 20


def test_no_query_reads_scraped_series_of_another_job(prometheus: Prometheus) -> None:
    """Those that read nothing else find nothing."""
    for query in queries(Installation(parse_matchers('job="other"'))):
        read = [*selectors(query)]
        if read and all(one.is_scraped for one in read) and "or vector(" not in query:
            assert [] == prometheus.query(query), query
