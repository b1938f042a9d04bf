"""The sections of the runbook about budgets."""

from exporter.mixin.alerts.owners import BUDGET_OWNER, PARTNER
from exporter.mixin.rules import Section

USED_UP = Section(
    "A budget is used up",
    meaning="""
    Spending in this billing period has reached a threshold of a budget: 50, 80 or 100 %, or what is configured
    (`thresholds` of a budget, `azure_budget_thresholds`, `budget_thresholds` of Partner Center). Only the alert of the
    highest threshold that is reached fires. The budget is configured (costs, B2C); or it is set in Azure, and the alert
    has the labels `scope` and `time_grain`, the length of the budget's period; or it is a customer's budget in Partner
    Center, and the alert has the labels `customer_id` and `customer_name`. A budget of zero has no used ratio: any
    spending against it fires `AzureBudgetUsedUp`.

    If a threshold is reached by more than 100 customers of one partner account, one alert for the account takes the
    place of theirs. It has no label `budget`; its text names the highest, and the dashboard lists all.

    The text says as of when the amounts are: on the first of a month, they may still be those of the month before.
    """,
    impact="Nothing is switched off when a budget is used up. Costs continue.",
    diagnosis="""
    Find out what causes the cost, with the dashboard of `dashboard_url`, or with a query:

        topk(10, sum by (subscription_name, meter_name, currency) (azure_cost_month_to_date{account="…"}))

    The thresholds that apply, and the used share that is compared with them:

        azure_billing:budget:threshold_ratio{account="…"} or azure_billing:customer_budget:threshold_ratio{account="…"}
        azure_billing:budget:reached_ratio{account="…"} or azure_billing:customer_budget:reached_ratio{account="…"}
    """,
    mitigation="""
    Talk to the owner of the budget. Stop what is not needed, or raise the budget: in the configuration, followed by a
    reload, in Azure (*Cost Management > Budgets*), or in Partner Center.
    """,
    resolution="""
    When the used share falls by more than two percentage points and below the threshold: the budget is raised, or the
    first data of the new period arrives, some hours after the period begins; Azure evaluates its budgets once a day.
    An alert of a lower severity resolves when the next threshold is reached. While the exporter is not scraped, the
    alert keeps its state for a day.
    """,
    silencing="""
    If the overrun is accepted, by `account` and `budget`, until the end of the billing period. For a budget that is set
    in Azure, also by `scope`; for a customer of Partner Center, by `customer_id`.
    """,
    ownership=BUDGET_OWNER,
)

PACE = Section(
    "A budget will be used up",
    meaning="""
    A linear projection of the spending so far exceeds the budget at the end of the billing period. For B2C, the
    projection is the exporter's own estimate, which includes the tiers of the price list. The projection is based on
    the instant of the data, so late usage does not lower it; the days that are left count from now. For customers of
    Partner Center, that instant is the last change of the usage record, or a day and a half before the last run.

    The alert is silent in the first tenth of the period, when no trend is known, and in the last twentieth, when it is
    too late to act. It is also silent once the budget is used up.

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
        azure_billing:budget:projected{account="…"} / azure_billing:budget:amount
        azure_billing:customer:projected{account="…"}
    """,
    mitigation="Proceed as for [a budget that is used up](#a-budget-is-used-up).",
    resolution="""
    When the projection falls below the budget, and by more than a twentieth of the period without new costs would lower
    it, so that costs that arrive once a day do not resolve it; when the budget is used up and `AzureBudgetUsedUp`
    fires; or in the last twentieth of the period. In each case the alert resolves two hours later, so that a restart
    changes nothing. While the exporter is not scraped, the alert keeps its state for a day.
    """,
    silencing="""
    If the cost was charged once and no more of it will follow, by `account` and `budget`, until the end of the billing
    period.
    """,
    ownership=BUDGET_OWNER,
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
    mitigation="Proceed as for [a budget that is used up](#a-budget-is-used-up).",
    resolution="""
    A day after the forecast, which Azure evaluates once a day, falls below the budget, so that a forecast about as high
    as the budget does not notify daily; or a day after the budget is used up, while `AzureBudgetUsedUp` inhibits it.
    """,
    silencing="If the overrun is accepted, by `account`, `budget` and `scope`, until the end of the period.",
    ownership=BUDGET_OWNER,
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
    resolution="Two hours after a run of the collector `usagerecords` has found a budget, or no cost any more.",
    silencing="By `account` and `customer_id`, for customers that are not meant to have a budget.",
    ownership=PARTNER,
)
