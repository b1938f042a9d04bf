"""The meaning of errors that the reporting APIs answer with."""

import re

import msgspec

from exporter.errors import Rejected

NO_DATA = re.compile(
    r"\bno\b.{0,40}\b(data|usage|charges?|records?|balance|prices?)\b"
    r"|not (have|contain).*data|data.*not (available|found)",
    re.IGNORECASE,
)
OTHER = re.compile(
    r"\b(invalid|unknown|unsupported|not supported|expired|exceed|unavailable|timed? ?out|down\b|error|fail|gateway)",
    re.IGNORECASE,
)
UNKNOWN = re.compile(
    r"\b(enrollments?|resource|(api )?version|route|path|ur[il]|endpoint|host|site|page|subscription|agreement)\b",
    re.IGNORECASE,
)
"""The subject of a message that is not about data: the address is wrong, not the days."""


class Error(msgspec.Struct):
    """The HTTP status as text, and a readable message."""

    code: str
    message: str = ""


class Envelope(msgspec.Struct):
    """The one body that is documented for errors."""

    error: Error


ENVELOPE = msgspec.json.Decoder(Envelope)


def means_no_data(refused: Rejected) -> bool:
    """Whether the service itself reports that it has no data for these days: 404, or 400 with such a message.

    An error page of another host, or a message about the enrollment, the version or the parameters, does not.
    """
    try:
        error = ENVELOPE.decode(refused.body.removeprefix(b"\xef\xbb\xbf")).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    if refused.status not in {400, 404} or error.code != str(refused.status) or OTHER.search(error.message):
        return False
    return bool(NO_DATA.search(error.message)) or (refused.status == 404 and not UNKNOWN.search(error.message))


def explained(refused: Rejected) -> Rejected:
    """The same refusal, with what to do about a key that may not read the report."""
    if "report view" not in str(refused).lower():
        return refused
    text = "a department's or account owner's key reads usage only: use an enrollment administrator's, or"
    return refused.with_text(f"{refused} ({text} disable this report)")
