"""Renders samples in the Prometheus text format, which for gauges is valid OpenMetrics too."""

import operator
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TypeAlias

from exporter.model.families import BATCH, Family, LabelValues, Samples

SPECIAL = '\\"\n'
ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def header(family: Family) -> str:
    """`# HELP` and `# TYPE`; every figure of the APIs is a gauge."""
    return f"# HELP {family.name} {family.help}\n# TYPE {family.name} gauge\n"


LabelTexts: TypeAlias = dict[tuple[str, ...], dict[LabelValues, bytes]]
"""The rendered labels, by label names and label values."""


def lines(
    account: str, families: Sequence[Family], samples: Mapping[str, Samples], texts: LabelTexts
) -> dict[str, list[bytes]]:
    """The sample lines of each family in a few parts, sorted by label values.

    `texts` caches rendered labels, for families with the same labels and for the next rendering of this account.
    """
    longest: dict[tuple[str, ...], int] = {}
    for family in families:
        names = family.labels.names
        longest[names] = max(longest.get(names, 0), len(samples.get(family.name, ())))
    for names, most in longest.items():
        if len(texts.setdefault(names, {})) > 2 * most:  # most of them are no longer used
            texts[names].clear()
    return {
        family.name: _lines(family, account, samples.get(family.name, {}), texts[family.labels.names])
        for family in families
    }


def _lines(family: Family, account: str, values: Samples, texts: dict[LabelValues, bytes]) -> list[bytes]:
    """The lines of one family; builtins loop instead of Python code, since a report may have 100,000 lines."""
    ordered = sorted(values)
    name = family.name.encode()
    parts = []
    for start in range(0, len(ordered), BATCH):
        keys = ordered[start : start + BATCH]
        new = [key for key in keys if key not in texts]
        texts.update(zip(new, _labels(account, family.labels.names, new), strict=True))
        amounts = ("\n".join(map(str, map(values.__getitem__, keys))) + "\n").encode().splitlines(keepends=True)
        parts.append(name.join(chain((b"",), map(operator.add, map(texts.__getitem__, keys), amounts))))
    return parts


def _labels(account: str, names: tuple[str, ...], keys: list[LabelValues]) -> list[bytes]:
    """`{account="…",name="…"} ` for each key."""
    joined = "".join(chain.from_iterable(keys))
    if any(special in joined for special in SPECIAL):
        keys = [tuple(value.translate(ESCAPES) for value in key) for key in keys]
    pairs = [f'account="{account.translate(ESCAPES).replace("%", "%%")}"', *(f'{name}="%s"' for name in names)]
    template = f"{{{','.join(pairs)}}} \n" * len(keys)
    return (template % tuple(chain.from_iterable(keys))).encode().split(b"\n")[:-1]
