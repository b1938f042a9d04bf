"""Customers' names as `/metrics` shows them: as they are, as a keyed hash, or not at all."""

import hmac
from collections.abc import Callable, Iterable
from typing import Literal

from msgspec import structs

from exporter.apis.partner_center.records import CustomerMonthlyUsageRecord
from exporter.auth.secret import Secret

Mode = Literal["show", "hash", "omit"]
Naming = Callable[[Iterable[CustomerMonthlyUsageRecord]], Iterable[CustomerMonthlyUsageRecord]]


def naming(mode: Mode, key: Secret) -> Naming:
    """The same records with their customers' names in the wanted form; the key is read again for each page."""
    if mode == "show":
        return lambda records: records
    if mode == "omit":
        return lambda records: (structs.replace(record, resource_name=None, name=None) for record in records)

    def hashed(records: Iterable[CustomerMonthlyUsageRecord]) -> Iterable[CustomerMonthlyUsageRecord]:
        secret = key.read()
        for record in records:
            name = record.resource_name or record.name
            yield structs.replace(record, resource_name=pseudonym(name, secret) if name else None, name=None)

    return hashed


def pseudonym(name: str, key: str) -> str:
    """The first 12 hexadecimal digits of HMAC-SHA-256 (RFC 2104) over the name in UTF-8: stable as long as the key."""
    return hmac.digest(key.encode(), name.encode(), "sha256").hex()[:12]
