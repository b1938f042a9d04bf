"""The contract of a simulated report, and the reports that the modules of a package define."""

import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Generic, TypeVar

from starlette.routing import Route

A = TypeVar("A")
K = TypeVar("K")


class Report(ABC, Generic[A]):
    """One report of a service; `access` is what all reports of the service share."""

    def __init__(self, access: A) -> None:
        self.access = access

    @abstractmethod
    def routes(self) -> list[Route]:
        """The documented paths of the report."""


def report_routes(package: ModuleType, access: A) -> Iterator[Route]:
    """The routes of the reports that are defined in the modules of `package`; raises TypeError as `defined`."""
    for report in defined(package, Report):  # type: ignore[type-abstract]  # it is only compared with
        yield from report(access).routes()


def defined(package: ModuleType, base: type[K]) -> Iterator[type[K]]:
    """The subclasses of `base` that are defined in the modules of `package`, by the names of the modules.

    A module that defines none raises TypeError; so does the construction of one without all that `base` demands.
    """
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        kinds = [kind for kind in vars(import_module(found.name)).values() if isinstance(kind, type)]
        own = [kind for kind in kinds if issubclass(kind, base) and kind.__module__ == found.name]
        if not own:
            raise TypeError(f"{found.name} defines no report: a subclass of {base.__module__}.{base.__name__}")
        yield from own
