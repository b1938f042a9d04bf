"""Failures with what Microsoft's support asks for, and without what must not be shown."""

import re

from exporter.errors import Failure, Rejected, SignInRequired
from exporter.transport.response import TRACES

PERSON_NEEDED = {
    "900420": "Partner Center accepts only tokens whose audience is its own address: the application needs the "
    "delegated permission user_impersonation of Microsoft Partner Center",
    "900421": "Partner Center demands multi-factor authentication, which the sign-in does not prove",
    "10001": "Partner Center demands multi-factor authentication, which the sign-in does not prove",
}
"""Codes that only another sign-in ends: wrong audience, no MFA, and the latter's number of 2020."""
STATUS = re.compile(r"(GET \S+: \d{3})\b.*", re.DOTALL)
TRACE = re.compile(rf".*( \[(?:{'|'.join(TRACES)}) [\w.:-]{{1,64}}\].*)", re.DOTALL)
STATED = re.compile(r"; the answer says: .*|(: an error with status \d{3}): .*", re.DOTALL)
CODE = re.compile(r"[\w.-]{1,40}")


def explained(failure: Failure, correlation: str, *, account: str, quoted: bool) -> Failure:
    """The failure with the request's correlation id, and with what a person must do where one must.

    Unless it may be `quoted`, the API's own text is left out, since it may name a customer.
    """
    code = failure.code if isinstance(failure, Rejected) else ""
    text = str(failure) if quoted else unquoted(str(failure), code)
    text = text.replace(f" [ms-correlationid {correlation}]", "")
    if why := PERSON_NEEDED.get(code):
        failure, text = SignInRequired(f"{why} ({text})", account), ""
    failure.args = (f"{text or failure} [MS-CorrelationId {correlation}]",)
    return failure


def unquoted(text: str, code: str) -> str:
    """What we say of an answer, without what it says itself: its status, its code and its trace are left."""
    if not (status := STATUS.fullmatch(text)):
        return STATED.sub(r"\1", text)
    trace = TRACE.fullmatch(text)
    return f"{status[1]}{f' {code}' if CODE.fullmatch(code) else ''}{trace[1] if trace else ''}"
