"""Azure Resource Manager's side of Cost Management: addresses below one scope, and explained refusals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from exporter.apis.cost_management.refusals import explained
from exporter.apis.cost_management.scope import Scope
from exporter.apis.identity import CHINA, USGOV
from exporter.errors import Rejected
from exporter.model.collection import Validators
from exporter.transport.response import Response
from exporter.transport.session import Session

API_VERSION = "2025-03-01"
"""Of Microsoft.CostManagement."""


PUBLIC = "https://management.azure.com"
NATIONAL = {USGOV: "https://management.usgovcloudapi.net", CHINA: "https://management.chinacloudapi.cn"}
HOSTS = (PUBLIC, *NATIONAL.values())
"""Azure Resource Manager in all clouds."""


@dataclass(frozen=True, slots=True)
class Arm:
    """Requests about one scope; what is refused says what to do, such as the role that is missing."""

    session: Session
    scope: Scope
    client_type: str = "azure-billing-exporter"
    """By which requests are counted: all callers that state no name share one quota."""

    def own(self, link: str) -> str:
        """A link of an answer, at the account's own address where it names the public one, as behind a mirror.

        The base URL may have a path of its own.
        """
        found = next((host for host in HOSTS if link.lower().startswith(f"{host}/")), None)
        return link if found is None else link[len(found) + 1 :]

    def url(self, resource: str, api_version: str = API_VERSION) -> str:
        """The address of a provider's resource below the scope: `Microsoft.CostManagement/query`."""
        return f"{self.scope.path.lstrip('/')}/providers/{resource}?api-version={api_version}"

    def get(
        self, url: str, *, params: Mapping[str, str] | None = None, validators: Validators | None = None
    ) -> Response | None:
        """The answer at a URL, relative or a link of another answer; None for an answer without content (204)."""
        return self._sent(
            lambda: self.session.get(
                self.own(url), params=params, headers=self._headers, no_content=True, validators=validators
            )
        )

    def post(self, url: str, body: Mapping[str, Any]) -> Response | None:
        """The answer to a JSON body, as `get`."""
        return self._sent(lambda: self.session.get(self.own(url), json=body, headers=self._headers, no_content=True))

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"ClientType": self.client_type}

    def _sent(self, send: Callable[[], Response]) -> Response | None:
        try:
            answer = send()
        except Rejected as refused:
            raise explained(refused, self.scope, self.session.application) from refused
        return None if answer.status_code == 204 else answer
