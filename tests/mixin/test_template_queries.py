"""Queries of annotations get the matchers of a selector."""

import pytest

from exporter.mixin.promql import parse_matchers
from exporter.mixin.template_queries import with_matchers_in_queries


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('x of {{ $labels.x }} is {{ $value | printf "%.2f" }}', None),
        (
            '{{ with query "x" }}{{ . | first | value | humanize }}{{ end }}',
            r'{{ with query "x{job=\"50%\"}" }}{{ . | first | value | humanize }}{{ end }}',
        ),
        (
            r'{{ printf "x{y=%q}" $labels.y | query | first | value | printf "%.2f" }}',
            r'{{ printf "x{y=%q,job=\"50%%\"}" $labels.y | query | first | value | printf "%.2f" }}',
        ),
        ('{{ query (printf "x{y=%q}" $labels.y) }}', r'{{ query (printf "x{y=%q,job=\"50%%\"}" $labels.y) }}'),
        (r'{{ "x{y=\"}}\"}" | query }}', r'{{ "x{y=\"}}\",job=\"50%\"}" | query }}'),
        ('{{ `x{y="z"}` | query }}', r'{{ "x{y=\"z\",job=\"50%\"}" | query }}'),
        ('{{ with printf "a:b{y=%q}" $labels.y | query }}{{ end }}', None),
    ],
)
def test_only_queries_change(template: str, expected: str | None) -> None:
    """A percent sign is doubled where the query is a format; recorded series stay as they are."""
    assert (expected or template) == with_matchers_in_queries(template, parse_matchers('job="50%"'))
    assert template.replace('`x{y="z"}`', r'"x{y=\"z\"}"') == with_matchers_in_queries(template, ())
