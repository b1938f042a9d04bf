"""How fast customers' budgets are used, and which of them will be exceeded."""

from exporter.mixin.recording.customers import CROWDED_BY_PACE, CROWDED_COMMENT, CUSTOMER, NAMES, SHARE, crowded
from exporter.mixin.recording.held import MEMORY, held_in_group
from exporter.mixin.recording.periods import LENGTH, MODIFIED, OF_ONE, elapsed
from exporter.mixin.rules import Record

OPEN, PACE, EXCEEDING = (f"{CUSTOMER}:{name}_ratio" for name in ("open", "pace", "exceeding"))
STEP = 0.05
"""Hysteresis, as a share of the period: a pace that falls by what so much time without costs explains."""

CUSTOMER_PACE = (
    Record(
        OPEN,
        f"max by ({NAMES}) ({SHARE}) < 1",
        comment="The used share of customers' budgets that are not used up.",
    ),
    Record(
        PACE,
        f"""
        {OPEN}
        / on (account, customer_id) group_left () (
          max by (account, customer_id) (
            (
            {elapsed(f"({MODIFIED} and on (account, customer_id) {OPEN})")}
            )
            / on ({OF_ONE}) {LENGTH}
          )
          > 0.1 < 0.95
        )
        """,
        comment=(
            "1 means that the budget is used up exactly at the end of the customer's billing period. Not in the first "
            "days, when no trend is known, and not at the very end, when it is too late to act. Elapsed time is that "
            "of azure_billing:customer:elapsed_ratio."
        ),
    ),
    Record(
        EXCEEDING,
        f"""
        {PACE} > 1
        or (
          {PACE} * (1 + {STEP} * {PACE} / {OPEN})
          > 1
          and last_over_time({EXCEEDING}[{MEMORY}])
        )
        or {held_in_group(EXCEEDING, 'collector="usagerecords"')}
        """,
        comment=(
            "The pace of budgets that will be exceeded. With hysteresis: costs arrive in steps of a day, between which "
            "the pace falls. A decline that a twentieth of the period without costs explains does not count. Held for "
            "a day while the account is not published."
        ),
    ),
    Record(
        CROWDED_BY_PACE,
        crowded("pace", f"count by (account) ({EXCEEDING})", CROWDED_BY_PACE),
        comment=CROWDED_COMMENT,
    ),
)
