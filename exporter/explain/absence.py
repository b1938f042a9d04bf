"""Why nothing is found, and what there is instead."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from exporter.contract import Declared, declared, defaults
from exporter.explain.selector import NAME, Selector
from exporter.explain.stored import Stored
from exporter.mixin.installation import Installation
from exporter.mixin.promql import selectors
from exporter.mixin.rules import Record
from exporter.runtime.table import PREFIX

MOST_VALUES = 20
"""The most values of a label that a message lists."""


def no_family(selector: Selector, families: set[str]) -> str:
    """Why no configured account has the family that a selector names; `families` are those that they have."""
    name = selector.name
    if not name:
        return "no family of the configured accounts has such a name"
    if families_read := _recorded(name):
        read = ", ".join(families_read)
        return f"{name}: Prometheus records it by a rule; explain what the rule reads: {read}"
    if name.startswith(PREFIX):
        return f"{name}: is about the exporter itself; see its status page"
    for one in declared(defaults()):
        if any(family.name == name for family in one.collector.families):
            return f"{name}: no configured account has this family; {one.api.title} publishes it"
    near = get_close_matches(name, sorted(families), n=3, cutoff=0.6)
    hint = f"did you mean {' or '.join(near)}?" if near else "azure-billing-exporter metrics lists all families"
    return f"{name}: no such family; {hint}"


def _recorded(name: str) -> Sequence[str]:
    """The families that a recorded series is computed from, through the rules of all rule files; none if no rule is.

    Those about the exporter itself, which are not explained, are left out where there are others.
    """
    rules = [rule for file in Installation().rule_files() for group in file.groups for rule in group.rules]
    names, read = [name], dict[str, None]()
    for waiting in names:
        for rule in rules:
            if isinstance(rule, Record) and rule.name == waiting:
                found = [one for one in selectors(rule.expr) if one.name]
                read |= dict.fromkeys(one.name for one in found if one.is_scraped)
                names += [one.name for one in found if not one.is_scraped and one.name not in names]
    return [one for one in read if not one.startswith(PREFIX)] or list(read)


def no_account(named: Sequence[Declared]) -> str:
    """Why none of the reports that publish a family is read."""
    accounts = _listed({one.settings.account for one in named if one.every})
    if not accounts:
        reports = sorted({one.collector.name for one in named})
        return f"the reports that publish it are disabled: {', '.join(reports)}"
    return f"no account matches; the values of account are: {accounts}"


def no_series(selector: Selector, contents: Sequence[Stored]) -> Iterator[str]:
    """The values of each label on which no series matches, then what is not stored."""
    missing = [one for one in contents if one.collection is None]
    labels = [one for content in contents for one in _labels(content, selector)]
    if labels:
        known = {name for one in labels for name in one}
        unmatched = [
            condition
            for condition in selector.conditions
            if not any(condition.matches(found.get(condition.label, "")) for found in labels)
        ]
        if not unmatched:
            yield "no series matches all conditions together, although each of them matches some"
        for condition in unmatched:
            values = _listed({found.get(condition.label, "") for found in labels})
            if condition.label in known:
                yield f"no series matches; the values of {condition.label} are: {values}"
            else:
                yield f"no series has the label {condition.label}; the labels are: {', '.join(sorted(known - {NAME}))}"
    elif len(missing) < len(contents):
        yield "the stored collections have no series of the family: the reports state none"
    yield from (described(one) for one in missing)


def described(one: Stored) -> str:
    """Why a report has no collection."""
    return f"{one.report.settings.account}/{one.report.collector.name}: {one.problem}"


def _labels(content: Stored, selector: Selector) -> Iterator[Mapping[str, str]]:
    """The labels of all series of the families that the selector names."""
    if content.collection:
        for family in content.report.collector.families:
            if selector.allows(NAME, family.name):
                for key in content.collection.samples.get(family.name, ()):
                    named = dict(zip(family.labels.names, key, strict=True))
                    yield {NAME: family.name, "account": content.report.settings.account, **named}


def _listed(values: set[str]) -> str:
    """The values in quotes, in order; how many more there are beyond the first."""
    shown = [f'"{value}"' for value in sorted(values)]
    more = len(shown) - MOST_VALUES
    return ", ".join(shown[:MOST_VALUES]) + (f" and {more} more" if more > 0 else "")
