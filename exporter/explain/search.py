"""Finds what a selector names, or says why there is nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from exporter.config import Config
from exporter.contract import declared
from exporter.explain.absence import no_account, no_family, no_series
from exporter.explain.explanation import Source, explained
from exporter.explain.selector import NAME, Selector
from exporter.explain.stored import Stored, stored
from exporter.mixin.promql import TARGET_LABELS


@dataclass(frozen=True)
class Found:
    """The reports whose series match, and reports that may have such series, but no collection."""

    sources: Sequence[Source]
    missing: Sequence[Stored]


class NothingFound(Exception):  # noqa: N818 (a result)
    """No series matches; the text says why, and what there is."""


def search(selector: Selector, config: Config, now: datetime, warn: Callable[[str], object]) -> Found:
    """What is stored of the series that match; raises `NothingFound`, and `Failure` as `stored` does."""
    ignored = sorted({one.label for one in selector.conditions} & TARGET_LABELS)
    if ignored:
        warn(f"ignored, since Prometheus adds such labels: {', '.join(ignored)}")
        selector = selector.without(frozenset(TARGET_LABELS))
    reports = list(declared(config))
    named = [one for one in reports if any(selector.allows(NAME, family.name) for family in one.collector.families)]
    if not named:
        raise NothingFound(no_family(selector, {f.name for one in reports for f in one.collector.families}))
    wanted = [one for one in named if one.every and selector.allows("account", one.settings.account)]
    if not wanted:
        raise NothingFound(no_account(named))
    contents = list(stored(config.storage.path, wanted, now))
    sources = [source for one in contents if (source := explained(one, selector))]
    missing = [one for one in contents if one.collection is None]
    if not sources:
        raise NothingFound("\n".join(no_series(selector, contents)))
    return Found(sources, missing)
