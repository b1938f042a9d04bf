"""What the fields of the settings state, for the generated documents: defaults, examples and descriptions."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import PurePath
from typing import Any, Literal, get_args, get_origin

import yaml
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from exporter.apis.fields import Shown, format_duration
from exporter.apis.messages import sections
from exporter.apis.settings import Section


class _Dumper(yaml.SafeDumper):
    """Writes texts that need quotes in double quotes, and money with its digits."""

    def choose_scalar_style(self) -> str:
        style: str = super().choose_scalar_style()
        return '"' if style == "'" else style


_Dumper.add_representer(Decimal, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:float", str(value)))
_Dumper.add_representer(tuple, lambda dumper, value: dumper.represent_list(value))
_Dumper.add_representer(timedelta, lambda dumper, value: dumper.represent_str(format_duration(value)))
_Dumper.add_multi_representer(PurePath, lambda dumper, value: dumper.represent_str(str(value)))


def flow(value: object) -> str:
    """A value as YAML in one line, as the configuration writes it."""
    dumped: str = yaml.dump(value, Dumper=_Dumper, default_flow_style=True, width=10**6, sort_keys=False)
    return dumped.removesuffix("...\n").strip()


def default(field: FieldInfo) -> Any:
    """The default of a key; None for a required one."""
    return None if field.is_required() else field.get_default(call_default_factory=True, validated_data={})


def without(field: FieldInfo) -> bool:
    """Whether a key has no default, or an empty one."""
    return default(field) in (None, (), [], {})


def shown(section: type[Section], name: str) -> Shown | None:
    """How a key is shown in a section that is not an alternative itself; None for an optional key."""
    field = section.model_fields[name]
    if Shown.INSTEAD in field.metadata or f"{name}_file" in section.model_fields:
        return Shown.INSTEAD
    return Shown.SET if field.is_required() or Shown.SET in field.metadata else None


def secret(section: type[Section], name: str) -> bool:
    """Whether a key is a secret, or the file of one."""
    return f"{name}_file" in section.model_fields or (name.endswith("_file") and name != "ca_file")


def described(section: type[Section], name: str) -> str:
    """The description, with the choices and the absence of a default where it does not state them.

    Raises `ValueError` for a key without a description.
    """
    field = section.model_fields[name]
    description = field.description
    if not description:
        raise ValueError(f"{section.__name__}.{name}: has no description; add one to its Field")
    *others, last = [str(choice) for choice in _choices(field.annotation)] or [""]
    if not all(choice in description for choice in (*others, last)):
        description = f"{', '.join(others)} or {last}; {description}" if others else f"{last}; {description}"
    optional = shown(section, name) is None and not secret(section, name)
    stated = "default" in description or any(sections(field.annotation))
    return f"{description}; default: none" if optional and without(field) and not stated else description


def examples(section: type[Section], name: str) -> list[Any]:
    """Values that the field or its section gives for the example."""
    return [section.examples[name]] if name in section.examples else section.model_fields[name].examples or []


def example(section: type[Section], name: str) -> Any:
    """What to show for a key without a default; raises `ValueError` if neither field nor type has an example."""
    for found in (*examples(section, name), *_of_type(section.model_fields[name].annotation)):
        return found
    raise ValueError(f"{section.__name__}.{name}: has no default to show; add examples=[...] to its Field")


def _of_type(annotation: Any) -> Iterator[Any]:
    """Examples of the types in an annotation."""
    if annotation is SecretStr:
        yield "prefer a file"
    if isinstance(annotation, FieldInfo):
        yield from annotation.examples or ()
    inner = [*_choices(annotation)] or [found for each in get_args(annotation) for found in _of_type(each)]
    yield from [inner[:1]] if inner and get_origin(annotation) in (tuple, list) else inner


def _choices(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
        return
    for each in get_args(annotation):
        yield from _choices(each)
