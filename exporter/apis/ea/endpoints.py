"""The requests of each report of an enrollment, for people."""

from collections.abc import Mapping

from exporter.apis.ea.settings import Settings

CURRENCY = ("balancesummary", "pricesheet")
"""What states the currency of rows, unless it is configured."""


def endpoints(settings: Settings) -> Mapping[str, tuple[str, ...]]:
    """Methods and path templates by report; `{…}` is what differs between requests or enrollments."""
    root = f"GET /{settings.api_version}/enrollments/{{enrollment}}"
    currency = () if settings.currency else tuple(f"{root}/{report}" for report in CURRENCY)
    usage = {
        "json": _in_periods(root, "usagedetails"),
        "csv": (f"{root}/usagedetails/download",),
        "csv_async": (f"{root.replace('GET', 'POST')}/usagedetails/submit", "GET {reportUrl}", "GET {blobPath}"),
    }[settings.usage.download]
    periods = f"GET /{min(settings.api_version, 'v2')}/enrollments/{{enrollment}}/billingperiods"
    return {
        "usagedetails": (*usage, *currency),
        "usagedetails_previous_month": (*usage, *currency),
        "balancesummary": (f"{root}/balancesummary", *currency[1:]),
        "marketplacecharges": (*_in_periods(root, "marketplacecharges"), *currency),
        "pricesheet": (f"{root}/pricesheet", *currency[:1]),
        "billingperiods": (periods,),
    }


def _in_periods(root: str, report: str) -> tuple[str, ...]:
    """The current billing period, another one, and days by their dates."""
    return f"{root}/{report}", f"{root}/billingPeriods/{{billingPeriod}}/{report}", f"{root}/{report}bycustomdate"
