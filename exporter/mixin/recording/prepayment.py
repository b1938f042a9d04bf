"""The prepayment of Enterprise Agreements: how much is used per day, and how long it lasts."""

from exporter.mixin.recording.held import MEMORY
from exporter.mixin.recording.periods import DATA
from exporter.mixin.rules import Record

USED = "azure_ea:prepayment_used:day"
PER_DAY = "azure_ea:prepayment_used:per_day"
LEFT, LOWEST = "azure_ea:prepayment:days_left", "azure_ea:prepayment:days_left_lowest"
PUBLISHED = "azure_ea:prepayment:"
BAND = 0.9
STALE = 46_800
"""Seconds after which a balance should have been read again: by default it is read every 12 hours."""
READ = f'{DATA}{{collector="balancesummary"}}'


def _highest(name: str, window: str, offset: str = "") -> str:
    return f"max by (account, currency) (last_over_time(azure_ea_{name}[{window}]{offset}))"


def balance(name: str) -> str:
    """An amount of the balance, also while the exporter is not scraped, over a weekend for example."""
    return f"last_over_time({PUBLISHED}{name}[3d])"


NOW, BEFORE = _highest("utilized", "6h"), _highest("utilized", "6h", " offset 1d")
DIFFERENCE = f"""(
            {NOW}
            - {BEFORE}
            >= 0
            or (
              {NOW}
              < 0.5 * {BEFORE}
            )
          )"""
DAYS = f"max by (account) ({READ} - last_over_time({READ}[6h] offset 1d)) / 86400"

PREPAYMENT = (
    *(
        Record(f"{PUBLISHED}{name}", _highest(name, MEMORY), comment=comment)
        for name, comment in (
            (
                "ending_balance",
                "As it was last published, so that an exporter that was replaced counts for an hour only.",
            ),
            ("service_overage", ""),
        )
    ),
    Record(
        USED,
        f"""
        (
          {DIFFERENCE}
          / on (account) group_left () ({DAYS} > 1)
          or {DIFFERENCE}
        )
        unless on (account) (time() - {READ} > {STALE})
        """,
        comment=(
            "Prepayment used within a day. The amount starts again with each month; if it is corrected downwards, that "
            "day does not count, nor do days on which the balance cannot be read: what was used is known later."
        ),
    ),
    Record(
        PER_DAY,
        f"""
        (
          avg_over_time({USED}[28d:6h])
          and count_over_time({USED}[28d:6h]) >= 12
        )
        or max by (account, currency) (azure_ea_utilized)
          / on (account) group_left ()
          max by (account) (azure_billing:period:elapsed_days{{collector="balancesummary"}} >= 3)
        """,
        comment=(
            "Prepayment used per day, the mean of four weeks, so that the start of a month changes nothing. Before "
            "three days of history exist, the mean of this month, from its fourth day on."
        ),
    ),
    Record(
        LEFT,
        f"clamp_min({balance('ending_balance')}, 0) / ({PER_DAY} > 0)",
        comment="0 if nothing is left; absent if nothing was used.",
    ),
    Record(
        LOWEST,
        f"""
        (
          last_over_time({LOWEST}[{MEMORY}]) < {LEFT}
          and last_over_time({LOWEST}[{MEMORY}]) >= {BAND} * {LEFT}
        )
        or {LEFT}
        """,
        comment="With hysteresis, which is compared with thresholds: an increase by a tenth or less does not count.",
    ),
)
