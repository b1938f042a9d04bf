"""What a rule file of Prometheus consists of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["info", "warning", "critical"]
NOT_OF_A_CUSTOMER: Mapping[str, str] = {"customer_id": ""}
"""Labels of a rule that another group has for customers. An empty label is none, but makes the two rules differ."""


@dataclass(frozen=True)
class Section:
    """A section of the runbook, in Markdown. Several alerts can share one.

    `meaning`: what has happened, and when the alert does not fire. `impact`: what follows if nobody acts. `diagnosis`:
    how to find the cause, with queries. `mitigation`: what to do. `resolution`: why the alert resolves, and when.
    `silencing`: when to silence it, and by which labels. `ownership`: who handles it.
    """

    title: str
    meaning: str
    impact: str
    diagnosis: str
    mitigation: str
    resolution: str
    silencing: str
    ownership: str

    @property
    def anchor(self) -> str:
        """The fragment that GitHub gives the heading."""
        return anchor(self.title)


def anchor(title: str) -> str:
    """The fragment that GitHub gives a heading, which has letters, hyphens and spaces only."""
    return title.lower().replace(" ", "-")


@dataclass(frozen=True)
class Record:
    """A recording rule. `comment` explains why it is as it is; the rule file shows it. `labels` are added."""

    name: str
    expr: str
    comment: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Alert:
    """An alerting rule. Rules with the same name differ in their severity or in `labels`, which are added.

    `summary` is one constant sentence. `description` is a template in which white space is folded. `for_` is how long
    `expr` must be true before the alert fires, as Prometheus writes durations; empty if it fires at once.
    `keep_firing_for` is how long it must be false before the alert resolves; empty if it resolves at once. `dashboard`
    is the uid of a dashboard with the values of its variables, a template such as
    `azure-billing-cost?var-account={{ $labels.account }}`; empty if none shows more.
    """

    name: str
    severity: Severity
    expr: str
    summary: str
    description: str
    runbook: Section
    for_: str = ""
    keep_firing_for: str = ""
    comment: str = ""
    dashboard: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """Rules that are evaluated in order, every `interval` if it is not empty."""

    name: str
    rules: Sequence[Record | Alert]
    interval: str = ""
    comment: str = ""


@dataclass(frozen=True)
class RuleFile:
    """A file of groups. `name` has no directory and no extension."""

    name: str
    groups: Sequence[Group]
    comment: str

    def alerts(self) -> Iterator[Alert]:
        """The alerting rules of all groups."""
        for group in self.groups:
            yield from (rule for rule in group.rules if isinstance(rule, Alert))
