"""Messages for what is wrong in a file with settings, each as `ea[0].enrollment: message`."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

from pydantic import ValidationError

from exporter.apis.checks import did_you_mean
from exporter.apis.settings import Section

TEXTS = {
    "missing": "is required",
    "string_type": "must be text; put it in quotes",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "model_type": "must be a mapping of keys to values",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must not be empty",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "int_type": "must be a whole number",
    "path_type": "must be the path of a file",
    "tuple_type": "must be a list",
    "too_long": "must have at most {max_length} entry",
    "dict_type": "must be a mapping of keys to values",
    "finite_number": "must be an amount of money",
    "decimal_parsing": "must be an amount of money",
    "invalid_key": "a key must be text; put it in quotes",
}
MAX_ERRORS = 100
"""The most errors to report; a file with more is probably not a configuration."""

SIMILAR = 0.6
"""The least similarity of keys: below it a suggestion misleads more often than it helps."""


def messages(error: ValidationError, root: type[Section]) -> list[str]:
    """Every error of a file whose content is `root`, as `path: message`; no value is quoted."""
    found = error.errors(include_url=False)
    # A list whose entries are all invalid is also reported as too short; only the entries' errors are useful.
    containers = {each["loc"][:depth] for each in found for depth in range(len(each["loc"]))}
    found = [each for each in found if each["loc"] not in containers]
    texts = [_message(dict(each), root) for each in found[:MAX_ERRORS]]
    return [*texts, f"and {len(found) - MAX_ERRORS} more errors"] if len(found) > MAX_ERRORS else texts


def _message(error: Mapping[str, Any], root: type[Section]) -> str:
    steps = [step if isinstance(step, int) else step[:100] for step in error["loc"]]
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")
    if error["type"] == "extra_forbidden":
        return f"{path}: unknown key{_hint(error['loc'], root)}"
    text = TEXTS.get(error["type"], "{msg}").format(msg=error["msg"], **error.get("ctx", {}))
    return f"{path}: {text}" if path else text


def _hint(steps: tuple[str | int, ...], root: type[Section]) -> str:
    """The known key that an unknown one is, in a section inside this one, or is most similar to."""
    section: Any = root
    for step in steps[:-1]:
        if isinstance(step, str):
            section = next(sections(section.model_fields[step].annotation), Section)
    key, known = str(steps[-1]), section.model_fields
    longer = [name for name in known if key and name.startswith(key)]
    return _inside(key, section) or did_you_mean(key, known, SIMILAR) or did_you_mean(key, longer, 0.0)


def _inside(key: str, section: type[Section]) -> str:
    """The same key of a section inside `section`, if exactly one has it."""
    inner = {name: field.annotation for name, field in section.model_fields.items()}
    alone = {name: sections(each) for name, each in inner.items() if get_origin(each) not in (list, tuple)}
    found = [name for name, known in alone.items() if any(key in one.model_fields for one in known)]
    return f"; did you mean '{found[0]}.{key}'?" if len(found) == 1 else ""


def sections(annotation: Any) -> Iterator[type[Section]]:
    """The sections in the type of a field, such as `Section | None` or `tuple[Section, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for inner in get_args(annotation):
        yield from sections(inner)
