"""YAML in, a frozen `Config` out; every mistake at once, as `ea[0].enrollment: message`."""

from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, get_args

import yaml
from pydantic import Field, ValidationError, create_model

from exporter.apis import ALL
from exporter.apis.api import Api
from exporter.apis.settings import AccountSettings, Section
from exporter.errors import ConfigError

TEXTS = {
    "missing": "is required",
    "string_type": "must be text; put it in quotes",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "model_type": "must be a mapping of keys to values",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "int_type": "must be a whole number",
    "path_type": "must be the path of a file",
}


class Storage(Section):
    """Where the exporter keeps what must survive a restart."""

    path: Annotated[Path, Field(strict=False)] = Field(
        default=Path("/var/lib/azure-billing-exporter"),
        description="directory for the last collections and for rotated refresh tokens",
    )


class Config(Section):
    """The whole configuration; its list of accounts per API is added below, from the tuple of APIs."""

    storage: Storage = Field(Storage(), description="what is kept on disk")

    def accounts(self) -> Iterator[tuple[Api, AccountSettings]]:
        """Every configured account with its API."""
        for api in ALL:
            for account in getattr(self, api.name):
                yield api, account


_SECTIONS: dict[str, Any] = {
    api.name: (list[api.section], Field(default_factory=list, description=api.title))  # type: ignore[name-defined]
    for api in ALL
}
FILE = create_model("File", __base__=Config, **_SECTIONS)


def load(path: Path) -> Config:
    """The configuration in the file `path`; raises `ConfigError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: {getattr(error, 'strerror', None) or 'not UTF-8 text'}"]) from error
    return parse(text, str(path))


def parse(text: str, name: str) -> Config:
    """The configuration in `text`; `name` is what a syntax error calls it."""
    try:
        content = yaml.load(text, StrictLoader)  # noqa: S506 (a SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ConfigError([f"{name}{line}: {error.problem or 'not YAML'}"]) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError([f"{name}: not YAML: {str(error).splitlines()[0]}"]) from error
    if not isinstance(content, dict):
        raise ConfigError([f"{name}: must be a mapping with at least one of the keys {_names()}"])
    try:
        config = FILE.model_validate(content)
    except ValidationError as error:
        found = error.errors()
        inner = {mistake["loc"][:n] for mistake in found for n in range(len(mistake["loc"]))}
        raise ConfigError([_told(mistake) for mistake in found if mistake["loc"] not in inner]) from error
    mistakes = list(_twins(config))
    accounts = list(config.accounts())
    if not accounts:
        mistakes.append(f"{name}: configures no account; add one below {_names()}")
    elif not any(api.intervals(account) for api, account in accounts):
        mistakes.append(f"{name}: every report is disabled")
    if mistakes:
        raise ConfigError(mistakes)
    return config


def _names() -> str:
    return ", ".join(api.name for api in ALL)


def _twins(config: Config) -> Iterator[str]:
    for api in ALL:
        names = [account.account for account in getattr(config, api.name)]
        for name, count in Counter(names).items():
            if count > 1:
                second = [i for i, other in enumerate(names) if other == name][1]
                yield f"{api.name}[{second}].name: another account is called {name!r} too"


def _told(mistake: Any) -> str:
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in mistake["loc"]).lstrip(".")
    if mistake["type"] == "extra_forbidden":
        return f"{path}: unknown key{_perhaps(mistake['loc'])}"
    text = TEXTS.get(mistake["type"], "{msg}").format(msg=mistake["msg"], **mistake.get("ctx", {}))
    return f"{path}: {text}" if path else text


def _perhaps(steps: tuple[str | int, ...]) -> str:
    """A hint at the key that was probably meant."""
    section: Any = FILE
    for step in steps[:-1]:
        if isinstance(step, str):
            section = next(sections(section.model_fields[step].annotation), Section)
    near = get_close_matches(str(steps[-1]), section.model_fields, 1, 0.5)
    return f", perhaps {near[0]!r} is meant" if near else ""


def sections(annotation: Any) -> Iterator[type[Section]]:
    """The sections that a field holds: itself, or within a list, or as an option."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for inner in get_args(annotation):
        yield from sections(inner)


class StrictLoader(yaml.SafeLoader):
    """YAML in which a key that comes twice is a mistake, not a silent loss."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key must be plain text", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} comes twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)
