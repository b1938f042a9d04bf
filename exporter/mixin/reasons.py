"""What the reasons of failures mean and what to do about each: for the runbook and the exporter's status page."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from exporter.mixin.rules import anchor


@dataclass(frozen=True)
class Advice:
    """What to do about failures with one of several reasons.

    `titles` has a short name of the failure by its reason; the text is Markdown without links. `section` is the title
    of a section of the runbook about it, if there is one.
    """

    titles: Mapping[str, str]
    text: str
    section: str = ""


REASONS = (
    Advice(
        {"connection": "No connection", "timeout": "No response in time", "tls": "No secure connection"},
        "Check the network, the proxy and the certificates (`ca_file`).",
    ),
    Advice(
        {"throttled": "Too many requests"},
        "The exporter waits until the API accepts requests again.",
        "Throttled for hours",
    ),
    Advice({"server_error": "Error of the API"}, "The API reported an error of its own. The exporter retries."),
    Advice(
        {"login": "Login failed"},
        "The login host does not respond, or it rejects the application. Check the client secret or certificate.",
    ),
    Advice(
        {"sign_in_required": "Interactive sign-in required"},
        "The refresh token has expired, or MFA is required. Run `azure-billing-exporter login <account>`.",
    ),
    Advice(
        {"credential_unreadable": "Credential unreadable"},
        "A file that the configuration names is missing or unreadable, or contains no valid credential.",
    ),
    Advice(
        {"storage": "Storage not writable"},
        "The disk of `storage.path` is full or read-only, or another process holds the lock of a token. Free some "
        "space, and run only one exporter per directory.",
    ),
    Advice(
        {"unauthorized": "Credential not accepted"},
        "The key or token is not accepted: it is expired, revoked, or of another enrollment.",
    ),
    Advice(
        {"forbidden": "Permission missing"},
        "The credential is valid but has no access to the report. The message names the missing permission.",
    ),
    Advice(
        {"not_found": "Not found", "bad_request": "Request rejected"},
        "Check the spelling of the enrollment, tenant or application.",
    ),
    Advice(
        {"malformed": "Unexpected response"},
        "The response does not match the documentation. Report it with the log line.",
    ),
    Advice(
        {"emptied": "Published values are missing"},
        "The response would remove values before their period has ended. The next run decides. If this fails "
        "repeatedly, the source loses different data each time: compare with the portal.",
    ),
    Advice({"internal": "Bug in the exporter"}, "The exporter has a bug. Report it with the traceback from the log."),
)
"""Every value of the label `reason` of `azure_billing_exporter_collector_failures_total`, once."""


def by_reason() -> str:
    """A Markdown list of all reasons."""
    return "\n".join(map(_item, REASONS))


def _item(advice: Advice) -> str:
    see = f" See [{advice.section}](#{anchor(advice.section)})." if advice.section else ""
    text = f"- {', '.join(f'`{reason}`' for reason in advice.titles)}: {advice.text}{see}"
    return textwrap.fill(text, 120, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
