"""Queries within the templates of annotations, such as `{{ with printf "up{job=%q}" $labels.job | query }}`."""

import json
import re
from dataclasses import replace

from exporter.mixin.promql import Matcher, with_matchers

LITERAL = r'(?P<{0}>"(?:\\.|[^"\\])*"|`[^`]*`)'
ACTION = re.compile(r"{{(?:\"(?:\\.|[^\"\\])*\"|`[^`]*`|.)*?}}", re.DOTALL)
QUERY = re.compile(
    rf"""
    (?P<format>printf\s+)?{LITERAL.format("piped")}(?=[^|]*\|\s*query\b)
    | \bquery\s+(?P<nested>\(\s*printf\s+)?{LITERAL.format("passed")}
    """,
    re.VERBOSE,
)


def with_matchers_in_queries(template: str, added: tuple[Matcher, ...]) -> str:
    """The template with the matchers in each selector of scraped series in each of its queries."""

    def query(found: re.Match[str]) -> str:
        literal = found["piped"] or found["passed"]
        text = literal[1:-1] if literal[0] == "`" else str(json.loads(literal))
        is_format = found["format"] or found["nested"]
        escaped = tuple(replace(one, value=one.value.replace("%", "%%")) for one in added) if is_format else added
        return found[0].replace(literal, json.dumps(with_matchers(text, escaped), ensure_ascii=False))

    return ACTION.sub(lambda action: QUERY.sub(query, action[0]), template)
