"""Matchers are added to every selector, with a parser of PromQL as the oracle."""

import pytest

from exporter.mixin.promql import Matcher, parse_matchers, selectors, with_matchers
from tests.mixin.parsed import selected

ADDED = parse_matchers('job="azure",cluster=~"a|b"')
BOTH = 'job="azure",cluster=~"a|b"'
EXPRESSIONS = {
    "x": f"x{{{BOTH}}}",
    "x{}": f"x{{{BOTH}}}",
    'x{a="1",}': f'x{{a="1",{BOTH}}}',
    '{a="1"}': f'{{a="1",{BOTH}}}',
    'x { a= "}" }': f'x {{ a="}}",{BOTH} }}',
    'x{\n  a=~"b"\n}': f'x{{\n  a=~"b",{BOTH}\n}}',
    "x # y\n or z": f"x{{{BOTH}}} # y\n or z{{{BOTH}}}",
    "x[34d:1h] offset 1d @ end()": f"x{{{BOTH}}}[34d:1h] offset 1d @ end()",
    "-x ^ 2 > bool 0x1f": f"-x{{{BOTH}}} ^ 2 > bool 0x1f",
    "a:b": "a:b",
    'a:b{c="d"} and on (e) ALERTS{f="g"}': 'a:b{c="d"} and on (e) ALERTS{f="g"}',
    "sum by (job, y) (x)": f"sum by (job, y) (x{{{BOTH}}})",
    "sum(x) by (y)": f"sum(x{{{BOTH}}}) by (y)",
    "x * on (y) group_left (z) max (w)": f"x{{{BOTH}}} * on (y) group_left (z) max (w{{{BOTH}}})",
    "min without (w) (v)": f"min without (w) (v{{{BOTH}}})",
    "x unless ignoring (y) {z='1'}": f"x{{{BOTH}}} unless ignoring (y) {{z='1',{BOTH}}}",
    'label_replace(x, "x", "$1", "y", "(.*)")': f'label_replace(x{{{BOTH}}}, "x", "$1", "y", "(.*)")',
    "topk(3, x) / Inf + NaN": f"topk(3, x{{{BOTH}}}) / Inf + NaN",
    "time() - x % 86400 / 1e3": f"time() - x{{{BOTH}}} % 86400 / 1e3",
    'x{job="elsewhere",instance="y"}': f'x{{instance="y",{BOTH}}}',
    'x{job=~"elsewhere",cluster="c"}': f'x{{job=~"elsewhere",cluster="c",{BOTH}}}',
}


@pytest.mark.parametrize(("expr", "expected"), EXPRESSIONS.items())
def test_every_selector_of_scraped_series_gets_the_matchers(expr: str, expected: str) -> None:
    """Not those of recorded series or alerts; a job that is named literally is replaced."""
    assert expected == with_matchers(expr, ADDED)
    assert sorted(name for name, _ in selected(expr)) == sorted(one.name for one in selectors(expr))
    assert selected(with_matchers(expr, ())) == selected(expr)
    for name, matchers in selected(with_matchers(expr, ADDED)):
        recorded = ":" in name or name == "ALERTS"
        assert recorded != ({("job", "=", "azure"), ("cluster", "=~", "a|b")} <= matchers)


@pytest.mark.parametrize(
    ("expr", "expected"),
    {
        'x{a=~"$a",job=~"$job"}[$__rate_interval]': 'x{a=~"$a",job=~"$job",job="azure"}[$__rate_interval]',
        "sum by ($by) (x)": 'sum by ($by) (x{job="azure"})',
        'sum by (${by:csv}) (x{job="$job"})': 'sum by (${by:csv}) (x{job="$job",job="azure"})',
        "x{a=%q,b=%q}": 'x{a=%q,b=%q,job="azure"}',
    }.items(),
)
def test_variables_stay_as_they_are(expr: str, expected: str) -> None:
    """Those of Grafana, and what `printf` will insert."""
    assert expected == with_matchers(expr, parse_matchers('job="azure"'))


@pytest.mark.parametrize(
    "text", ['job="a"', '{job="a"}', ' job = "a" ', 'job="a",', "job='a'", "job=`a`", r'job=~"\\d+|\\pL"']
)
def test_a_selector_is_written_as_in_promql(text: str) -> None:
    """In braces or not, with any quotes."""
    (matcher,) = parse_matchers(text)
    assert selected(f"x{{{matcher}}}") == selected("x{" + text.strip().strip("{}") + "}")


def test_values_may_contain_what_separates_matchers() -> None:
    """Commas, braces and quotes."""
    assert (Matcher("a", "!=", r'"},{\""'), Matcher("b", "!~", "'c,d'")) == parse_matchers(r"""a!="},{\"",b!~'c,d'""")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "expected label=\"value\", found ''"),
        ("{}", "expected label=\"value\", found ''"),
        ("job", "expected label=\"value\", found 'job'"),
        ("job=azure", "expected label=\"value\", found 'job=azure'"),
        ('job=="a"', 'expected label="value", found \'job=="a"\''),
        ('job="a', 'expected label="value", found \'job="a\''),
        ('job="a",,b="c"', 'expected label="value", found \',b="c"\''),
        ('job="a" b="c"', "expected a comma before 'b=\"c\"'"),
        ('a-b="c"', 'expected label="value", found \'a-b="c"\''),
        ('job=~"("', 'job=~"(" is not a valid regular expression: missing ), unterminated subpattern at position 0'),
        (r'job="a\d"', r'job="a\d" has an invalid escape; a backslash in quotes is written twice'),
        ('__name__="x"', "__name__ is not a label of a target"),
        ("job=%q", 'expected label="value", found %q'),
        ("job=`a\nb`", "expected label=\"value\", found 'job=`a\\nb`'"),
    ],
)
def test_an_invalid_selector_is_an_error(text: str, error: str) -> None:
    """It names the first place that is not valid."""
    with pytest.raises(ValueError) as raised:
        parse_matchers(text)
    assert error == str(raised.value)
