"""A day of 1,000,000 entries of a B2C audit log: from the answers' bytes to stored counts, against plain
typed decoding, of every documented property and nothing else.

Prints the CPU time of both, and their ratio, how long decoding nothing but the counted properties takes, and how much
memory the counting takes. Three entries in four belong to
sign-ins of 200,000 users, with three tokens each; the others are not counted.
"""

import gc
import re
import resource
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import requests

from exporter.apis.b2c.graph.audit_log import AuditLog
from exporter.apis.b2c.graph.counts import DailyCounts
from exporter.apis.b2c.graph.journal import AUTHENTICATIONS
from exporter.apis.b2c.graph.plan import PAGE
from exporter.model.collection import Run
from exporter.transport.response import Response

ENTRIES = 1_000_000
LIMIT = 0.7
DAY = datetime(2026, 11, 19, tzinfo=UTC)
EVENTS = (
    "Validate local account credentials",
    "Exchange token",
    "Issue an access token to the application",
    "Issue an id_token to the application",
)
APART = timedelta(microseconds=86_000)
BOUNDS = re.compile(r"[gl]e (\S+Z)")
ADDRESS = "http://localhost/v1.0/auditLogs/directoryAudits"


class App(msgspec.Struct, rename="camel"):
    """The application that started an activity."""

    app_id: str | None
    display_name: str | None
    service_principal_id: str | None
    service_principal_name: str | None


class Initiator(msgspec.Struct):
    """Who started an activity."""

    user: dict[str, str | None] | None
    app: App | None


class Target(msgspec.Struct, rename="camel"):
    """What an activity was about."""

    id: str | None
    display_name: str | None
    type: str | None
    user_principal_name: str | None
    group_type: str | None
    modified_properties: list[dict[str, str | None]]


class Detail(msgspec.Struct):
    """A property that depends on the activity."""

    key: str
    value: str | None


class Entry(msgspec.Struct, rename="camel"):
    """An entry with all of its documented properties."""

    id: str
    category: str
    correlation_id: str
    result: str
    result_reason: str
    activity_display_name: str
    activity_date_time: datetime
    logged_by_service: str
    operation_type: str
    initiated_by: Initiator
    target_resources: list[Target]
    additional_details: list[Detail]


class Page(msgspec.Struct):
    """A page of them."""

    value: list[Entry]
    next_link: str | None = msgspec.field(name="@odata.nextLink", default=None)


class CountedTarget(msgspec.Struct, gc=False):
    """What is counted of a target."""

    id: str | None


class CountedEntry(msgspec.Struct, rename="camel", gc=False):
    """An entry with nothing but the properties that are counted."""

    activity_display_name: str
    activity_date_time: str
    id: str
    correlation_id: str
    logged_by_service: str
    result: str
    target_resources: list[CountedTarget]
    additional_details: list[Detail]


class CountedPage(msgspec.Struct):
    """A page of them."""

    value: list[CountedEntry]


class Answered:
    """A session that has the entries of a day already; `building` counts the seconds that making its pages takes."""

    base_url = "http://localhost"

    def __init__(self) -> None:
        self._request = requests.Request("GET", ADDRESS).prepare()
        self.building = 0.0

    def clock(self) -> datetime:
        return DAY + timedelta(days=1, hours=1)

    def get(self, link: str, *, params: Mapping[str, str] | None) -> Response:
        started = time.process_time()
        if params:
            start, end = (place(datetime.fromisoformat(text)) for text in BOUNDS.findall(params["$filter"]))
        else:
            start, end = map(int, link.partition("=")[2].split("-"))
        content = page(start, end)
        self.building += time.process_time() - started
        return Response(200, "OK", {}, link, self._request, content)


def place(at: datetime) -> int:
    """How many entries are before an instant."""
    return min(max(0, -((DAY - at) // APART)), ENTRIES)


def page(start: int, end: int) -> bytes:
    """The first page of the entries from `start` until before `end`, as Microsoft Graph writes it."""
    last = min(start + PAGE, end)
    link = f'"@odata.nextLink":"{ADDRESS}?page={last}-{end}",' if last < end else ""
    entries = ",".join(_entry(number) for number in range(start, last))
    return f'{{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#x",{link}"value":[{entries}]}}'.encode()


def _entry(number: int) -> str:
    sign_in, step = divmod(number, len(EVENTS))
    application = f"44444444-aaaa-4bbb-8ccc-{sign_in % 12:012}"
    at = DAY + number * APART
    return (
        f'{{"id":"B2C_DQO3J_{number}","category":"Authentication",'
        f'"correlationId":"eeee0001-0000-4000-8000-{sign_in:012}","result":"success","resultReason":"N/A",'
        f'"activityDisplayName":"{EVENTS[step]}","activityDateTime":"{at:%Y-%m-%dT%H:%M:%S.%f}0Z",'
        '"loggedByService":"B2C","operationType":"","initiatedBy":{"user":null,"app":'
        f'{{"appId":"{application}","displayName":null,"servicePrincipalId":null,'
        f'"servicePrincipalName":"{application}"}}}},"targetResources":['
        f'{{"id":"eeee0002-0000-4000-8000-{sign_in * 7919 % 200_000:012}","displayName":null,"type":"User",'
        '"userPrincipalName":null,"groupType":null,"modifiedProperties":[]}],"additionalDetails":['
        '{"key":"TenantId","value":"contosob2c.onmicrosoft.com"},'
        f'{{"key":"PolicyId","value":"B2C_1A_flow_{sign_in % 5}"}},{{"key":"ApplicationId","value":"{application}"}},'
        '{"key":"Client","value":"Mozilla/5.0 (Windows NT 10.0; Win64; x64)"},'
        '{"key":"ClientIpAddress","value":"203.0.113.7"}]}'
    )


def main() -> None:
    """Measure and print both; exits with 1 below the limit."""
    plain = sum(_decode_seconds(number, Page) for number in range(0, ENTRIES, PAGE))
    least = sum(_decode_seconds(number, CountedPage) for number in range(0, ENTRIES, PAGE))
    memory = _memory()
    with TemporaryDirectory() as directory:
        counts, session = DailyCounts(Path(directory) / "bench.db"), Answered()
        log = AuditLog(session, counts, timedelta(days=1), timedelta())  # type: ignore[arg-type]
        started = time.process_time()
        while log.sync(Run(DAY)).head < session.clock():
            pass
        counted = time.process_time() - started - session.building
        sign_ins = sum(counts.days(AUTHENTICATIONS, DAY.date(), DAY.date())[DAY.date()].values())
        counts.close()
    if sign_ins != ENTRIES // len(EVENTS):
        sys.exit(f"counted {sign_ins} sign-ins in {ENTRIES} entries")
    ratio = plain / counted
    print(f"{ENTRIES:,} entries: counted in {counted:.2f} s, plain decoding takes {plain:.2f} s")
    print(f"ratio {ratio:.2f} (at least {LIMIT}); memory grew by {_memory() - memory:.0f} MiB")
    print(f"decoding nothing but the counted properties takes {least:.2f} s, {least / counted:.2f} of the counting")
    if ratio < LIMIT:
        sys.exit(1)


def _decode_seconds(first: int, kind: type[msgspec.Struct]) -> float:
    """What the plain decoding of a page takes without the garbage collector, which only the counting has to bear."""
    content, decoder = page(first, ENTRIES), msgspec.json.Decoder(kind)
    gc.disable()
    started = time.process_time()
    decoder.decode(content)
    taken = time.process_time() - started
    gc.enable()
    return taken


def _memory() -> float:
    """The most memory that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
