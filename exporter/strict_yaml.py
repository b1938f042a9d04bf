"""Reads YAML strictly and in bounded time; errors name the line and never quote the text."""

from pathlib import Path
from typing import Any

import yaml

from exporter.errors import ConfigError

MAX_BYTES = 1 << 20
MAX_VALUES = 100_000
"""The most keys and values of a file, including those that aliases repeat."""
MAX_DEPTH = 50
MAX_NUMBER = 200
"""The most characters of a value that is not text; converting a longer one takes quadratic time."""

SENSITIVE = ("secret", "key", "token", "passphrase", "certificate")
"""Parts of the names of keys whose values are never repeated."""

MEANINGS = (
    ("found undefined alias", "undefined alias; put a value that begins with * in quotes"),
    ("found duplicate anchor", "duplicate anchor; put a value that begins with & in quotes"),
    ("while scanning an alias", "put a value that begins with * in quotes"),
    ("while scanning an anchor", "put a value that begins with & in quotes"),
    ("could not determine a constructor", "unknown tag; put a value that begins with ! or = in quotes"),
    ("found undefined tag handle", "unknown tag; put a value that begins with ! in quotes"),
    ("while scanning a tag", "unknown tag; put a value that begins with ! in quotes"),
    ("while parsing a tag", "unknown tag; put a value that begins with ! in quotes"),
    ("while scanning a directive", "unknown directive; put a value that begins with % in quotes"),
    (
        "that cannot start any token",
        "unexpected character; indent with blanks, put a value that begins with @ ` % in quotes",
    ),
    ("while scanning a block scalar", "unexpected text after | or >; put a value that begins with | or > in quotes"),
    ("mapping values are not allowed", "unexpected colon; check the indentation, put a value with a colon in quotes"),
    ("could not find expected ':'", "a key without a colon; check the indentation and the quotes"),
    ("while scanning a quoted scalar", "quotes are not closed"),
    ("while scanning a double-quoted scalar", "unknown escape sequence; put a value with a backslash in single quotes"),
    ("while parsing a flow", "[ or { is not closed; put a value that begins with [ or { in quotes"),
    ("expected the node content", "a value is missing, or the file ends too early"),
    ("expected <block end>", "unexpected text; check the indentation and the quotes"),
    ("but found another document", "more than one document; remove the line that separates them"),
    ("for merging", "only a mapping can be merged with <<"),
)
"""Fixed parts of PyYAML's messages, and the message for the user."""
UNCLOSED = ("while parsing a flow", "while scanning a quoted")
"""Errors that are detected far below the line that causes them."""
OTHERWISE = "not valid YAML; put a value with special characters in quotes"


def read(path: Path) -> Any:
    """Parse the file `path`; raises `ConfigError`."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError([f"{path}: not UTF-8 text"]) from error
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror}"]) from error
    return parse(text, str(path))


def parse(text: str, name: str) -> Any:
    """Parse `text`; errors refer to it by `name`. Raises `ConfigError`."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise ConfigError([f"{name}: larger than 1 MiB"])
    line: int | None
    try:
        return yaml.load(text, StrictLoader)  # noqa: S506 (a SafeLoader)
    except Refused as error:
        line, meaning = error.line, error.text
    except yaml.MarkedYAMLError as error:
        mark = error.context_mark if str(error.context).startswith(UNCLOSED) else error.problem_mark
        line, meaning = mark.line + 1 if mark else None, _meaning(f"{error.context} {error.problem}")
    except yaml.reader.ReaderError as error:
        line, meaning = text.count("\n", 0, error.position) + 1, "control characters are not allowed"
    # Without a cause: a chained error would repeat the text in a traceback.
    raise ConfigError([f"{name}:{line}: {meaning}" if line else f"{name}: {meaning}"]) from None


def _meaning(problem: str) -> str:
    return next((meaning for part, meaning in MEANINGS if part in problem), OTHERWISE)


class Refused(Exception):  # noqa: N818 (the user's error, not the program's)
    """Valid YAML that a configuration must not contain; `text` quotes no value."""

    def __init__(self, text: str, mark: yaml.Mark) -> None:
        super().__init__(text)
        self.text = text
        self.line = mark.line + 1


class StrictLoader(yaml.SafeLoader):
    """Requires unique keys that are text; limits depth, recursion and expanded aliases."""

    def __init__(self, stream: str) -> None:
        self._path: list[str] = []
        self._values = 0
        self._sizes: dict[int, int] = {}
        super().__init__(stream)

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Counts the values of the node, including those that an alias repeats."""
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        alias, before = self.check_event(yaml.AliasEvent), self._values
        self._path.append(index.value if isinstance(index, yaml.ScalarNode) else "")
        if len(self._path) > MAX_DEPTH:
            raise Refused(f"nested more than {MAX_DEPTH} levels deep", mark)
        node = super().compose_node(parent, index)
        self._path.pop()
        if alias and id(node) not in self._sizes:
            raise Refused("an alias inside the value that it repeats", mark)
        self._values += self._sizes[id(node)] if alias else 1
        self._sizes.setdefault(id(node), self._values - before)
        if self._values > MAX_VALUES:
            raise Refused(f"more than {MAX_VALUES} values, those that aliases repeat included", mark)
        return node

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """Refuses duplicate keys, of which merging would silently drop one."""
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise Refused("a key must be plain text", key.start_mark)
            if key.value in seen:
                raise Refused("duplicate key" + self._name(key.value), key.start_mark)
            seen.add(key.value)
        return node

    def _name(self, key: str) -> str:
        """The key's name, unless it may be part of an unquoted secret that contains a brace."""
        secret = any(word in step.lower() for step in self._path for word in SENSITIVE)
        return "" if secret else f" {key[:100]!r}"

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Refuses a value that can't be converted to the type of its tag."""
        if isinstance(node, yaml.ScalarNode) and not node.tag.endswith(":str") and len(node.value) > MAX_NUMBER:
            raise Refused("a number or tagged value is too long; put text in quotes", node.start_mark)
        try:
            return super().construct_object(node, deep)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            kind = node.tag.rpartition(":")[2] if node.tag in yaml.SafeLoader.yaml_constructors else "known value"
            raise Refused(f"not a valid {kind}; put text in quotes", node.start_mark) from None
