"""Variants of the services that a test can turn on while the simulator runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Literal

from exporter.simulator.azure_switches import AzureSwitches
from exporter.simulator.graph_switches import GraphSwitches


class _Null(Enum):
    NULL = "null"


NULL: Final = _Null.NULL
"""A field of `Switches.token_answer` that is null in the JSON text."""


@dataclass
class Switches(AzureSwitches, GraphSwitches):
    """How each service behaves; every default is the documented form.

    A change takes effect with the next request.
    """

    token_lifetime: int = 3599
    """Lifetime of access tokens in seconds; zero or less issues tokens that have expired already."""
    token_mfa: bool = True
    """Whether the ``amr`` of a user's token contains ``mfa``."""
    refresh_token_error: int | None = None
    """AADSTS number that answers every refresh token: 70000, 700082, 50173, 50076 or 50079."""
    refresh_token_single_use: bool = False
    """Whether a refresh token becomes invalid when it is exchanged."""
    token_answer: Mapping[str, object] = field(default_factory=dict)
    """Fields that replace those of the token endpoint's JSON, or add to them, in tokens and in refusals alike.

    None leaves a field out, `NULL` makes it null; other values are sent as they are, whatever type a client expects.
    """
    token_refused_at_polls: int = 0
    """Which poll of a device, counted from 1 for each device, is answered 503 once; 0 for none."""
    device_code_interval: int = 5
    """Seconds between two polls of a device that waits for a person to sign in."""

    b2c_envelope: Literal["@odata", "odata"] = "@odata"
    """Spelling of the wrapper: ``@odata.context`` or ``odata.metadata``, and the next link alike."""
    b2c_error: Literal["odata.error", "error"] = "odata.error"
    """Azure AD Graph's error body, or Microsoft Graph's with a plain text message."""
    b2c_page_size: int | None = None
    """Rows per page; None answers everything at once."""
    b2c_next_link: Literal["absolute", "relative"] = "absolute"
    b2c_next_link_api_version: bool = False
    """Whether next links carry ``api-version``; Azure AD Graph's usually lack it."""
    b2c_time_zone: Literal["Z", "+00:00", ""] = "Z"
    b2c_fraction_digits: int = 0
    """Fraction digits of time stamps, 0-7."""
    b2c_empty_breakdown: bool = False
    """Whether every seventh day's breakdown is an empty map although its total is not zero."""
    b2c_users_late_days: int = 1
    """Age of the newest user count in days; documented as refreshed every 24 to 48 hours."""
    b2c_bounds_included: bool = False
    """Whether ``TimeStamp gt`` and ``lt`` take their day in, which is not documented."""
    b2c_blocked: bool = False
    """Whether the application's access to Azure AD Graph is blocked (403)."""

    ea_calendar_lag_hours: int = 0
    """For how many hours after a month's end the service still calls that month current.

    Until then paths without a period answer for the old month, the new one has no data under its name
    (`ea_no_rows`, or status 5 of a submitted report) and is not among the billing periods. Custom dates name days and
    no period: theirs are answered.
    """
    ea_page_size: int = 500
    ea_last_link: Literal["empty", "null", "missing"] = "empty"
    """The ``nextLink`` of the last page of usage details."""
    ea_repeat_across_pages: bool = False
    """Whether pages are cut between two rows that are equal in every field."""
    ea_v2_cost: Literal["Cost", "cost"] = "Cost"
    """Spelling of the cost in v1 and v2, whose example and field table differ."""
    ea_balance_form: Literal["object", "array"] = "object"
    ea_balance_period: Literal["number", "string"] = "number"
    """Type of the balance summary's ``billingPeriodId``."""
    ea_etag: Literal["strong", "weak", "absent"] = "strong"
    ea_recurring: Literal["text", "boolean"] = "text"
    """Type of the marketplace charges' ``isRecurringCharge``."""
    ea_csv_dates: Literal["iso", "us"] = "iso"
    """Dates as ``yyyy-MM-dd`` or ``MM/dd/yyyy``."""
    ea_csv_german: bool = False
    """Whether headers are localized, with the English name in parentheses."""
    ea_csv_preamble: bool = True
    """Whether a title and a blank line precede the header."""
    ea_stray_days: int = 0
    """Rows of how many days before and after the requested range come along: in JSON (by period and by custom
    dates), CSV and submitted reports. A range that has no rows of its own still has no data."""
    ea_submit_status: Literal[200, 202] = 202
    ea_report_statuses: tuple[int, ...] = (1, 2, 3)
    """What submitting and then each poll answers: 1 queued, 2 in progress, 3 completed, 4 failed, 5 no data,
    6 ready to download, 7 timed out."""
    ea_ready_names_blob: bool = False
    """Whether status 6 names the blob already."""
    ea_no_rows: Literal[404, 400] = 404
    """Status of a range without usage; both are documented."""

    partner_center_page_size: int | None = None
    partner_center_loop: bool = False
    """Whether the last page links to itself."""
    partner_center_link_prefix: Literal["", "/v1"] = ""
    partner_center_continuation_required: bool = True
    """Whether a following page without ``MS-ContinuationToken`` is refused (400)."""
    partner_center_total_count: int | None = None
    """A ``totalCount`` that need not equal the number of items; None counts them."""
    partner_center_empty: bool = False
    partner_center_duplicates: Literal["", "same_page", "overlapping_pages"] = ""
    """Which customers are listed twice: the first one, in a row; or the last one of each page (see
    `partner_center_page_size`) again at the beginning of the next. ``totalCount`` counts both records of the former,
    but the customers of overlapping pages."""
    partner_center_duplicates_newer: bool = False
    """Whether the second record of a customer listed twice is the current one and the first an earlier one, rated six
    hours before; else they are identical."""
    partner_center_continuation_token: bool = False
    """Whether a page before the last one has a ``continuationToken`` alone, without ``links.next``. The first page
    always has such a token, even if it is the only one: then an empty page follows."""
    partner_center_missing_items: int | None = None
    """After how many records the list stops without a next link, although ``totalCount`` counts all of them."""
    partner_center_null_budget: bool = False
    """Whether a missing budget is ``"amount": null`` instead of absent."""
    partner_center_bom: bool = False
    partner_center_mfa_header: bool = True
    """Whether ``ValidateMfa`` is answered with ``isMfaCompliant``."""
    partner_center_mfa_answer: bool = True
    """Whether a token with ``mfa`` in ``amr`` counts as compliant in that answer."""
    partner_center_enforce_mfa: bool = True
    """Whether a token without ``mfa`` in ``amr`` is refused (401, 900421)."""
