"""Names of customers and subscriptions as `/metrics` shows them: as they are, as a keyed hash, or not at all."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from exporter.auth.secret import Secret

Mode = Literal["show", "hash", "omit"]


@dataclass(frozen=True, slots=True)
class Naming:
    """How names are shown; where they are not, no text of the API is, since it may hold one."""

    mode: Mode
    key: Secret

    @property
    def shown(self) -> bool:
        """Whether names are shown as they are."""
        return self.mode == "show"

    def reader(self) -> Callable[[str], str]:
        """What turns a name into its label; the key is read now, so once for each page."""
        if self.mode == "show":
            return str
        if self.mode == "omit":
            return lambda name: ""
        key = self.key.read()
        return lambda name: pseudonym(name, key) if name else ""


def pseudonym(name: str, key: str) -> str:
    """The first 12 hexadecimal digits of HMAC-SHA-256 (RFC 2104) over the name in UTF-8: stable as long as the key."""
    return hmac.digest(key.encode(), name.encode(), "sha256").hex()[:12]
