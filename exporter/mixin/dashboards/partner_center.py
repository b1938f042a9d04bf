"""*Azure billing / Partner Center*: customers by used share of their budgets, and one customer in detail."""

from exporter.mixin.dashboards.board import Row, dashboard, link
from exporter.mixin.dashboards.panels import (
    BUDGET,
    COUNT,
    DAYS,
    MONEY,
    RATIO,
    SECONDS,
    Query,
    bars,
    stat,
    timeseries,
)
from exporter.mixin.dashboards.tables import table
from exporter.mixin.dashboards.variables import Variable

COST = "partner_center_customer_cost_month_to_date"
ACCOUNT = Variable("account", "Account", "label_values(partner_center_customers, account)")
CURRENCY = Variable("currency", "Currency", f'label_values({COST}{{account=~"$account"}}, currency)', multi=False)
CUSTOMER = Variable(
    "customer",
    "Customer",
    'query_result(partner_center_customer_info{account=~"$account"})',
    multi=False,
    regex='/customer_id="(?<value>[^"]+)"(?:, ?customer_name="(?<text>[^"]+)")?/',
)
ACCOUNTS = 'account=~"$account"'
MINE = f'{ACCOUNTS},currency="$currency"'
ONE = f'{ACCOUNTS},customer_id="$customer"'
NAMED = "{{budget}} {{currency}}"

CUSTOMERS = Row(
    "Customers",
    (
        (
            stat(
                "Customers",
                "Customers with a usage record.",
                COUNT,
                Query(f"sum by (account) (partner_center_customers{{{ACCOUNTS}}})", "{{account}}"),
            ),
            5,
            4,
        ),
        (
            stat(
                "Without a budget",
                "Customers that have no budget.",
                COUNT,
                Query(f"sum by (account) (partner_center_customers_without_budget{{{ACCOUNTS}}})", "{{account}}"),
            ),
            5,
            4,
        ),
        (
            stat(
                "Over budget",
                "Customers that have spent at least their budget, in any currency.",
                COUNT,
                Query(
                    f'count by (account) (azure_billing:budget:used_ratio{{{ACCOUNTS},customer_id!=""}} >= 1 or '
                    f'azure_billing:budget:spent{{{ACCOUNTS},customer_id!=""}} > azure_billing:budget:amount)',
                    "{{account}}",
                ),
                steps=((0, "green"), (1, "red")),
                no_value="none",
            ),
            5,
            4,
        ),
        (
            stat(
                "Cost of all customers, $currency",
                "Estimated cost of the current billing period of all customers that pay in this currency.",
                MONEY,
                Query(f"sum by (account, currency) ({COST}{{{MINE}}})", "{{account}} {{currency}}"),
            ),
            9,
            4,
        ),
        (
            bars(
                "Customers by used share of budget",
                "Share of the budget that is spent, top 15, in any currency.",
                RATIO,
                Query(f'sort_desc(topk(15, azure_billing:budget:used_ratio{{{ACCOUNTS},customer_id!=""}}))', NAMED),
                steps=BUDGET,
                min=0,
                max=1,
            ),
            10,
            12,
        ),
        (
            timeseries(
                "Most expensive customers, $currency",
                "Estimated cost of the billing period so far, top 10.",
                MONEY,
                Query(f"topk(10, {COST}{{{MINE}}})", "{{customer_name}} {{currency}}"),
            ),
            14,
            12,
        ),
        (
            table(
                "All customers",
                "All customers, each in its own currency.",
                {"customer_name": "Customer", "customer_id": "Id", "currency": "Currency"},
                Query(f"max by (customer_id, customer_name, currency) ({COST}{{{ACCOUNTS}}})", "Cost"),
                Query(
                    "max by (customer_id, customer_name, currency) "
                    f"(partner_center_customer_budget_amount{{{ACCOUNTS}}})",
                    "Budget",
                ),
                Query(
                    "max by (customer_id, customer_name, currency) "
                    f'(azure_billing:budget:used_ratio{{{ACCOUNTS},customer_id!=""}})',
                    "Used",
                ),
                Query(
                    "max by (customer_id, customer_name, currency) "
                    f'(azure_billing:budget:projected{{{ACCOUNTS},customer_id!=""}})',
                    "Projected",
                ),
                Query(
                    "max by (customer_id, customer_name, currency) "
                    f'(azure_billing:budget:days_left{{{ACCOUNTS},customer_id!=""}})',
                    "Days left",
                ),
                sort="Used",
                units={"Cost": MONEY, "Budget": MONEY, "Used": RATIO, "Projected": MONEY, "Days left": DAYS},
                steps={"Used": BUDGET},
                links={
                    "Customer": (
                        "Details of this customer",
                        link(
                            "azure-billing-partner-center",
                            "var-customer=${__data.fields.Id}",
                            "${account:queryparam}",
                            "${datasource:queryparam}",
                        ),
                    )
                },
            ),
            24,
            14,
        ),
    ),
)
TREND = Row(
    "One customer",
    (
        (
            timeseries(
                "Cost and budget",
                "Estimated cost of the billing period so far, its projection, and the budget, in its currency.",
                MONEY,
                Query(f"{COST}{{{ONE}}}", "cost, {{currency}}"),
                Query(f"partner_center_customer_budget_amount{{{ONE}}}", "budget, {{currency}}"),
                Query(f"azure_billing:budget:projected{{{ONE}}}", "projected, {{currency}}"),
                interval="1h",
            ),
            16,
            9,
        ),
        (
            stat(
                "Budget used",
                "Share of the budget that is spent.",
                RATIO,
                Query(f"azure_billing:budget:used_ratio{{{ONE}}}", "{{budget}}"),
                steps=BUDGET,
                no_value="no budget",
            ),
            8,
            5,
        ),
        (
            stat(
                "Age of the record",
                "Time since Microsoft last changed the customer's usage record.",
                SECONDS,
                Query(
                    f"time() - partner_center_customer_last_modified_timestamp_seconds{{{ONE}}}", "{{customer_name}}"
                ),
            ),
            8,
            4,
        ),
    ),
)

BOARD = dashboard(
    "azure-billing-partner-center",
    "Azure billing / Partner Center",
    "Costs and budgets of all customers.",
    (ACCOUNT, CURRENCY, CUSTOMER),
    (CUSTOMERS, TREND),
)
