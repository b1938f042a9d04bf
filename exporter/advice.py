"""What to do about a report that failed, for the commands that read reports once."""

from collections.abc import Mapping
from dataclasses import dataclass

from exporter.apis import ALL
from exporter.errors import Failure, RateLimited, Reason, Transient
from exporter.runtime.causes import Cause, cause
from exporter.runtime.job import Job

NETWORK = "check base_url, the proxy and the network, then repeat the command"
LOGIN_HOST = "check authority, the proxy and the network, then repeat the command"
LATER = "repeat the command later"
ADVICE: Mapping[Reason, str] = {
    Reason.CONNECTION: NETWORK,
    Reason.TIMEOUT: f"{NETWORK}, or increase timeout",
    Reason.TLS: "check ca_file and the proxy",
    Reason.THROTTLED: LATER,
    Reason.SERVER_ERROR: LATER,
    Reason.LOGIN: "check the identity and its secret",
    Reason.CREDENTIAL_UNREADABLE: "check that the files of the secrets exist and that this user can read them",
    Reason.STORAGE: "check that storage.path can be written",
    Reason.UNAUTHORIZED: "check whether the credential is valid and has not expired",
    Reason.NOT_FOUND: "check the account's names and numbers, and the days",
    Reason.BAD_REQUEST: "check the days and the columns",
}
"""By reason; the texts of other failures say it themselves, or nothing can be done but to report them."""
PERMISSIONS: Mapping[str, str] = {api.name: api.permissions for api in ALL}


@dataclass(frozen=True, slots=True)
class Explained:
    """A failure without what to do about it, and the latter.

    `same_as` is the report of the account that has failed for the same cause before; there is no advice then.
    """

    text: str
    advice: str
    same_as: str = ""


class Explanations:
    """Explains failures; what several reports of an account have in common is explained once."""

    def __init__(self) -> None:
        self._causes: dict[Cause, str] = {}
        self._advised: dict[tuple[str, str, str], str] = {}

    def explained(self, job: Job, failure: Failure) -> Explained:
        """The failure of a report, and what to do about it."""
        name, text = job.collector.name, failure.without_advice
        first = self._causes.setdefault(cause(job, failure.reason, text), name)
        if first != name:
            return Explained(text, "", first)
        advice = advice_for(job.api, failure)
        before = self._advised.setdefault((job.api, job.account, advice), name)
        return Explained(text, advice if before == name or not advice else f"as for {before}")


def advice_for(api: str, failure: Failure) -> str:
    """What to do about a failure of an API; empty where that is not known."""
    if failure.advice:
        return failure.advice
    if failure.reason is Reason.FORBIDDEN:
        return f"grant the permission that {PERMISSIONS[api]} names"
    if failure.reason is Reason.LOGIN and isinstance(failure, Transient):  # no answer of the login host itself
        return LATER if isinstance(failure, RateLimited) else LOGIN_HOST
    return ADVICE.get(failure.reason, "")
