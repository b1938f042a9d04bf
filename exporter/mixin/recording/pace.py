"""How fast budgets are used: the elapsed part of their periods, and the spending that is expected at the end."""

from exporter.mixin.recording.budgets import AMOUNT_OF_OTHERS, BUDGET, CONFIGURED, SPENT_OF_OTHERS
from exporter.mixin.recording.held import DAY, MEMORY, held_in_group
from exporter.mixin.recording.periods import DATA
from exporter.mixin.rules import Record

ELAPSED, PACE, PROJECTED, LEFT, EXCEEDING = (
    f"{BUDGET}:{name}" for name in ("elapsed_ratio", "pace_ratio", "projected", "days_left", "exceeding_days_left")
)
DAYS = f"{BUDGET}:elapsed_days"
FORECAST = f"{BUDGET}:forecast"
LIMIT_OF_CONFIGURED = "max by (account, budget, currency) (azure_billing_budget_amount)"
SHARE = f"{PROJECTED} / (({AMOUNT_OF_OTHERS}) > 0)"
"""The spending at the end of the period as a share of the budget."""
STEP = 0.05
"""Hysteresis, as a share of the period: a projection that falls by what so much time without costs explains."""


def _elapsed(name: str) -> str:
    series = f"azure_billing:period:{name}"
    return f"""
        {LIMIT_OF_CONFIGURED} * 0
        + on (account) group_left () max by (account) ({series}{{collector=~"usagedetails|bill"}})
        or max by (account, budget, scope, time_grain, currency) (azure_budget_amount{{time_grain="Monthly"}}) * 0
        + on (account) group_left () max by (account) ({series}{{collector="budgets"}})
        """


def _age(collectors: str) -> str:
    return f"(time() - max by (account) ({DATA}{{{collectors}}})) / {DAY}"


def _left(which: str, age: str) -> str:
    """Days until a budget is used up: what is left of it, by what is expected to be spent in the rest of the period."""
    return f"""
          (
            ({AMOUNT_OF_OTHERS})
            - ({SPENT_OF_OTHERS})
          )
          * ({DAYS}{{{which}}} / ({ELAPSED}{{{which}}} > 0.034) - {DAYS}{{{which}}})
          / (
            {PROJECTED}{{{which}}}
            - ({SPENT_OF_OTHERS})
            > 0
          )
          - on (account) group_left () {age}
        """


BUDGET_PACE = (
    Record(
        FORECAST,
        "max by (account, budget, scope, time_grain, currency) (azure_budget_forecast)",
        comment="What Microsoft expects to be spent at the end of the budget's period, whatever its length.",
    ),
    Record(
        DAYS,
        _elapsed("elapsed_days"),
        comment=(
            "Elapsed days and elapsed share of the billing period, as of the data. Of the budgets that are set in "
            "Azure, only monthly ones have a period that is known to be the calendar month."
        ),
    ),
    Record(
        ELAPSED,
        _elapsed("elapsed_ratio"),
    ),
    Record(
        PROJECTED,
        f"""
        (
          {LIMIT_OF_CONFIGURED} * 0
          + on (account, currency) group_left () sum by (account, currency) (
            max by (account, component, currency) (azure_b2c_estimated_cost_month)
            or max by (account, component, currency) (azure_b2c_estimated_cost_month_to_date)
          )
          unless on (account) {DATA}{{collector="usagedetails"}}
        )
        or {FORECAST}
        or ({SPENT_OF_OTHERS}) / ({ELAPSED} > 0.034)
        """,
        comment=(
            "Spending at the end of the period, at the current rate. For B2C, the exporter's estimate, which applies "
            "tiers; for a budget that is set in Azure, Microsoft's forecast if there is one."
        ),
    ),
    Record(
        PACE,
        f"""
        ({SPENT_OF_OTHERS})
        / (({AMOUNT_OF_OTHERS}) != 0)
        / ({ELAPSED} > 0.034)
        """,
        comment=(
            "1 means that the budget is used up exactly at the end of the period. The first day is too short for a "
            "trend."
        ),
    ),
    Record(
        LEFT,
        f"""
        clamp_min(
          {_left(CONFIGURED, _age('collector=~"usagedetails|bill"')).strip()}
          or {_left('scope!=""', _age('collector="budgets"')).strip()},
          0
        )
        """,
        comment=(
            "Days from now until the budget is used up, if spending goes on as it is projected; 0 if it is used up, "
            "absent if no more is expected to be spent."
        ),
    ),
    Record(
        EXCEEDING,
        f"""
        (
          {LEFT} > 0
          or (
            {LEFT} == 0
            unless {PACE} * {ELAPSED} >= 1
          )
        )
        and {ELAPSED} > 0.1 < 0.95
        and (
          ({SHARE}) > 1
          or (
            ({SHARE})
            * (1 + {STEP} / {ELAPSED})
            > 1
            and last_over_time({EXCEEDING}[{MEMORY}])
          )
        )
        unless {FORECAST}
        or {held_in_group(f'{EXCEEDING}{{scope=""}}', 'collector=~"usagedetails|usage|bill"')}
        or {held_in_group(f'{EXCEEDING}{{scope!=""}}', 'collector="budgets"')}
        """,
        comment=(
            "The days that are left of budgets that will be exceeded while there is time to act: not in the first "
            "days, when no trend is known, and not at the very end. With hysteresis: costs arrive in steps of a day, "
            "between which the projection falls. A decline that a twentieth of the period without costs explains does "
            "not count. 0 days are left of a budget that should be used up by now, and of one that is used up. Held "
            "for a day while the account is not published."
        ),
    ),
)
