"""What to do about a report that failed."""

from collections.abc import Mapping

from exporter.errors import Failure, Reason

NETWORK = "check base_url, the proxy and the network, then repeat the command"
LATER = "repeat the command later"
ADVICE: Mapping[Reason, str] = {
    Reason.CONNECTION: NETWORK,
    Reason.TIMEOUT: f"{NETWORK}, or increase timeout",
    Reason.TLS: "check ca_file and the proxy",
    Reason.THROTTLED: LATER,
    Reason.SERVER_ERROR: LATER,
    Reason.LOGIN: "check the identity and its secret with check-config",
    Reason.CREDENTIAL_UNREADABLE: "check the files of the secrets with check-config",
    Reason.STORAGE: "check that storage.path can be written",
    Reason.UNAUTHORIZED: "check whether the credential is valid and has not expired",
    Reason.FORBIDDEN: "grant the permission that README.md names below Credentials",
    Reason.NOT_FOUND: "check the account's names and numbers, and the days",
    Reason.BAD_REQUEST: "check the days and the columns",
}
"""By reason; the texts of other failures say it themselves, or nothing can be done but to report them."""


def advised(failure: Failure) -> str:
    """The failure in words, its reason, and what to do about it."""
    advice = ADVICE.get(failure.reason, "")
    return f"{failure} ({failure.reason}{f': {advice}' if advice else ''})"
