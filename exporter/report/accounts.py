"""The accounts that a request is about, with their settings as it needs them."""

from collections.abc import Iterator

from pydantic import ValidationError

from exporter.apis.api import AccountReport
from exporter.apis.b2c.settings import Application
from exporter.apis.b2c.settings import Settings as B2cSettings
from exporter.apis.checks import did_you_mean
from exporter.apis.costs.columns import tag_label
from exporter.apis.costs.settings import CostSettings, UsageSettings
from exporter.apis.settings import AccountSettings, Report
from exporter.config import Config
from exporter.errors import ConfigError
from exporter.report.reports import reader
from exporter.report.request import DAYS, Request, UsageError
from exporter.report.table import ACCOUNT, DATE

TAG = "tag_"


def tailored(config: Config, request: Request) -> tuple[Config, list[str]]:
    """The configuration with the accounts and reports of a request alone, and warnings about accounts left out.

    Raises `UsageError` for an option that does not fit, and `ConfigError` if no account has the reports.
    """
    _require_options(request)
    accounts = list(_accounts(config, request))
    warnings: list[str] = []
    chosen: list[AccountSettings] = []
    for account in accounts:
        settings = _with_reports(_with_columns(_with_applications(account, request), request), request)
        missing = [name for name in request.reports if not settings.reads(name)]
        for name in missing:
            needed = settings.needs(name) or "a scope or source that has it"
            warnings.append(f"{settings.account}: {name} is left out: it needs {needed}")
        if len(missing) < len(request.reports):
            chosen.append(settings)
    if not chosen:
        raise ConfigError(warnings)
    others: dict[str, list[AccountSettings]] = {api.name: [] for api, _ in config.accounts()}
    return config.model_copy(update=others | {request.api.name: chosen}), warnings


def _require_options(request: Request) -> None:
    for report in request.api.reports:
        if report.name in request.reports and (wrong := sorted(request.options - reader(report).options)):
            having = [one.name for one in request.api.reports if wrong[0] in reader(one).options]
            hint = f"; use it with {', '.join(having)}" if having else ""
            given = request.days_option if wrong[0] == DAYS else wrong[0]
            raise UsageError(f"argument {given}: not with {report.name}{hint}")


def _accounts(config: Config, request: Request) -> Iterator[AccountSettings]:
    found = {account.account: account for api, account in config.accounts() if api is request.api}
    if not found:
        raise ConfigError([f"the configuration has no account of {request.api.name}"])
    for name in request.accounts:
        if name not in found:
            hint = did_you_mean(name, found) or f"; they are {', '.join(found)}"
            raise UsageError(f"argument --account: no account of {request.api.name} is named {name!r}{hint}")
    yield from (found[name] for name in dict.fromkeys(request.accounts or found))


def _with_reports(account: AccountSettings, request: Request) -> AccountSettings:
    """The account reads the reports of the request, also those that are disabled, and nothing else."""
    enabled = {report.name: Report(enabled=report.name in request.reports) for report in request.api.reports}
    return account.model_copy(update={"reports": type(account.reports)(**enabled)})


def _with_applications(account: AccountSettings, request: Request) -> AccountSettings:
    """Applications by their name or id; an id may be that of one that is not configured."""
    if not request.applications or not isinstance(account, B2cSettings):
        return account
    found = []
    for text in request.applications:
        known = [one for one in account.applications if text.lower() in (one.id.lower(), one.label.lower())]
        try:
            found += known or [Application(id=text)]
        except ValidationError:
            names = [one.label for one in account.applications]
            hint = did_you_mean(text, names) or (f"; the names are {', '.join(names)}" if names else "")
            raise UsageError(f"argument --application: {text!r} is no application's name or id{hint}") from None
    return account.model_copy(update={"applications": tuple(found)})


def _with_columns(account: AccountSettings, request: Request) -> AccountSettings:
    """Usage by the columns and tags of the request; its budgets, which are not in it, need none."""
    if not isinstance(account, CostSettings):
        return account
    names = tuple(name for name in dict.fromkeys(request.group_by) if name != ACCOUNT)
    if not request.group_by or not any(reader(report).groups for report in _reports(request)):
        return account.model_copy(update={"budgets": ()})
    columns = tuple(name for name in names if name != DATE and not name.startswith(TAG))
    tags = tuple(name.removeprefix(TAG) for name in names if name.startswith(TAG))
    try:
        usage = type(account.usage).model_validate(dict(account.usage) | {"labels": columns, "tags": tags})
    except ValidationError as error:
        others = f"({DATE}, {ACCOUNT} and {TAG}<key> are columns, too)"
        raise UsageError(f"argument --group-by: {error.errors()[0]['msg']} {others}") from None
    return account.model_copy(update={"budgets": (), "usage": _with_date(usage, names)})


def _with_date(usage: UsageSettings, names: tuple[str, ...]) -> UsageSettings:
    return usage.model_copy(update={"labels": (DATE, *usage.labels)}) if DATE in names else usage


def _reports(request: Request) -> list[type[AccountReport]]:  # type: ignore[type-arg]
    return [report for report in request.api.reports if report.name in request.reports]


def labels(names: tuple[str, ...]) -> tuple[str, ...]:
    """Columns of `--group-by` as they are named in rows."""
    return tuple(tag_label(name.removeprefix(TAG)) if name.startswith(TAG) else name for name in names)
