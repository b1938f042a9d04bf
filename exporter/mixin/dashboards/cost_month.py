"""The row of *Azure billing / Cost* on the current month of each account."""

from exporter.mixin.dashboards.board import Row
from exporter.mixin.dashboards.cost_panels import BILL, ELAPSED, MINE
from exporter.mixin.dashboards.panels import AGE, CHANGE, DAYS, MONEY, RATIO, Query, timeseries
from exporter.mixin.dashboards.tables import limited, table

COLUMNS = {"account": "Account", "currency": "Currency"}


def _one(name: str) -> str:
    return f"max by (account, currency) ({name})"


DATA = 'azure_billing:data:timestamp_seconds{account=~"$account",collector="usagedetails"}'
TEN = f"topk(10, max by (account) (azure_billing:cost:month_to_date{{{BILL}}} @ end()))"


def _of_each(values: str) -> str:
    """Values of accounts, for each account and currency that has costs."""
    costs = _one(f"azure_billing:cost:month_to_date{{{BILL}}}")
    return f"{costs} * 0 + on (account) group_left () max by (account) ({values})"


def _largest(query: str) -> str:
    return limited(query, ("account",), TEN)


MONTH = Row(
    "The month",
    (
        (
            table(
                "Accounts, $currency",
                "Cost of the current billing period so far and at its end at the current rate, Microsoft's forecast, "
                "the cost of the previous period, and the age of the data in days. Scopes of accounts may overlap, so "
                "there is no sum.",
                COLUMNS,
                Query(_one(f"azure_billing:cost:month_to_date{{{BILL}}}"), "Month to date"),
                Query(_one(f"azure_billing:cost:projected{{{BILL}}}"), "Projected"),
                Query(_one(f"azure_cost_forecast_month{{{MINE}}}"), "Forecast"),
                Query(_one(f"azure_billing:cost:previous_month{{{BILL}}}"), "Last month"),
                Query(_one(f"azure_billing:cost:month_over_month_ratio{{{BILL}}}") + " - 1", "Change"),
                Query(_of_each(ELAPSED), "Elapsed"),
                Query(f"(time() - ({_of_each(DATA)})) / 86400", "Data (d)"),
                sort="Month to date",
                units={
                    "Month to date": MONEY,
                    "Projected": MONEY,
                    "Forecast": MONEY,
                    "Last month": MONEY,
                    "Change": RATIO,
                    "Elapsed": RATIO,
                    "Data (d)": DAYS,
                },
                steps={"Change": CHANGE, "Data (d)": AGE},
            ),
            24,
            7,
        ),
        (
            timeseries(
                "Cost of the month over time, $currency",
                "Cost of the billing period so far, and Microsoft's forecast of the whole month (dashed), of the ten "
                "accounts with the highest cost. It resets every month.",
                MONEY,
                Query(_largest(_one(f"azure_billing:cost:month_to_date{{{BILL}}}")), "{{account}}, {{currency}}"),
                Query(
                    _largest(_one(f"azure_cost_forecast_month{{{MINE}}}")),
                    "{{account}}, forecast, {{currency}}",
                    dashed=True,
                ),
                interval="1h",
            ),
            12,
            12,
        ),
        (
            timeseries(
                "Daily cost and its mean, $currency",
                "Cost of the newest complete day, and the mean of the four preceding weeks (dashed), of the same "
                "accounts.",
                MONEY,
                Query(_largest(f"azure:cost_daily:by_account{{{MINE}}}"), "{{account}}, {{currency}}"),
                Query(
                    _largest(f"azure:cost_daily:by_account_mean_4w{{{MINE}}}"),
                    "{{account}}, mean, {{currency}}",
                    dashed=True,
                ),
                interval="1h",
            ),
            12,
            12,
        ),
    ),
)
