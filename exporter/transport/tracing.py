"""What the log shows of each request at the level debug."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

import requests
from urllib3.util import parse_url

from exporter.errors import Failure
from exporter.transport.response import TRACE, TRACES

log = logging.getLogger(__name__)
SENT = ("x-ms-client-request-id", "client-request-id", "MS-RequestId", "MS-CorrelationId")
"""Headers with the id that the client gives to a request."""
MASK = "<id>"
GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
PERSON = re.compile(r"[^/]*@[^/]*")


@dataclass(frozen=True, slots=True)
class RequestLog:
    """Logs the requests of one account to one API, without queries; where they can be about persons, without ids."""

    api: str
    account: str
    about_persons: bool

    def answered(self, request: requests.PreparedRequest, answer: requests.Response, seconds: float) -> None:
        """A response was read, as far as it was needed; `bytes` are those received of its body."""
        if log.isEnabledFor(logging.DEBUG):
            more = {
                "status": answer.status_code,
                "bytes": answer.raw.tell(),
                **_ids("response", answer.headers, TRACES),
            }
            log.debug("request answered", extra=self._fields(request, seconds) | more)

    def unanswered(self, request: requests.PreparedRequest, failure: Failure, seconds: float) -> None:
        """No response came."""
        if log.isEnabledFor(logging.DEBUG):
            log.debug("request not answered", extra=self._fields(request, seconds) | {"reason": str(failure.reason)})

    def _fields(self, request: requests.PreparedRequest, seconds: float) -> dict[str, object]:
        url = parse_url(request.url or "")
        return {
            "api": self.api,
            "account": self.account,
            "method": request.method,
            "host": url.netloc,
            "path": shown(url.path or "/", about_persons=self.about_persons),
            "seconds": round(seconds, 3),
            **_ids("request", request.headers, SENT),
        }


def shown(path: str, *, about_persons: bool) -> str:
    """A path without addresses of persons, and without the ids of what may be a person."""
    found = PERSON.sub(MASK, unquote(path))
    return GUID.sub(MASK, found) if about_persons else found


def _ids(whose: str, headers: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """The first id of the headers, and their correlation id if it is another one."""
    found = {name: headers[name] for name in names if name in headers and TRACE.fullmatch(headers[name])}
    ids = {f"{whose}_id": value for value in list(found.values())[:1]}
    correlations = [value for name, value in found.items() if "correlation" in name.lower()]
    return ids | {f"{whose}_correlation_id": value for value in correlations[:1] if value not in ids.values()}
