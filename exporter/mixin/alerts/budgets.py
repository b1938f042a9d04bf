"""Budgets of all APIs: used, at the current rate, and missing."""

from dataclasses import replace

from exporter.mixin.rules import Alert, Section
from exporter.mixin.templates import DAYS, MONEY, PERCENTAGE, first, label, queried, series, value

LABELS = ("account", "budget", "scope", "time_grain", "customer_id", "currency")
NAMED = (
    f"{label('budget')}{{{{ if $labels.scope }}}} ({label('time_grain')}, {label('scope')}){{{{ end }}}} "
    f"of account {label('account')}"
)
"""A budget, with its scope if it is set in Azure: names repeat there."""

USED_UP = Section(
    "A budget is used up",
    meaning="""
    Spending in this billing period has reached 50, 80 or 100 % of a budget. The budget is configured (costs, B2C); or
    it is set in Azure, and the alert has the labels `scope` and `time_grain`, the length of the budget's period; or it
    is a customer's budget in Partner Center, and the alert has the labels `customer_id` and `customer_name`. A budget
    of zero has no used ratio: any spending against it fires `AzureBudgetUsedUp`.
    """,
    impact="Nothing is switched off when a budget is used up. Costs continue.",
    diagnosis="""
    Find out what causes the cost, with the dashboard *Azure billing / Cost* or *Azure billing / Partner Center*, or
    with a query:

        topk(10, sum by (subscription_name, meter_name, currency) (azure_cost_month_to_date{account="…"}))
    """,
    mitigation="""
    Talk to the owner of the budget. Stop what is not needed, or raise the budget: in the configuration, followed by a
    reload, in Azure (*Cost Management > Budgets*), or in Partner Center. The alert resolves when the budget is raised,
    or when the first data of the new period arrives, some hours after the period begins; Azure evaluates its budgets
    once a day.
    """,
    silencing="""
    If the overrun is accepted, by `account` and `budget`, until the end of the billing period. For a budget that is set
    in Azure, also by `scope`; for a customer of Partner Center, by `customer_id`.
    """,
)

PACE = Section(
    "A budget will be used up",
    meaning="""
    A linear projection of the spending so far exceeds the budget at the end of the billing period. For B2C, the
    projection is the exporter's own estimate, which includes the tiers of the price list. The projection is based on
    the data timestamp, so late usage does not lower it. The alert is silent in the first tenth of the period, when no
    trend is known, and in the last twentieth, when it is too late to act.

    Of the budgets that are set in Azure, only those by month that have no forecast by Microsoft are projected. The
    period is the calendar month. Legacy customers of Partner Center (without an Azure plan) have periods that begin on
    the partner's anniversary; the collector `usagesummary` reads them. A customer has no projection and no days left if
    its period is unknown, or until its usage record has changed within the current period.
    """,
    impact="If spending does not slow down, the budget is exceeded before the period ends.",
    diagnosis="""
    Costs that are charged once a month (reservations, support plans) appear on the first days and inflate the
    projection. Look at the daily cost before you act:

        sum by (subscription_name, currency) (azure_cost_daily{account="…"})
    """,
    mitigation="""
    Proceed as for [a budget that is used up](#a-budget-is-used-up). The alert resolves when the projection falls below
    the budget, or when the budget is used up and `AzureBudgetUsedUp` fires.
    """,
    silencing="""
    If the cost was charged once and no more of it will follow, by `account` and `budget`, until the end of the billing
    period.
    """,
)

FORECAST = Section(
    "Microsoft expects that a budget will be exceeded",
    meaning="""
    Microsoft's forecast of the spending at the end of the period exceeds a budget that is set in Azure. A budget has a
    forecast only if one of its own alerts is on the forecasted cost (`azure_budget_forecast`). The period is that of
    the budget: a month, a quarter or a year, as the label `time_grain` says. The alert is silent once the budget is
    used up.
    """,
    impact="If spending does not slow down, the budget is exceeded before the period ends.",
    diagnosis="""
    Compare the forecast with what is spent, and look for a jump of the daily cost:

        azure_billing:budget:forecast{account="…"}
        azure_billing:budget:spent{account="…"}
        sum by (subscription_name, currency) (azure_cost_daily{account="…"})
    """,
    mitigation="""
    Proceed as for [a budget that is used up](#a-budget-is-used-up). The alert resolves when the forecast falls below
    the budget, which Azure evaluates once a day, or when the budget is used up and `AzureBudgetUsedUp` fires.
    """,
    silencing="If the overrun is accepted, by `account`, `budget` and `scope`, until the end of the period.",
)

