"""The price sheet of an enrollment or a billing profile: prepared by the service, then a zip of CSV files."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import IO

import msgspec

from exporter.apis.cost_management.arm import Arm
from exporter.apis.cost_management.operations import result
from exporter.apis.cost_management.price_rows import files, prices
from exporter.apis.cost_management.scope import Kind
from exporter.apis.costs.records import Price
from exporter.errors import Malformed, Reason, Rejected, Transient
from exporter.transport.response import Response, decode

RESOURCE = "Microsoft.CostManagement/pricesheets/default/download"
NAME = "price sheet"
SILENCE_SECONDS, DOWNLOAD_SECONDS = 300.0, 3600.0
MAX_SIZE, MAX_UNPACKED = 128 << 20, 2 << 30
"""Bytes of a zip, of which 75 MB are documented, and of its files without compression."""
IN_MEMORY = 16 << 20
"""Bytes of a zip that need no disk."""
GONE = frozenset({403, 404, 409, 410})
"""How storage answers for a blob whose permission has expired."""
MAX_REQUESTS = 3
RUNNING = frozenset({"running", "inprogress", "notstarted", "queued", "accepted"})


class Link(msgspec.Struct, rename="camel", frozen=True):
    """Where the zip is: two names of it are documented."""

    download_url: str | None = None
    report_url: str | None = None


class Status(msgspec.Struct, rename="camel", frozen=True):
    """How far a sheet is; the link is in `properties`, or beside them for a billing profile."""

    status: str | None = None
    properties: Link | None = None
    download_url: str | None = None
    report_url: str | None = None

    @property
    def link(self) -> str | None:
        """The address of the zip, with a permission of its own; None while the sheet is prepared."""
        status = (self.status or "").replace(" ", "").lower()
        if status == "failed":
            raise Transient("preparing the price sheet failed", Reason.SERVER_ERROR)
        if status in RUNNING:
            return None
        inner = self.properties or Link()
        found = inner.download_url or inner.report_url or self.download_url or self.report_url
        if not found:
            raise Malformed(f"no link to the price sheet, and no documented status: {(self.status or '')[:40]!r}")
        return found


STATUS = msgspec.json.Decoder(Status)


@dataclass(frozen=True, slots=True)
class PriceSheets:
    """POST `pricesheets/default/download`, then poll until there is a link to a zip, which needs no credentials.

    An enrollment has a sheet for each billing period, and the current month's is read; a billing profile has one.
    """

    arm: Arm
    max_size: int = MAX_SIZE
    max_unpacked: int = MAX_UNPACKED

    def prices(self) -> Iterator[Price]:
        """The prices of meters; the zip is in a temporary file until the last one."""
        with self._zip() as zipped:
            for chunks in files(zipped, self.max_unpacked):
                yield from prices(chunks)

    @contextmanager
    def _zip(self) -> Iterator[IO[bytes]]:
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
            for _ in range(MAX_REQUESTS):
                link = self._link()
                try:
                    self._store(link, file)
                except Rejected as refused:
                    if refused.status not in GONE:
                        raise Malformed(f"the price sheet can't be read: {refused}") from refused
                else:
                    yield file
                    return
            raise Transient("every price sheet had expired before it could be read", Reason.TIMEOUT)

    def _store(self, link: str, file: IO[bytes]) -> None:
        size = 0
        with self.arm.session.stream(
            link, send_credentials=False, silence_seconds=SILENCE_SECONDS, total_seconds=DOWNLOAD_SECONDS
        ) as chunks:
            for chunk in chunks:
                size += len(chunk)
                if size > self.max_size:
                    raise Malformed(f"the price sheet is larger than {self.max_size} bytes")
                _write(file, chunk)

    def _link(self) -> str:
        answer = self.arm.post(self._url(), {})
        if answer and answer.status_code != 202:
            found = _link(answer)
            if not found:
                raise Malformed(answer.described(f"{NAME}: not ready, and no status but 202 says where it will be"))
            return found
        found = result(self.arm, answer, _link, what=NAME) if answer else None
        if not found:
            raise Rejected(f"{NAME}: there is none for this period", Reason.NOT_FOUND)
        return found

    def _url(self) -> str:
        scope = self.arm.scope
        if scope.kind is Kind.ENROLLMENT:
            scope = replace(scope, path=f"{scope.path}/billingPeriods/{self.arm.session.clock():%Y%m}")
        return replace(self.arm, scope=scope).url(RESOURCE)


def _link(answer: Response) -> str | None:
    status: Status = decode(STATUS, answer, NAME)
    return status.link


def _write(file: IO[bytes], chunk: bytes) -> None:
    try:
        file.write(chunk)
    except OSError as error:
        text = f"the price sheet can't be stored in {tempfile.gettempdir()}: {error.strerror}"
        raise Transient(text, Reason.STORAGE) from error
