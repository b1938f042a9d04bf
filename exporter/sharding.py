"""Which accounts each of several exporters with the same configuration reads."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

MAX_SHARDS = 1000
_POD = re.compile(r"[a-z0-9.-]*-(0|[1-9][0-9]{0,2})")
"""The name of a StatefulSet's pod: that of the set and the ordinal."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `total` exporters that share the accounts of a configuration; `number` counts from 0.

    An account is on exactly one shard of the same total. One more shard takes about an equal part from each of the
    others, and nothing else moves: each account is on the shard with the highest hash of API, account and shard
    (rendezvous hashing). The hash does not depend on the process, the platform or the version.
    """

    number: int = 0
    total: int = 1

    def __post_init__(self) -> None:
        """Raises `ValueError` for a shard that does not exist."""
        if not 1 <= self.total <= MAX_SHARDS:
            raise ValueError(f"{self.total} is not a number of shards from 1 to {MAX_SHARDS}")
        if not 0 <= self.number < self.total:
            raise ValueError(f"{self.number} is not a shard from 0 to {self.total - 1}")

    @classmethod
    def from_pod(cls, name: str, total: int) -> "Shard":
        """The shard with the ordinal of a StatefulSet's pod.

        A pod beyond `total` is about to be removed. Until then it stays the last of as many shards as it needs, so it
        has all accounts that it had, which the others read already. Raises `ValueError` for another name.
        """
        found = _POD.fullmatch(name)
        if not found:
            raise ValueError(f"{name!r} is not the name of a StatefulSet's pod, which ends in - and a number")
        ordinal = int(found[1])
        return cls(ordinal, max(total, ordinal + 1))

    def owns(self, api: str, account: str) -> bool:
        """Whether this shard reads the account."""
        return self.number == max(range(self.total), key=lambda number: _weight(api, account, number))

    def directory(self, storage: Path) -> Path:
        """Where its collections are stored below `storage.path`, which all shards may share.

        The first shard has the directory of an exporter without shards, and continues with what that has stored.
        """
        return storage / f"shard-{self.number}" if self.number else storage


ALONE = Shard()
"""An exporter that reads every account."""


def _weight(api: str, account: str, number: int) -> bytes:
    text = f"{api}\0{account}\0{number}"
    return hashlib.blake2b(text.encode(), digest_size=8).digest()
