"""The contract of a simulated report, and the reports that the modules of a package define."""

import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Generic, TypeVar

from starlette.routing import Route

A = TypeVar("A")


class Report(ABC, Generic[A]):
    """One report of a service; `access` is what all reports of the service share."""

    def __init__(self, access: A) -> None:
        self.access = access

    @abstractmethod
    def routes(self) -> list[Route]:
        """The documented paths of the report."""


def report_routes(package: ModuleType, access: A) -> Iterator[Route]:
    """The routes of the reports that are defined in the modules of `package`, by the names of the modules.

    A module that defines none, or one without `routes`, raises TypeError.
    """
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        kinds = [kind for kind in vars(import_module(found.name)).values() if isinstance(kind, type)]
        defined = [kind for kind in kinds if issubclass(kind, Report) and kind.__module__ == found.name]
        if not defined:
            raise TypeError(f"{found.name} defines no report: a subclass of {Report.__module__}.Report")
        for report in defined:
            yield from report(access).routes()
