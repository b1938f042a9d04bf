"""The limit on providers, flows and methods: the smallest keys of a report are folded into one series."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from exporter.apis.b2c.records import BUCKETS, Row
from exporter.model.collection import Run
from exporter.model.families import Family
from exporter.model.limits import OTHER, largest


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that become series by their own name."""

    named: frozenset[str]

    def label(self, key: str) -> str:
        """The key itself, or `__other__`."""
        return key if key in self.named else OTHER


def limited_keys(groups: Iterable[Iterable[Row]], max_keys: int, families: Sequence[Family], run: Run) -> Keys:
    """The `max_keys` largest keys of all rows, and the buckets, which are never folded; sums stay exact.

    Keys that are published already have an advantage, so that series don't come and go. `groups` are the rows of one
    label set each; the number of label sets that are folded is added to `run.overflow`. The last label of `families`
    is the key.
    """
    sizes: Counter[str] = Counter()
    keys_of_groups = []
    for rows in groups:
        found: Counter[str] = Counter()
        for row in rows:
            for key, count in row.parts():
                if key not in BUCKETS:
                    found[key] += count
        sizes.update(found)
        keys_of_groups.append(found.keys())
    samples = run.published.samples if run.published else {}
    published = {values[-1:] for family in families for values in samples.get(family.name, ())}
    chosen = largest({(key,): [Decimal(size)] for key, size in sizes.items()}, max_keys, published)
    named = BUCKETS | {key for (key,) in chosen}
    run.overflow += sum(len(keys - named) for keys in keys_of_groups)
    return Keys(named)
