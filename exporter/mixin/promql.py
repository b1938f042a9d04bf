"""Which series an expression of PromQL selects, and matchers that are added to all its selectors.

Expressions may contain variables of Grafana (`$account`, `$__rate_interval`) and verbs of `printf` (`%q`), which no
parser of PromQL accepts. The text is therefore changed only where a matcher is inserted, and keeps its layout.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

STRING = r""" "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | `[^`]*` """
TOKEN = re.compile(
    rf"(?P<space>(?:\s|\#[^\n]*)+) | (?P<string>{STRING}) | (?P<variable>\$\w+|\$\{{\w+(?::\w+)?\}}) "
    r"| (?P<number>\d[\w.]*) | (?P<word>[A-Za-z_:][\w:]*) | (?P<other>.)",
    re.VERBOSE | re.DOTALL,
)
MATCHER = re.compile(rf"\s*(?P<label>[A-Za-z_]\w*)\s*(?P<operator>=~|!~|!=|=)\s*(?P<value>{STRING}|%q)\s*", re.VERBOSE)
SURROUNDING = re.compile(r"^(\s*).*?(\s*)$", re.DOTALL)
ESCAPED = re.compile(r"""(?:[^\\]|\\(?:[abfnrtv\\"']|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[0-7]{3}))*""")
"""The inside of a string in quotes; Go defines the escapes."""
LISTS = {"by", "without", "on", "ignoring", "group_left", "group_right"}
"""Words that a list of labels follows."""
KEYWORDS = LISTS | {"and", "or", "unless", "bool", "offset", "atan2", "inf", "nan"}
PROMETHEUS_OWN = {"ALERTS", "ALERTS_FOR_STATE"}
"""Series that Prometheus writes itself; they have the labels of the alerts, not those of a scraped target."""
TARGET_LABELS = {"job", "instance"}


@dataclass(frozen=True)
class Matcher:
    """One condition of a selector; `value` is the string literal as it is written, with its quotes."""

    label: str
    operator: str
    value: str

    def __str__(self) -> str:
        return f"{self.label}{self.operator}{self.value}"

    @property
    def is_default(self) -> bool:
        """Whether it names a scraped target literally, such as `job="azure-billing"`."""
        return self.label in TARGET_LABELS and self.operator == "=" and "$" not in self.value and self.value != "%q"


@dataclass(frozen=True)
class Selector:
    """A vector selector of an expression: from `start` to `end`, of which the braces are from `brace` on.

    `name` is empty if the selector has none, and `brace` is `end` if it has no braces.
    """

    name: str
    start: int
    brace: int
    end: int

    @property
    def is_scraped(self) -> bool:
        """Whether its series come from a scrape. Names of recorded series contain a colon."""
        return ":" not in self.name and self.name not in PROMETHEUS_OWN


def selectors(expr: str) -> Iterator[Selector]:
    """All vector selectors of a valid expression, from left to right."""
    tokens = [found for found in TOKEN.finditer(expr) if found.lastgroup != "space"]
    place = 0
    while place < len(tokens):
        token = tokens[place]
        following = tokens[place + 1][0] if place + 1 < len(tokens) else ""
        place += 1
        if token.lastgroup == "word" and token[0].lower() in LISTS and following == "(":
            place = _closing(tokens, place, ")")
        elif token[0] == "[":
            place = _closing(tokens, place, "]")
        elif token.lastgroup == "word" and following == "{" and token[0].lower() not in KEYWORDS:
            brace = tokens[place].start()
            place = _closing(tokens, place, "}")
            yield Selector(token[0], token.start(), brace, tokens[place - 1].end())
        elif token[0] == "{":
            place = _closing(tokens, place, "}")
            yield Selector("", token.start(), token.start(), tokens[place - 1].end())
        elif expr.startswith("%", max(token.start() - 1, 0)):
            pass  # a verb of printf
        elif token.lastgroup == "word" and not _is_operation(token[0], following):
            yield Selector(token[0], token.start(), token.end(), token.end())


def with_matchers(expr: str, added: tuple[Matcher, ...]) -> str:
    """The expression with the matchers in each selector of scraped series.

    A matcher that names a target literally is replaced if `added` has one of the same label.
    """
    replaced = {matcher.label for matcher in added}
    parts, end = [], 0
    for selector in selectors(expr):
        if added and selector.is_scraped:
            braces = expr[selector.brace + 1 : selector.end - 1]
            own = [matcher for matcher in _matchers(braces) if not (matcher.is_default and matcher.label in replaced)]
            before, after = SURROUNDING.findall(braces)[0]
            parts += [expr[end : selector.brace], "{", before, ",".join(map(str, [*own, *added])), after, "}"]
            end = selector.end
    return "".join(parts) + expr[end:]


def parse_matchers(text: str) -> tuple[Matcher, ...]:
    """The matchers of `job="azure",cluster=~"a|b"`, in braces or not. Raises `ValueError`."""
    rest = text.strip()
    if rest.startswith("{") and rest.endswith("}"):
        rest = rest[1:-1]
    found: list[Matcher] = []
    while rest.strip() or not found:
        one = MATCHER.match(rest)
        if one is None or "\n" in one[0]:
            raise ValueError(f'expected label="value", found {rest.strip()!r}')
        matcher = Matcher(one["label"], one["operator"], one["value"])
        _check(matcher)
        found.append(matcher)
        rest = rest[one.end() :]
        if rest and not rest.startswith(","):
            raise ValueError(f"expected a comma before {rest!r}")
        rest = rest[1:]
    return tuple(found)


def _check(matcher: Matcher) -> None:
    if matcher.value == "%q":
        raise ValueError('expected label="value", found %q')
    if matcher.label.startswith("__"):
        raise ValueError(f"{matcher.label} is not a label of a target")
    text = matcher.value[1:-1]
    if matcher.value[0] != "`":
        if not ESCAPED.fullmatch(text):
            raise ValueError(f"{matcher} has an invalid escape; a backslash in quotes is written twice")
        text = text.replace("\\\\", "\\")
    if "~" in matcher.operator:
        try:
            re.compile(text)
        except re.error as error:
            if error.msg.startswith("bad escape"):  # Prometheus has more of them than Python
                return
            raise ValueError(f"{matcher} is not a valid regular expression: {error}") from error


def _is_operation(word: str, following: str) -> bool:
    """Whether a word is a function, an aggregation or a keyword, not the name of a metric."""
    return following == "(" or following.lower() in {"by", "without"} or word.lower() in KEYWORDS


def _closing(tokens: list[re.Match[str]], place: int, bracket: str) -> int:
    """The place after the next `bracket`; strings are tokens, so that a bracket in one does not count."""
    while tokens[place][0] != bracket:
        place += 1
    return place + 1


def _matchers(braces: str) -> Iterator[Matcher]:
    """The matchers of a selector of ours, between the braces."""
    for found in MATCHER.finditer(braces):
        yield Matcher(found["label"], found["operator"], found["value"])
