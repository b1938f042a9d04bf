"""Rows of the user insights: partial cross-tabs of the activity, in the spellings of each report."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from exporter.simulator.world import ExternalTenant
from exporter.simulator.world.digest import digest, object_id
from exporter.simulator.world.insights import Cell

Row = dict[str, object]
Read = Callable[[Cell], object]
DIMENSIONS: Mapping[str, Read] = {
    "browser": lambda cell: cell.browser,
    "country": lambda cell: cell.country,
    "identityProvider": lambda cell: cell.provider,
    "language": lambda cell: cell.language,
    "os": lambda cell: cell.system,
}


@dataclass(frozen=True)
class Insight:
    """A report: the type of its rows, the name of the application, other dimensions, the counts that are summed."""

    kind: str
    application: str
    dimensions: Mapping[str, Read]
    counts: Mapping[str, Callable[[Cell], int]]
    filtered: bool = True
    """Whether ``$filter`` is documented."""

    def rows(self, name: str, facts: Iterable[tuple[date, Iterable[Cell]]]) -> list[Row]:
        """The rows of each fact date, in no order; some ids occur twice and some dimensions are missing."""
        found = [row for day, cells in facts for row in self._day(name, day, cells)]
        found.sort(key=lambda row: digest("order", name, row["factDate"], *row.values()))
        for place, row in enumerate(found):
            row["id"] = object_id(name, place - (place % 5 == 1))
        return found

    def _day(self, name: str, day: date, cells: Iterable[Cell]) -> Iterator[Row]:
        sums: dict[tuple[object, ...], tuple[Cell, dict[str, int]]] = {}
        for cell in cells:
            key = (cell.application.id, *(read(cell) for read in self.dimensions.values()))
            _, counts = sums.setdefault(key, (cell, dict.fromkeys(self.counts, 0)))
            for count, read_count in self.counts.items():
                counts[count] += read_count(cell)
        for place, (cell, counts) in enumerate(sums.values()):
            if not any(counts.values()):
                continue
            row: Row = {"@odata.type": f"#microsoft.graph.{self.kind}", "id": "", "factDate": f"{day}", **counts}
            row[self.application] = cell.application.id
            if "appName" in self.dimensions:
                row["appName"] = cell.application.name
            for dimension, read in self.dimensions.items():
                chance = digest("missing", name, day, place, dimension)
                if chance % 5 and dimension != "appName":
                    row[dimension] = _spelled(dimension, str(read(cell)), chance)
            yield row


def _spelled(dimension: str, value: str, chance: int) -> str:
    """The systems and providers of some rows are in another case."""
    return value.upper() if dimension in ("os", "identityProvider") and chance // 5 % 3 == 0 else value


def _named(*names: str) -> dict[str, Read]:
    return {name: DIMENSIONS[name] for name in names}


INSIGHTS: Mapping[str, Insight] = {
    "authentications": Insight(
        "authenticationsMetric",
        # With a small d, unlike everywhere else.
        "appid",
        {"authFlow": lambda cell: cell.flow, **DIMENSIONS},
        {"attemptsCount": lambda cell: cell.attempts, "successCount": lambda cell: cell.successes},
    ),
    "mfaCompletions": Insight(
        "mfaCompletionMetric",
        "appId",
        {"mfaMethod": lambda cell: cell.method, **_named("country", "identityProvider", "language", "os")},
        {"attemptsCount": lambda cell: cell.factor_attempts, "successCount": lambda cell: cell.factor_successes},
    ),
    "signUps": Insight("userSignUpMetric", "appId", DIMENSIONS, {"count": lambda cell: cell.sign_ups}),
    "activeUsers": Insight(
        "activeUsersMetric",
        "appId",
        {"appName": lambda cell: cell.application.name, **_named("country", "language", "os")},
        {"count": lambda cell: cell.persons},
        filtered=False,
    ),
    "summary": Insight(
        "insightSummary",
        "appId",
        _named("os"),
        {
            "activeUsers": lambda cell: cell.persons,
            "authenticationRequests": lambda cell: cell.attempts,
            "authenticationCompletions": lambda cell: cell.successes,
            "securityTextRequests": lambda cell: cell.factor_attempts if cell.method == "SMS" else 0,
            "securityTextCompletions": lambda cell: cell.factor_successes if cell.method == "SMS" else 0,
            "securityVoiceRequests": lambda cell: cell.factor_attempts if cell.method == "Voice" else 0,
            "securityVoiceCompletions": lambda cell: cell.factor_successes if cell.method == "Voice" else 0,
        },
    ),
}
"""By the names of the relationships, which the daily and the monthly reports share."""


def user_counts(tenant: ExternalTenant, found: Iterable[date]) -> list[Row]:
    """The user objects of each day; the language is null or missing."""
    return [
        {
            "@odata.type": "#microsoft.graph.userCountMetric",
            "id": object_id("userCount", day.toordinal() // 2),
            "factDate": f"{day}",
            "count": tenant.users(day),
            **({"language": None} if day.day % 2 else {}),
        }
        for day in sorted(found, key=lambda day: digest("order", day))
    ]
