"""The oracle: what a parser of PromQL reads in an expression of ours."""

import re
from collections.abc import Iterator
from typing import Any

import promql_parser as promql

Selected = tuple[str, frozenset[tuple[str, str, str]]]
"""The name of a selector, and its matchers: label, operator and value."""
OPERATORS = {"MatchOp.Equal": "=", "MatchOp.NotEqual": "!=", "MatchOp.Re": "=~", "MatchOp.NotRe": "!~"}
STAND_INS = (
    (r"\$__\w+|\$\{__\w+\}", "4242s"),
    (r"%q", '"text"'),
    (r"(?<![\"\w|])\$(\w+)(?=[^\"]*(?:\"[^\"]*\"[^\"]*)*$)", r"variable_\1"),
)
"""Variables of Grafana outside strings, and verbs of `printf`."""


def selected(expr: str) -> list[Selected]:
    """The vector selectors of an expression, in a fixed order."""
    found: list[Selected] = []

    def visit(node: promql.Expr) -> None:
        if isinstance(node, promql.VectorSelector):
            matchers = {(each.name, OPERATORS[str(each.op)], each.value) for each in node.matchers.matchers}
            found.append((node.name or "", frozenset(matchers)))

    promql.walk(promql.parse(parseable(expr)), visit)
    return sorted(found, key=repr)


def parseable(expr: str) -> str:
    """The expression with values in place of variables."""
    for pattern, stand_in in STAND_INS:
        expr = re.sub(pattern, stand_in, expr)
    return expr


def expressions(found: Any, key: str = "") -> Iterator[str]:
    """Every expression of a rule file, or of the panels, variables and annotations of a dashboard."""
    if isinstance(found, dict):
        if found.get("type") not in {"datasource", "custom", "interval", "textbox", "constant"}:
            for name, inner in found.items():
                yield from expressions(inner, name)
    elif isinstance(found, list):
        for inner in found:
            yield from expressions(inner, key)
    elif key in {"expr", "query", "definition"} and isinstance(found, str):
        yield found
