"""Variants of Azure Resource Manager, the storage account and the managed identities."""

from dataclasses import dataclass
from typing import Literal


@dataclass
class AzureSwitches:
    """How these services behave; every default is the documented form."""

    cost_management_client_type_required: bool = False
    """Whether requests without ``ClientType`` share a bucket that others have used up (429)."""
    cost_management_throttled: Literal["", "bare", "client_type", "several", "consumption", "arm"] = ""
    """The 429 of every request: without a wait, with one that is too short, with several, of Microsoft.Consumption,
    or of Azure Resource Manager."""
    cost_management_quota_headers: bool = True
    """Whether good answers state what is left of the quotas."""
    cost_management_quota_enforced: bool = False
    """Whether more than 12 QPU in 10 seconds, 60 in a minute or 600 in an hour are refused (429)."""
    cost_management_refusal: Literal["", "Unauthorized", "RBACAccessDenied", "AuthorizationFailed",
                                     "IndirectCostDisabled"] = ""  # fmt: skip
    """The error of a principal without a role: 401, 403 of Cost Management, 403 of ARM, 403 of hidden charges."""
    cost_management_commitments: bool = False
    """Whether the enrollment has a reservation, a savings plan and a refund, which its old reports never had."""
    cost_management_directories: bool = False
    """Whether the customer directories are billed to the enrollment too, whose old reports never had them, and not
    only to the subscription `identity`."""
    cost_management_empty: bool = False
    """Whether no scope has any costs."""
    cost_management_no_data: Literal["rows", "204"] = "rows"
    """How a query without data is answered: without rows, or 204."""
    cost_management_column_order: Literal["documented", "changing"] = "documented"
    """Whether the columns come in another order with each answer."""
    cost_management_cost_column: Literal["field", "alias", "PreTaxCost"] = "field"
    """Name of a cost column: the aggregated field, the alias of the aggregation, or ``PreTaxCost`` whatever was
    requested."""
    cost_management_number_form: Literal["exact", "double"] = "exact"
    """Whether amounts of a query have all of their digits, or 15 to 17 significant ones."""
    cost_management_page_size: int = 1000
    cost_management_last_link: Literal["null", "missing"] = "null"
    cost_management_max_groupings: int = 9
    """Groupings beyond this number are refused; 2 is documented, 9 were observed to work."""
    cost_management_forecast: bool = True
    """Whether there is enough history for a forecast; else 424."""
    cost_management_budgets_page_size: int | None = None
    """Budgets per page; None lists all of them at once, as documented."""

    cost_details_accepted: int = 2
    """How many times a report is answered 202: the POST, then polls; 0 answers the POST with the result."""
    cost_details_retry_after: int | None = 60
    """Seconds in the ``Retry-After`` of reports and price sheets; None leaves the header out."""
    cost_details_moves: bool = False
    """Whether each 202 names another ``Location``, and the earlier ones are gone (404)."""
    cost_details_no_data: Literal["204", "status"] = "204"
    """How a report without rows ends: 204, or 200 with the status ``NoDataFound``."""
    cost_details_failed: bool = False
    """Whether every report ends with the status ``Failed``."""
    cost_details_rows_per_part: int = 1000
    cost_details_bom: bool | None = None
    """Whether files begin with a byte order mark; None: those of a Microsoft Customer Agreement do."""
    cost_details_columns: Literal[53, 55, 57] = 55
    """Columns of an Enterprise Agreement's files."""
    price_sheet_running: int = 1
    """How many polls of a price sheet are answered 200 with the status ``Running``."""
    price_sheet_fields: Literal["downloadUrl", "reportUrl"] = "downloadUrl"
    """Names of an enrollment's result: ``downloadUrl`` and ``validTill``, or ``reportUrl`` and ``validUntil``."""

    storage_refusal: Literal["", "role", "firewall"] = ""
    """Whether a missing role or the firewall refuses every request (403)."""
    storage_page_size: int | None = None
    """Entries per page of a listing, below ``maxresults``; None: as many as are requested."""
    storage_empty_page: bool = False
    """Whether the first page of each listing is empty and has a marker."""
    storage_hierarchical: bool = False
    """Whether the account has directories (Data Lake), which are listed too."""
    storage_content_encoding: bool = False
    """Whether compressed files are served with ``Content-Encoding: gzip``."""
    storage_content_md5: bool = True
    storage_overwrites: int = 0
    """After how many of the next listings another run replaces what was listed, in exports that overwrite."""
    storage_rows_per_part: int = 1000
    storage_bom: bool = False
    """Whether exported CSV files begin with a byte order mark."""
    storage_empty_run: bool = False
    """Whether the newest run of each export has no rows: a manifest without parts."""
    storage_manifest_name: Literal["manifest.json", "_manifest.json"] = "manifest.json"

    managed_identity_fault: Literal["", "unknown_identity", "not_found", "gone", "throttled", "error"] = ""
    """What IMDS answers to every request: 400, 404 in plain text, 410, 429 or 500."""
    managed_identity_lifetime: int = 86_399
    """Lifetime of a managed identity's tokens in seconds."""
