"""Reservations and savings plans that are not used."""

from exporter.mixin.alerts.owners import SUBSCRIPTION
from exporter.mixin.rules import Alert, Section
from exporter.mixin.templates import MONEY, MONTH, PERCENTAGE, TIMESTAMP, dashboard, first, label, queried, value

UNDERUSED = Section(
    "A reservation or savings plan is not used",
    meaning="""
    Less than 80 % of the amortized cost of a reservation or savings plan was used this month so far, for a day. On the
    first three days of a month, the utilization of three days before counts, since a few hours are no trend. The
    utilization is absent if Azure does not say to which reservation or plan unused costs belong.
    """,
    impact="What is not used is lost: it is paid for, and does not carry over to the next hour.",
    diagnosis="""
    Compare the unused cost of all reservations and savings plans:

        topk(10, azure_commitment_unused_cost_month_to_date{account="…"})

    The portal shows the utilization by day (*Reservations*, *Savings plans*). Common causes are machines that were
    deleted, resized to another series, or moved to another region or to a subscription outside of the scope.
    """,
    mitigation="""
    Widen the scope of the reservation (*shared*), use its instance size flexibility, move machines to its series and
    region, or exchange it.
    """,
    resolution="""
    A day after the utilization of the month has risen to 80 %, also if a new month begins with a higher one.
    """,
    silencing="If less use is accepted, by `account` and `commitment_id`, until the end of the term.",
    ownership=SUBSCRIPTION,
)
LABELS = ("account", "commitment_type", "commitment_id", "commitment_name", "currency")
RATIO = "azure_commitment_utilization_ratio"
KEYS = ", ".join(LABELS)
EARLY = "on () day_of_month() <= 3"
"""While the utilization of three days before counts."""
UNUSED = queried(
    "max(last_over_time(azure_commitment_unused_cost_month_to_date%s[2h] offset 3d))"
    f" and {EARLY} or max(last_over_time(azure_commitment_unused_cost_month_to_date%s[2h]))",
    LABELS,
    first(MONEY),
)
MONTH_OF_VALUE = queried(f"vector(time() - 3 * 86400) and {EARLY} or vector(time())", (), MONTH)
AS_OF = queried(
    f"max(last_over_time(SUCCESS%s[2h] offset 3d)) and {EARLY} or max(last_over_time(SUCCESS%s[1d]))".replace(
        "SUCCESS", "azure_billing_exporter_collector_last_success_timestamp_seconds"
    ),
    ("account",),
    f", as of {TIMESTAMP}",
    matcher='collector="commitments"',
)

ALERTS = (
    Alert(
        "AzureCommitmentUnderused",
        "warning",
        f"""
        min by ({KEYS}) (last_over_time({RATIO}[2h])) < 0.8
        and on () day_of_month() > 3
        or (
          min by ({KEYS}) (last_over_time({RATIO}[2h] offset 3d)) < 0.8
          and {EARLY}
          and min by ({KEYS}) (last_over_time({RATIO}[2h]))
        )
        """,
        for_="1d",
        keep_firing_for="1d",
        summary="Less than 80% of a reservation or savings plan is used.",
        description="""
        {{ if eq $labels.commitment_type "savings_plan" }}Savings plan{{ else }}Reservation{{ end }}
        {{ if $labels.commitment_name }}{{ $labels.commitment_name }}{{ else }}{{ $labels.commitment_id }}{{ end }}"""
        f"""
        of account {label("account")} is {value(PERCENTAGE)} used in {MONTH_OF_VALUE}:
        {UNUSED} {label("currency")} was not used{AS_OF}.
        """,
        runbook=UNDERUSED,
        dashboard=dashboard("azure-billing-cost", account="account", currency="currency"),
    ),
)
