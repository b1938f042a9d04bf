"""The contract of what is simulated below a scope."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from exporter.simulator.cost_management.access import Access
from exporter.simulator.costs.scopes import Scope

Endpoint = Callable[[Request, Scope], Awaitable[Response]]


class Resource(ABC):
    """One resource of a provider; `access` is what all of them share."""

    def __init__(self, access: Access) -> None:
        self.access = access

    @abstractmethod
    def endpoints(self) -> Mapping[tuple[str, str], Endpoint]:
        """By method and path below `/providers/`, such as `Microsoft.CostManagement/query`; names have no case."""
