"""Requests of Azure Resource Manager, and how its answers are read."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import requests

from exporter.simulator import Simulator
from exporter.simulator.world import AzureTenant

from .conftest import Browser

ARM = "https://management.azure.com"
VERSION = "2025-03-01"


@dataclass(frozen=True)
class Arm:
    """What a program of the company's tenant sends."""

    browser: Browser

    @property
    def sim(self) -> Simulator:
        return self.browser.sim

    @property
    def azure(self) -> AzureTenant:
        return self.sim.world.azure

    def token(self, resource: str = ARM) -> str:
        """A token of the program that reads the costs."""
        tenant = self.azure
        form = {"client_id": tenant.client_id, "client_secret": tenant.client_secret, "scope": f"{resource}/.default"}
        answer = self.browser.post(f"/{tenant.tenant}/oauth2/v2.0/token", {"grant_type": "client_credentials", **form})
        return str(answer.json()["access_token"])

    def get(self, url: str) -> requests.Response:
        return self.browser.get(url, self.token())

    def read(self, path: str, provided: str, **query: str) -> requests.Response:
        """A GET below ``{path}/providers/Microsoft.{provided}``."""
        params = {"api-version": VERSION, **query}
        return self.browser.get(f"{path}/providers/Microsoft.{provided}", self.token(), params=params)

    def post(self, path: str, operation: str, body: Any, **options: Any) -> requests.Response:
        """A POST to an operation of Cost Management at a scope."""
        return self.post_url(f"{path}/providers/Microsoft.CostManagement/{operation}", body, **options)

    def post_url(self, url: str, body: Any, **options: Any) -> requests.Response:
        url = url if url.startswith("https:") else f"{self.sim.url}{url}?api-version={VERSION}"
        headers = {"Authorization": f"Bearer {self.token()}", "Content-Type": "application/json"}
        headers |= options.get("headers", {})
        return requests.post(url, data=json.dumps(body), headers=headers, verify=str(self.sim.ca_file), timeout=60)

    def body(
        self, granularity: str = "Daily", grouping: list[str] | None = None, measures: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """A query of the month to date; a grouping that begins with ``tag:`` is by tag."""
        groupings = [
            {"type": "TagKey", "name": name[4:]} if name.startswith("tag:") else {"type": "Dimension", "name": name}
            for name in grouping or []
        ]
        wanted = measures or {"totalCost": "Cost"}
        return {
            "type": "ActualCost",
            "timeframe": "MonthToDate",
            "dataset": {
                "granularity": granularity,
                "aggregation": {alias: {"name": name, "function": "Sum"} for alias, name in wanted.items()},
                "grouping": groupings,
            },
        }

    def query(self, path: str, granularity: str = "Daily", grouping: list[str] | None = None) -> list[dict[str, Any]]:
        """The only page of a query, as a list."""
        answer = self.post(path, "query", self.body(granularity, grouping))
        assert 200 == answer.status_code, answer.text
        return [exact(answer)]

    def rows(self, pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows of all pages by the names of their columns."""
        return [
            dict(zip([one["name"] for one in page["properties"]["columns"]], row, strict=True))
            for page in pages
            for row in page["properties"]["rows"]
        ]


def exact(answer: requests.Response) -> dict[str, Any]:
    """The JSON of an answer, with every fraction as a Decimal."""
    content: dict[str, Any] = json.loads(answer.text, parse_float=Decimal)
    return content
