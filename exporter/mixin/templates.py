"""Expressions of Prometheus' templates, of which the descriptions of alerts consist."""

MONEY = 'printf "%.2f"'
COUNT = 'printf "%.0f"'
DAYS = 'printf "%.1f"'
PERCENTAGE = "humanizePercentage"
DURATION = "humanizeDuration"


def label(name: str) -> str:
    """A label of the alert."""
    return f"{{{{ $labels.{name} }}}}"


def value(form: str) -> str:
    """The value of the alert's expression."""
    return f"{{{{ $value | {form} }}}}"


def first(form: str) -> str:
    """Within `queried`: the value of the first series."""
    return f"{{{{ . | first | value | {form} }}}}"


def first_label(name: str) -> str:
    """Within `queried`: a label of the first series."""
    return f"{{{{ (. | first).Labels.{name} }}}}"


def queried(query: str, labels: tuple[str, ...], found: str, otherwise: str = "") -> str:
    """The text `found` if the query has a result, else `otherwise`.

    `%s` in the query is replaced by a selector of the `labels` with their values in the alert.
    """
    selector = "{" + ",".join(f"{name}=%q" for name in labels) + "}"
    text = query.replace("%s", selector).replace('"', r"\"")
    arguments = " ".join(f"$labels.{name}" for name in labels)
    alternative = f"{{{{ else }}}}{otherwise}" if otherwise else ""
    return f'{{{{ with printf "{text}" {arguments} | query }}}}{found}{alternative}{{{{ end }}}}'


def series(name: str, labels: tuple[str, ...], form: str) -> str:
    """The value of the series with the alert's labels; empty if there is none."""
    return queried(f"{name}%s", labels, first(form))
