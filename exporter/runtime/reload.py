"""What a reload of the configuration did."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Reload:
    """The last reload: its errors, or how many collectors were kept, changed, added and removed."""

    at: datetime
    errors: tuple[str, ...] = ()
    kept: int = 0
    changed: int = 0
    added: int = 0
    removed: int = 0
