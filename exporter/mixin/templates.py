"""Expressions of Prometheus' templates, of which the descriptions of alerts consist."""

NO_MINOR_UNITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
"""Currencies whose amounts are written without decimals: the exponent of ISO 4217 is 0."""


def money(currency: str = "$labels.currency") -> str:
    """The form of an amount in the currency that this expression names: with two decimals, or with none."""
    names = " ".join(f'"{name}"' for name in NO_MINOR_UNITS.split())
    return f'printf (or (and (eq {currency} {names}) "%.0f") "%.2f")'


MONEY = money()
"""The form of an amount in the currency of the alert."""
COUNT = 'printf "%.0f"'
DAYS = 'printf "%.1f"'
PERCENTAGE = "humanizePercentage"
DURATION = "humanizeDuration"
TIMESTAMP = '{{ (. | first | value | toTime).Format "2 January 2006, 15:04" }} UTC'
"""Within `queried`: the first series as a time."""
MONTH = '{{ (. | first | value | toTime).Format "January 2006" }}'
"""Within `queried`: the month of the first series, which is a time."""


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


def queried(
    query: str, labels: tuple[str, ...], found: str, otherwise: str = "", matcher: str = "", arguments: str = ""
) -> str:
    """The text `found` if the query has a result, else `otherwise`.

    Each `%s` in the query is replaced by a selector of the `labels` with their values in the alert, and the `matcher`.
    Other verbs after them have these `arguments`.
    """
    selector = "{" + ",".join([*(f"{name}=%q" for name in labels), *filter(None, [matcher])]) + "}"
    text = query.replace("%s", selector).replace('"', r"\"")
    all_of_them = [*(f"$labels.{name}" for name in labels * query.count("%s")), *filter(None, [arguments])]
    alternative = f"{{{{ else }}}}{otherwise}" if otherwise else ""
    return f'{{{{ with printf "{text}" {" ".join(all_of_them)} | query }}}}{found}{alternative}{{{{ end }}}}'


def listed(query: str, labels: tuple[str, ...], each: str, matcher: str = "") -> str:
    """The text `each` for every series that `query` finds, written as for `queried`; `each` reads `.Labels`."""
    return queried(query, labels, each, matcher=matcher).replace("{{ with ", "{{ range ", 1)


def series(name: str, labels: tuple[str, ...], form: str) -> str:
    """The value of the series with the alert's labels; empty if there is none."""
    return queried(f"{name}%s", labels, first(form))


def as_of(query: str, labels: tuple[str, ...], matcher: str = "") -> str:
    """The instant of the data, with a comma before it; empty if it is not known. `query` gives Unix seconds."""
    return queried(query, labels, f", as of {TIMESTAMP}", matcher=matcher)


def as_read(labels: tuple[str, ...], matcher: str = "") -> str:
    """The instant of the newest successful run of a collector, as `as_of` writes it."""
    run = "max(last_over_time(azure_billing_exporter_collector_last_success_timestamp_seconds%s[1d]))"
    return as_of(run, labels, matcher)


def dashboard(uid: str, **variables: str) -> str:
    """The path of a dashboard whose variables have the values of these labels of the alert."""
    values = "&".join(f"var-{name}={{{{ $labels.{text} | urlquery }}}}" for name, text in variables.items())
    return f"{uid}?{values}" if values else uid
