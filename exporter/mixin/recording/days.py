"""Daily amounts, and what is usual: means of four weeks, and the same weekday of the weeks before."""

from collections.abc import Iterator

from exporter.mixin.recording.costs import summed
from exporter.mixin.rules import Record

COST = "azure:cost_daily"
MFA = "azure_b2c:mfa_requests_daily:by_method"
WEEKS = (162, 330, 498, 666)
"""The ends of the windows in which the same weekday was the newest day: each week ago, six hours later than now."""


def same_weekday(daily: str) -> tuple[str, ...]:
    """The amounts of the same weekday one to four weeks ago.

    A day may have been published some hours earlier or later than today's, so each is the maximum of half a day.
    """
    return tuple(f"max_over_time({daily}[12h] offset {hours}h)" for hours in WEEKS)


def _mean(daily: str) -> Record:
    return Record(f"{daily}_mean_4w", f"avg_over_time(clamp_min({daily}, 0)[27d:6h] offset 1d)")


def _days() -> Iterator[Record]:
    yield Record(
        f"{COST}:by_account", summed("account, currency", "azure_cost_daily"), comment="The newest complete day."
    )
    yield Record(
        f"{COST}:by_subscription",
        summed("account, subscription_name, currency", 'azure_cost_daily{subscription_name!=""}'),
    )
    meter = "account, meter_category, meter_subcategory, meter_name, currency"
    yield Record(f"{COST}:by_meter", summed(meter, "azure_cost_daily"))
    yield Record(MFA, "max by (account, method) (azure_b2c_mfa_requests_daily)")


DAYS = (
    *_days(),
    Record(
        f"{COST}:by_account_mean_4w",
        f"avg_over_time(clamp_min({COST}:by_account, 0)[27d:6h] offset 1d)",
        comment="Means of four weeks. A day whose credits exceed its costs counts as zero.",
    ),
    _mean(f"{COST}:by_subscription"),
    _mean(f"{COST}:by_meter"),
    _mean(MFA),
)