WITHOUT_BUDGET = Section(
    "A customer without a budget",
    meaning="A customer has costs but no spending budget, while other customers of the same partner have one.",
    impact="No budget alert covers this customer, whatever it spends.",
    diagnosis="""
    List the customers of the partner and their costs:

        partner_center_customer_cost_month_to_date{account="…"}
        unless on (account, customer_id) partner_center_customer_budget_amount
    """,
    mitigation="Set a budget in Partner Center (*Customers > … > Azure spending*).",
    silencing="By `account` and `customer_id`, for customers that are not meant to have a budget.",
)


def _spent_of_amount() -> str:
    spent, amount = (series(f"azure_billing:budget:{name}", LABELS, MONEY) for name in ("spent", "amount"))
    return f"{spent} of {amount} {label('currency')}."


HALF_USED = Alert(
    "AzureBudgetHalfUsed",
    "info",
    "azure_billing:budget:used_ratio >= 0.5",
    summary="50% of a budget is used.",
    description=f"""
    Budget {NAMED} is {value(PERCENTAGE)} used: {_spent_of_amount()}
    """,
    runbook=USED_UP,
)

ALERTS = (
    HALF_USED,
    replace(
        HALF_USED,
        name="AzureBudgetNearlyUsed",
        severity="warning",
        expr="azure_billing:budget:used_ratio >= 0.8",
        summary="80% of a budget is used.",
    ),
    Alert(
        "AzureBudgetUsedUp",
        "critical",
        """
        azure_billing:budget:used_ratio >= 1
        or (azure_billing:budget:spent > azure_billing:budget:amount) and azure_billing:budget:amount == 0
        """,
        summary="A budget is used up.",
        description=f"""
        Budget {NAMED} is
        {queried("azure_billing:budget:used_ratio%s", LABELS, f"{first(PERCENTAGE)} used", otherwise="exceeded")}:
        {_spent_of_amount()}
        """,
        runbook=USED_UP,
        comment="A budget of zero has no used ratio: any spending exceeds it.",
    ),
    Alert(
        "AzureBudgetPace",
        "warning",
        """
        azure_billing:budget:projected / (azure_billing:budget:amount > 0) > 1
        and azure_billing:budget:used_ratio < 1
        and azure_billing:budget:elapsed_ratio > 0.1 < 0.95
        unless azure_billing:budget:forecast
        """,
        for_="1h",
        summary="At the current rate, a budget will be exceeded before its period ends.",
        description=f"""
        At the current rate, budget {NAMED} will be {value(PERCENTAGE)} used at
        the end of its period ({series("azure_billing:budget:projected", LABELS, MONEY)} {label("currency")}) and used
        up in {series("azure_billing:budget:days_left", LABELS, DAYS)} days.
        """,
        runbook=PACE,
        comment="""
        Fires only while there is time to act: not in the first days, when no trend is known, and not at the very end.
        """,
    ),
    Alert(
        "AzureForecastExceedsBudget",
        "warning",
        """
        azure_billing:budget:forecast / (azure_billing:budget:amount > 0) > 1
        unless azure_billing:budget:used_ratio >= 1
        """,
        for_="1h",
        summary="Microsoft expects that a budget will be exceeded before its period ends.",
        description=f"""
        Microsoft expects budget {NAMED} to be {value(PERCENTAGE)} used at the end of its period
        ({series("azure_billing:budget:forecast", LABELS, MONEY)} {label("currency")}).
        """,
        runbook=FORECAST,
    ),
    Alert(
        "PartnerCenterCustomerWithoutBudget",
        "info",
        """
        (
          max by (account, customer_id, customer_name, currency) (partner_center_customer_cost_month_to_date) > 0
          unless on (account, customer_id)
          max by (account, customer_id) (partner_center_customer_budget_amount)
        )
        and on (account) count by (account) (partner_center_customer_budget_amount)
        """,
        for_="1h",
        summary="A customer has costs but no budget.",
        description="Customer {{ if $labels.customer_name }}{{ $labels.customer_name }}"
        "{{ else }}{{ $labels.customer_id }}{{ end }}"
        f"""
        of account {label("account")} has spent {value(MONEY)} {label("currency")} this month and has no budget.
        """,
        runbook=WITHOUT_BUDGET,
        comment="Only for partners that use budgets, and for customers with a cost above zero.",
    ),
)
