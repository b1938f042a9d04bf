"""Failures as they are shown: with the correlation id for Microsoft's support, without names that are not shown."""

import re

from exporter.errors import Failure, Rejected, SignInRequired
from exporter.transport.response import TRACES

SIGN_IN_AGAIN = {
    "900420": "Partner Center accepts only tokens whose audience is its own address: the application needs the "
    "delegated permission user_impersonation of Microsoft Partner Center",
    "900421": "Partner Center demands multi-factor authentication, which the sign-in does not prove",
    "10001": "Partner Center demands multi-factor authentication, which the sign-in does not prove",
}
"""Codes that require another sign-in: wrong audience, no MFA, and the latter's number of 2020."""
STATUS = re.compile(r"(GET \S+: \d{3})\b.*", re.DOTALL)
TRACE = re.compile(rf".*( \[(?:{'|'.join(TRACES)}) [\w.:-]{{1,64}}\].*)", re.DOTALL)
STATED = re.compile(r"; the answer says: .*|(: an error with status \d{3}): .*", re.DOTALL)
CODE = re.compile(r"[\w.-]{1,40}")


def explained(failure: Failure, correlation: str, *, account: str, quoted: bool) -> Failure:
    """The failure with the request's correlation id, as `SignInRequired` where only another sign-in helps.

    The API's own text is left out unless it may be `quoted`, since it may name a customer.
    """
    code = failure.code if isinstance(failure, Rejected) else ""
    text = str(failure) if quoted else unquoted(str(failure), code)
    text = text.replace(f" [ms-correlationid {correlation}]", "")
    if why := SIGN_IN_AGAIN.get(code):
        failure, text = SignInRequired(f"{why} ({text})", account), ""
    failure.args = (f"{text or failure} [MS-CorrelationId {correlation}]",)
    return failure


def unquoted(text: str, code: str) -> str:
    """A failure's text without the API's own: its status, its code and its trace remain."""
    if not (status := STATUS.fullmatch(text)):
        return STATED.sub(r"\1", text)
    trace = TRACE.fullmatch(text)
    return f"{status[1]}{f' {code}' if CODE.fullmatch(code) else ''}{trace[1] if trace else ''}"
