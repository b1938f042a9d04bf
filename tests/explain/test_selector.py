"""Selectors: which texts are one, and what they match."""

import pytest
from promql_parser import VectorSelector
from promql_parser import parse as parse_promql

from exporter.explain.selector import NAME, Condition, parse

LABELS = {NAME: "azure_cost_daily", "account": "contoso", "name": 'Süd "1"\n', "empty": ""}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("azure_cost_daily", True),
        (" azure_cost_daily { } ", True),
        ("azure_cost", False),
        ('{__name__="azure_cost_daily"}', True),
        ('{__name__=~"azure_cost_.*",}', True),
        ('azure_cost_daily{account="contoso"}', True),
        ("azure_cost_daily{account='contoso',other=\"\"}", True),
        ('azure_cost_daily{other!=""}', False),
        ('azure_cost_daily{account!="contoso"}', False),
        ('azure_cost_daily{account=~"con"}', False),
        ('azure_cost_daily{account=~"con.*|x"}', True),
        ('azure_cost_daily{account=~"x|con"}', False),
        ('azure_cost_daily{account!~"con"}', True),
        ('azure_cost_daily{account!~"con.+"}', False),
        ('azure_cost_daily{account=~"(?i)CONTOSO"}', True),
        ('azure_cost_daily{name="Süd \\"1\\"\\n"}', True),
        ('azure_cost_daily{name="S\\u00fcd \\x221\\"\\012"}', True),
        ('azure_cost_daily{name="S\\xc3\\xbcd \\"1\\"\\n"}', True),
        ('azure_cost_daily{name=~"S\\\\wd.*"}', False),
        ('azure_cost_daily{empty="",account=~".+"}', True),
    ],
)
def test_a_selector_matches_as_in_prometheus(text: str, expected: bool) -> None:
    """Regular expressions match whole values, an absent label is empty, and Go's escapes count."""
    assert expected == parse(text).matches(LABELS)
    assert isinstance(parse_promql(text), VectorSelector)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "would match every series"),
        ("{}", "would match every series"),
        ('{account=~".*"}', "would match every series"),
        ("azure_cost_daily{", "not a selector, such as azure_cost_month_to_date{"),
        ("azure_cost_daily{account=contoso}", "expected label=\"value\", found 'account=contoso'"),
        ('a{b="c" d="e"}', "expected a comma before 'd=\"e\"'"),
        ('a{b="\\c"}', "has an invalid escape"),
        ('a{b="\\xff"}', "is not valid UTF-8"),
        ('a{b=~"("}', "is not a valid regular expression"),
        ('a{b=~"[[:alpha:]]"}', "has '[:alpha:]', which is not supported"),
        ('a{b=~"(?=x)"}', "has '(?=', which is not supported"),
        ('a{__name__="b"}', "names two families"),
        ('sum by (x) (rate(a{b="c"}[5m])) / d', 'not a selector; explain one of its selectors: a{b="c"}, d'),
        ("a[5m]", "explain one of its selectors: a"),
        ("a offset 5m", "explain one of its selectors: a"),
        ("(", "not a selector, such as"),
    ],
)
def test_what_is_no_selector_has_a_message(text: str, message: str) -> None:
    """It says what to give instead."""
    with pytest.raises(ValueError) as raised:
        parse(text)
    assert message in str(raised.value)


def test_a_condition_does_not_depend_on_the_case_of_other_alphabets() -> None:
    """With `(?i)` letters beyond ASCII are compared without case too, as RE2 does."""
    assert Condition("name", "=~", "(?i)WERK SÜD").matches("Werk Süd")


def test_nothing_is_escaped_in_backticks() -> None:
    """As in Go."""
    assert parse(r'{name=~`S.d "\d"\s`}').matches(LABELS)
