"""How fast customers' budgets are used: the days that are left of those that will be exceeded."""

from exporter.mixin.recording.customers import (
    COST,
    CROWDED_BY_PACE,
    CROWDED_COMMENT,
    CUSTOMER,
    KEYS,
    LIMIT,
    NAMES,
    crowded,
    named,
)
from exporter.mixin.recording.held import DAY, MEMORY, kept
from exporter.mixin.recording.periods import END, LAST_RUN, OF_ONE, START, elapsed_days
from exporter.mixin.rules import Record

ELAPSED = "azure_billing:customer:elapsed_days"
LEFT, REST, EXCEEDING = (f"{CUSTOMER}:{name}" for name in ("days_left", "rest_days", "exceeding_days_left"))
AGE = f"on (account) group_left () (time() - {LAST_RUN}) / {DAY}"
OF_CUSTOMER = "on (account, customer_id) group_left ()"


def _exceeding() -> str:
    return f"""max by ({NAMES}) ({LIMIT}) * 0
            + on ({KEYS}) group_left () (
              {LEFT} > 0
              < {OF_CUSTOMER} (
                ({REST} + 1.5) * (1 + 1.5 / {ELAPSED})
                and on (account, customer_id) last_over_time({EXCEEDING}[{MEMORY}])
                or {REST}
              )
            )"""


CUSTOMER_PACE = (
    Record(
        ELAPSED,
        elapsed_days(),
        comment=(
            "Each customer of Partner Center has its own billing period: the calendar month for Azure plans, a period "
            "that starts on the partner's anniversary for legacy customers. Elapsed days of that period as of the "
            "customer's cost: when its record last changed, or a day and a half before the last run. Absent if the "
            "period is unknown, if the last successful run was outside it, or if the record has not changed within it, "
            "because until then the amount may belong to the previous period."
        ),
    ),
    Record(
        LEFT,
        f"""
        clamp_min(
          (max by ({KEYS}) ({LIMIT}) / max by ({KEYS}) ({COST} > 0) - 1)
          * {OF_CUSTOMER} ({ELAPSED} > 1)
          - {AGE},
          0
        )
        """,
        comment="As azure_billing:budget:days_left; not on a period's first day.",
    ),
    Record(
        REST,
        f"""
        max by (account, customer_id) ({END} - on ({OF_ONE}) {START}) / {DAY}
        - ({ELAPSED} > 3)
        - {AGE}
        > 1.5
        """,
        comment=(
            "Days until the end of the period, counted in the same way. Not on the first three days, when no trend is "
            "known, and not on the last, when it is too late to act."
        ),
    ),
    Record(
        EXCEEDING,
        f"""
        {named(_exceeding())}
        or {kept(EXCEEDING, 'collector="usagerecords"')}
        """,
        comment=(
            "The days that are left of budgets that will be used up before the period ends. With hysteresis: costs "
            "arrive in steps of a day, between which the days that are left increase. An increase that a day and a "
            "half without costs explains does not count. Held for a day while the account is not published."
        ),
    ),
    Record(
        CROWDED_BY_PACE,
        crowded("pace", f"count by (account) ({EXCEEDING})", CROWDED_BY_PACE),
        comment=CROWDED_COMMENT,
    ),
)
