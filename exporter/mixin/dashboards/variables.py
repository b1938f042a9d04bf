"""The variables of a dashboard."""

from dataclasses import dataclass

from exporter.mixin.dashboards.panels import DATASOURCE, Json

CLASSIC = 5
"""The type of a variable's query that is written as text: `label_values(…)`, `label_names(…)`, `query_result(…)`."""
BY_NAME, AS_RETURNED = 1, 0
SMALL_UNITS = {
    1000: "CLP|COP|IDR|KRW|VND",
    100: "HUF|INR|ISK|JPY|PHP|RUB|THB|TRY|TWD",
    10: "CNY|CZK|DKK|HKD|MXN|NOK|SEK|ZAR",
}
"""About how many units of a currency are worth a dollar, a euro or a pound."""


@dataclass(frozen=True)
class Variable:
    """A dashboard variable whose values are those of a label; `query` selects them from the data source.

    A variable that is not `multi` has exactly one value, such as a currency: amounts in two can't be summed. *All*
    stands for the values that the variable offers, not for any value: the accounts of another API are not among them.
    """

    name: str
    label: str
    query: str
    multi: bool = True
    regex: str = ""
    sort: int = BY_NAME

    def json(self) -> Json:
        """The JSON that Grafana stores."""
        return {
            "allValue": None,
            "current": {},
            "datasource": DATASOURCE,
            "definition": self.query,
            "hide": 0,
            "includeAll": self.multi,
            "label": self.label,
            "multi": self.multi,
            "name": self.name,
            "options": [],
            "query": {"qryType": CLASSIC, "query": self.query, "refId": self.name},
            "refresh": 2,
            "regex": self.regex,
            "skipUrlSync": False,
            "sort": self.sort,
            "type": "query",
        }


def currency(family: str, matchers: str) -> Variable:
    """The currencies of the series of a family, the largest sum first, so that the first sight is of the main one.

    Sums in two currencies are not comparable. To find the main currency, those whose unit is worth about a tenth, a
    hundredth or a thousandth of the others' are scaled.
    """

    def total(only: str = "") -> str:
        return f"sum by (currency) ({family}{{{matchers}{only}}})"

    scaled = (total(f',currency=~"{names}"') + f" / {units}" for units, names in SMALL_UNITS.items())
    largest = f"sort_desc({' or '.join((*scaled, total()))})"
    return Variable(
        "currency",
        "Currency",
        f"query_result({largest})",
        multi=False,
        regex='/currency="([^"]+)"/',
        sort=AS_RETURNED,
    )


SOURCE: Json = {
    "current": {},
    "hide": 0,
    "includeAll": False,
    "label": "Data source",
    "multi": False,
    "name": "datasource",
    "options": [],
    "query": "prometheus",
    "refresh": 1,
    "regex": "",
    "skipUrlSync": False,
    "type": "datasource",
}
