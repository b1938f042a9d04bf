"""Reservations and savings plans that are not used."""

from exporter.mixin.rules import Alert, Section
from exporter.mixin.templates import MONEY, PERCENTAGE, label, series, value

UNDERUSED = Section(
    "A reservation or savings plan is not used",
    meaning="""
    Less than 80 % of the amortized cost of a reservation or savings plan was used this month so far, for a day. The
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
    region, or exchange it. The alert resolves when the utilization of the month rises above 80 %, or with the first
    data of the next month.
    """,
    silencing="If less use is accepted, by `account` and `commitment_id`, until the end of the term.",
)
LABELS = ("account", "commitment_type", "commitment_id", "commitment_name", "currency")

ALERTS = (
    Alert(
        "AzureCommitmentUnderused",
        "warning",
        f"min by ({', '.join(LABELS)}) (azure_commitment_utilization_ratio) < 0.8",
        for_="1d",
        summary="Less than 80% of a reservation or savings plan is used.",
        description="""
        {{ if eq $labels.commitment_type "savings_plan" }}Savings plan{{ else }}Reservation{{ end }}
        {{ if $labels.commitment_name }}{{ $labels.commitment_name }}{{ else }}{{ $labels.commitment_id }}{{ end }}"""
        f"""
        of account {label("account")} is {value(PERCENTAGE)} used this month:
        {series("azure_commitment_unused_cost_month_to_date", LABELS, MONEY)}
        {label("currency")} was not used.
        """,
        runbook=UNDERUSED,
    ),
)
