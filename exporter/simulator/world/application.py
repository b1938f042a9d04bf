"""An application of a customer directory."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Application:
    """An application that people sign in to; `size` is its daily sign-ins on a weekday."""

    id: str
    name: str
    size: int
