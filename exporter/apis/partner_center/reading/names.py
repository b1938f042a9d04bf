"""Names of customers and subscriptions as labels: shown, hashed with a key, or omitted."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass

from exporter.apis.partner_center.settings import Mode
from exporter.auth.secret import Secret


@dataclass(frozen=True, slots=True)
class Naming:
    """How names are published; unless they are shown, no text of the API is quoted, since it may contain one."""

    mode: Mode
    key: Secret

    @property
    def shown(self) -> bool:
        """Whether names are shown as they are."""
        return self.mode == "show"

    def labeler(self) -> Callable[[str], str]:
        """What turns a name into its label, with the key as it is now."""
        if self.mode == "show":
            return str
        if self.mode == "omit":
            return lambda name: ""
        key = self.key.read()
        return lambda name: pseudonym(name, key) if name else ""


def pseudonym(name: str, key: str) -> str:
    """The first 12 hexadecimal digits of HMAC-SHA-256 (RFC 2104) over the name in UTF-8: stable as long as the key."""
    return hmac.digest(key.encode(), name.encode(), "sha256").hex()[:12]
