"""Rules and dashboards for one installation: its scrape job, its runbook and its Grafana."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from exporter.mixin import alerts
from exporter.mixin.dashboards import BOARDS
from exporter.mixin.dashboards.panels import Json
from exporter.mixin.links import Links
from exporter.mixin.promql import Matcher, with_matchers
from exporter.mixin.recording import RECORDING
from exporter.mixin.rules import Alert, Record, RuleFile
from exporter.mixin.template_queries import with_matchers_in_queries

EXPRESSIONS = {"expr", "query", "definition"}
"""Keys of a dashboard whose texts are expressions, or functions of Grafana on expressions."""
LITERAL = {"datasource", "custom", "interval", "textbox", "constant"}
"""Types of variables whose `query` is no expression."""
VARIABLE = re.compile(r"(?P<function>label_values|label_names|query_result)\((?P<inner>.*)\)", re.DOTALL)


@dataclass(frozen=True)
class Installation:
    """What distinguishes an installation from the definitions.

    `matchers` are added to each selector of series that are scraped. Series that are recorded have neither `job` nor
    `instance`, so they are selected without: one Prometheus has these rules once.
    """

    matchers: tuple[Matcher, ...] = ()
    links: Links = field(default_factory=Links)

    def rule_files(self) -> Sequence[RuleFile]:
        """All rule files: the recording rules, then the alerts."""
        return tuple(self._file(file) for file in (RECORDING, *alerts.FILES))

    def boards(self) -> Sequence[Json]:
        """The JSON of all dashboards."""
        return tuple({key: self._adapted(value, key) for key, value in board.items()} for board in BOARDS)

    def _file(self, file: RuleFile) -> RuleFile:
        groups = [replace(group, rules=[self._rule(rule) for rule in group.rules]) for group in file.groups]
        return replace(file, groups=groups)

    def _rule(self, rule: Record | Alert) -> Record | Alert:
        expr = with_matchers(rule.expr, self.matchers)
        if isinstance(rule, Record):
            return replace(rule, expr=expr)
        return replace(rule, expr=expr, description=with_matchers_in_queries(rule.description, self.matchers))

    def _adapted(self, value: object, key: str) -> object:
        if isinstance(value, dict):
            if value.get("type") in LITERAL:
                return value
            return {name: self._adapted(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._adapted(inner, key) for inner in value]
        if not isinstance(value, str):
            return value
        return self._query(value) if key in EXPRESSIONS else self.links.adapted(value)

    def _query(self, text: str) -> str:
        """An expression, or the query of a variable: `label_values(selector, label)`, `query_result(expression)`."""
        if not (found := VARIABLE.fullmatch(text)):
            return with_matchers(text, self.matchers)
        inner, comma, label = found["inner"], "", ""
        if found["function"] == "label_values":
            inner, comma, label = inner.rpartition(",")
        return f"{found['function']}({with_matchers(inner, self.matchers)}{comma}{label})"
