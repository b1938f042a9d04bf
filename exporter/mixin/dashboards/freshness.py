"""The row of *Azure billing / Overview* on the age of the data."""

from exporter.mixin.dashboards.board import Row, row_link
from exporter.mixin.dashboards.panels import COUNT, DAYS, HOURS, RATIO, Json, Query, stat, texts
from exporter.mixin.dashboards.tables import limited, table

PREFIX = "azure_billing_exporter_collector"
KEYS = {"account": "Account", "collector": "Collector"}
STATE = {0: ("failing", "red"), 1: ("ok", "green")}
LATE = ((0, "transparent"), (2, "orange"), (3, "red"))
"""By the time since the last success relative to the interval: AzureBillingDataStale fires above 3."""
MINE = 'account=~"$account"'


def collector(what: str, mine: str = MINE) -> str:
    """A gauge of the collectors; the value of one replica."""
    return f"max by (account, collector) ({PREFIX}_{what}{{{mine}}})"


def lateness(mine: str = MINE) -> str:
    """The time since the last success relative to the interval."""
    since = f"time() - {collector('last_success_timestamp_seconds', mine)}"
    return f"({since}) / {collector('interval_seconds', mine)}"


def _freshness() -> Json:
    keys, latest = list(KEYS), f"topk(50, {lateness()})"
    return table(
        "Data freshness",
        "The 50 reports that are the latest relative to their interval, the hours since each was read, and the age in "
        "days of the data that it published.",
        KEYS,
        Query(latest, "Of interval"),
        Query(limited(collector("success"), keys, latest), "State"),
        Query(
            limited(f"(time() - {collector('last_success_timestamp_seconds')}) / 3600", keys, latest),
            "Read (h)",
        ),
        Query(
            limited(f"(time() - {collector('data_timestamp_seconds')}) / 86400", keys, latest),
            "Data (d)",
        ),
        sort="Of interval",
        units={"Of interval": RATIO, "State": COUNT, "Read (h)": HOURS, "Data (d)": DAYS},
        steps={"Of interval": LATE},
        texts={"State": texts(STATE)},
        links={
            "Collector": ("The exporter's collectors", row_link("azure-billing-exporter", account="Account")),
        },
        widths={"State": 75, "Of interval": 95, "Account": 132, "Read (h)": 80, "Data (d)": 80},
    )


FRESHNESS = Row(
    "Data freshness",
    (
        (
            stat(
                "Failing collectors",
                "Collectors whose last run failed. Their last good values stay published.",
                COUNT,
                Query(f"count({collector('success')} == 0) or vector(0)", "failing"),
                named=False,
                steps=((0, "green"), (1, "red")),
            ),
            5,
            9,
        ),
        (_freshness(), 19, 9),
    ),
)
