"""The options of `report`."""

import argparse

from exporter.option_values import Each

REPORT_FORMATS = ("table", "json", "jsonl", "csv", "xml", "list", "markdown")
"""The formats of `report`."""


def add_report(command: argparse.ArgumentParser) -> None:
    """Add what selects the rows of a report, and their format."""
    command.add_argument("api", help="b2c, cost_management, ea or partner_center, as in the configuration")
    command.add_argument(
        "reports", metavar="report", nargs="+", help="name of the report, as in `reports` of the configuration"
    )
    command.add_argument(
        "--format", choices=REPORT_FORMATS, default="table", help="amounts are in cents for people, exact for programs"
    )
    command.add_argument("--output", metavar="FILE", help="file that is replaced as a whole; default: standard output")
    for option, dest, metavar, text in (
        ("--account", "accounts", "NAME", "account that is read; may be repeated; default: all accounts of the API"),
        ("--application", "applications", "ID", "b2c: an application's name or id; may be repeated"),
    ):
        command.add_argument(option, dest=dest, metavar=metavar, action=Each, type=lambda text: (text,), help=text)
    command.add_argument("--since", metavar="DAY", help="first day: 2026-11-01, month for the current month, or 30d")
    command.add_argument("--until", metavar="DAY", help="last day, which is included; default: today")
    command.add_argument("--period", help="billing period: 202611, current or previous")
    command.add_argument(
        "--group-by",
        dest="group_by",
        metavar="COLUMNS",
        help="columns to sum by, such as date,subscription_name; for costs any documented column, and tags as tag_env",
    )
    command.add_argument(
        "--over-budget",
        dest="over_budget",
        action="store_true",
        help="partner_center usagerecords: only customers who have spent more than their budget",
    )
