"""What is left of an API's quotas, as its responses state."""

import re
from collections.abc import Mapping

HEADER = re.compile(
    r"x-ms-ratelimit-(?:microsoft\.(?:costmanagement|consumption)-(?P<used>qpu|entity|tenant|client|clienttype)-remaining"
    r"|remaining-microsoft\.(?:costmanagement|consumption)-(?P<sent>qpu|entity|tenant|client|clienttype)-requests"
    r"|remaining-(?P<arm>(?:subscription|tenant)-(?:global-)?(?:reads|writes|resource-requests|resource-entities-read)))"
    r"|ratelimit-(?P<plain>remaining)",
    re.IGNORECASE,
)
NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
LEFT = re.compile(r"(?P<name>\w{1,40}):(?P<left>[0-9]{1,9})", re.ASCII)
SPANS = {"queriesperhour": "_per_hour", "queriespermin": "_per_minute", "queriespersec": "_per_second"}


def remaining(headers: Mapping[str, str]) -> Mapping[str, float]:
    """Requests or query units left, by quota, such as `clienttype` or `qpu_per_hour`; empty where none is stated.

    Seen: `x-ms-ratelimit-remaining-subscription-reads: 11999` of Azure Resource Manager, which is `subscription_reads`;
    with several parts `x-ms-ratelimit-microsoft.costmanagement-qpu-remaining: QueriesPerHour:577,QueriesPerMin:59` and
    `x-ms-ratelimit-remaining-microsoft.costmanagement-clienttype-requests: DefaultQuota:3`. `RateLimit-Remaining` is
    `requests`. Only what these headers are known to be about becomes a name, so that no server can make up any number
    of them; of several parts with one name the smallest counts.
    """
    found: dict[str, float] = {}
    for header, text in headers.items():
        if not (about := HEADER.fullmatch(header)):
            continue
        if plain := about["arm"] or about["plain"]:
            if NUMBER.fullmatch(text.strip()):
                found["requests" if about["plain"] else plain.lower().replace("-", "_")] = float(text)
            continue
        for part in text.split(","):
            if stated := LEFT.fullmatch(part.strip()):
                quota = (about["used"] or about["sent"]).lower() + SPANS.get(stated["name"].lower(), "")
                found[quota] = min(float(stated["left"]), found.get(quota, float("inf")))
    return found
