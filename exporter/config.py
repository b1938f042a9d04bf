"""Loads the YAML into a frozen `Config`; reports every error at once, as `ea[0].enrollment: message`."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, create_model

from exporter.apis import ALL
from exporter.apis.api import Api
from exporter.apis.checks import directory_error
from exporter.apis.costs.settings import CostSettings
from exporter.apis.fields import Duration, FilePath
from exporter.apis.messages import MAX_ERRORS, messages
from exporter.apis.settings import AccountSettings, RequestBudget, Section
from exporter.errors import ConfigError
from exporter.strict_yaml import parse, read


class Storage(Section):
    """What must survive a restart."""

    path: FilePath = Field(
        default=Path("/var/lib/azure-billing-exporter"),
        description="directory for the last collections and for rotated refresh tokens",
    )
    expire_after: Duration | None = Field(
        None,
        description="collections that no run has confirmed for this long are dropped; never by default",
        examples=["30d"],
    )


class Runs(Section):
    """How many runs of collectors are in progress at once."""

    at_once: int = Field(default=32, ge=1, le=1000, description="runs that work at the same time")
    at_once_per_account: int = Field(
        default=4, ge=1, le=1000, description="runs of one account that work at the same time"
    )
    waiting: int = Field(
        default=256,
        ge=1,
        le=10_000,
        description="runs beyond these that only wait, as for a report that the service prepares; each has a thread",
    )


class Requests(Section):
    """How many requests are in flight: sent, and their response not read to its end."""

    at_once: int = Field(32, description="the most requests in flight", ge=1, le=1000)
    at_once_per_host: int = Field(
        8,
        description="the most requests in flight to one host; a download holds its place until it ends",
        ge=1,
        le=1000,
    )
    at_once_per_account: int = Field(
        4,
        description="the most requests in flight of one account; also how many parts of a report are read at once",
        ge=1,
        le=1000,
    )


class Config(Section):
    """The whole configuration; `FILE` adds a list of accounts per API."""

    storage: Storage = Field(Storage(), description="what must survive a restart")
    runs: Runs = Field(Runs(), description="how many runs of collectors are in progress at once")
    requests: Requests = Field(Requests(), description="limits of concurrent requests")

    def accounts(self) -> Iterator[tuple[Api, AccountSettings]]:
        """Every configured account with its API."""
        return ((api, account) for _, api, account in self.paths())

    def paths(self) -> Iterator[tuple[str, Api, AccountSettings]]:
        """Every configured account with its path in the file, such as `ea[0]`, and its API."""
        for api in ALL:
            for index, account in enumerate(dict(self)[api.name]):
                yield f"{api.name}[{index}]", api, account


_SECTIONS: dict[str, Any] = {
    api.name: (list[api.section], Field(default_factory=list, description=api.title))  # type: ignore[name-defined]
    for api in ALL
}
FILE = create_model("File", __base__=Config, **_SECTIONS)


def load(path: Path) -> Config:
    """Load the configuration file `path`; raises `ConfigError`."""
    return validated(read(path), str(path))


def loads(text: str, name: str) -> Config:
    """Load a configuration from `text`; errors refer to it by `name`. Raises `ConfigError`."""
    return validated(parse(text, name), name)


def validated(content: Any, name: str, environment: Mapping[str, str] = os.environ) -> Config:
    """Validate the parsed content of a file; errors refer to it by `name`. Raises `ConfigError`.

    The environment has what Kubernetes sets for `workload`, and nothing else.
    """
    if not isinstance(content, dict):
        raise ConfigError([f"{name}: must be a mapping with at least one of the keys {_names()}"])
    try:
        config = FILE.model_validate(content, context=environment)
    except ValidationError as error:
        raise ConfigError(messages(error, FILE)) from error
    errors = [*_same_names(config), *_same_budgets(config)]
    accounts = list(config.accounts())
    if not accounts:
        errors.append(f"{name}: configures no account; add one below {_names()}")
    elif not any(api.intervals(account) for api, account in accounts):
        errors.append(f"{name}: every report is disabled")
    if errors:
        raise ConfigError(errors[:MAX_ERRORS])
    return config


@dataclass(frozen=True)
class Findings:
    """Problems outside a valid configuration; warnings do not fail `check-config`."""

    errors: tuple[str, ...]
    warnings: tuple[str, ...]


def findings(config: Config, now: datetime) -> Findings:
    """Problems with the files that the configuration names, and with what depends on the time; reads those files."""
    found = [
        (f"{path}.{finding.key}: {finding.text}", finding.warning)
        for path, _, account in config.paths()
        for finding in account.findings(now)
    ]
    found += [(text, True) for text in (*_request_budgets(config), *_same_sources(config))]
    if problem := directory_error(config.storage.path):
        found.append((f"storage.path: {problem}", False))
    return Findings(
        tuple(text for text, warning in found if not warning), tuple(text for text, warning in found if warning)
    )


def _same_sources(config: Config) -> Iterator[str]:
    """Accounts that read the same report of the same source, so that sums over accounts count it twice."""
    seen: dict[str, str] = {}
    for path, api, account in config.paths():
        for report in api.intervals(account):
            first = seen.setdefault(json.dumps([api.name, report, account.shape("source", "usage")]), path)
            if first != path:
                yield f"{path}: reads the same as {first}, so sums over accounts count it twice; remove one of them"
                break


def _request_budgets(config: Config) -> Iterator[str]:
    """Accounts that share a budget of requests, but not its size."""
    least = least_request_budgets(config)
    for path, _, account in config.paths():
        budget = account.request_budget
        if budget and budget.per_hour != least[budget.key].per_hour:
            yield (
                f"{path}: allows {budget.per_hour:g} requests per hour, but another account of {budget.key} allows "
                f"{least[budget.key].per_hour:g}; they share one budget, and the smallest applies"
            )


def least_request_budgets(config: Config) -> Mapping[str, RequestBudget]:
    """The budgets by the key of the accounts that share them: the least that one of them allows."""
    least: dict[str, RequestBudget] = {}
    for _, account in config.accounts():
        if budget := account.request_budget:
            least[budget.key] = min(budget, least.get(budget.key, budget), key=lambda found: found.per_hour)
    return least


def _names() -> str:
    return ", ".join(api.name for api in ALL)


def _same_names(config: Config) -> Iterator[str]:
    """Accounts of the same API, and of those that publish the same families of costs, differ in their names."""
    seen: dict[tuple[str, str], str] = {}
    for path, api, account in config.paths():
        families = "costs" if isinstance(account, CostSettings) else api.name
        first = seen.setdefault((families, account.account), path)
        if first != path:
            yield f"{path}.name: {account.account!r} is also the name of {first}; give each account its own name"


def _same_budgets(config: Config) -> Iterator[str]:
    """Budgets of different APIs share families whose series are identified by account and budget."""
    seen: dict[tuple[str, str], tuple[Api, str]] = {}
    for path, api, account in config.paths():
        for index, budget in enumerate(account.budget_names):
            here = f"{path}.budgets[{index}].name"
            first_api, first = seen.setdefault((account.account, budget), (api, here))
            if first_api is not api:
                yield (
                    f"{here}: account {account.account!r} and budget {budget!r} are the same as in {first}, "
                    "so their series would be duplicates; rename the account or the budget"
                )
