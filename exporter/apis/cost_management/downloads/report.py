"""A cost details report, as the service describes it."""

from typing import Any

import msgspec

from exporter.errors import Failure, Malformed, Reason, Rejected, Transient
from exporter.transport.error_bodies import BOM, code_and_message
from exporter.transport.response import Response, decode

NAME = "cost details"
COMPLETED, NO_DATA, FAILED = "completed", "nodatafound", "failed"
"""The documented ends, in lower case."""
PENDING = frozenset({"queued", "running", "inprogress"})
"""A report that is not ready has status 202; price sheets, and maybe others, state it with status 200."""
REFUSED = {
    "400": Reason.BAD_REQUEST,
    "401": Reason.UNAUTHORIZED,
    "403": Reason.FORBIDDEN,
    "422": Reason.BAD_REQUEST,
    "authorizationfailed": Reason.FORBIDDEN,
    "badrequest": Reason.BAD_REQUEST,
    "forbidden": Reason.FORBIDDEN,
    "rbacaccessdenied": Reason.FORBIDDEN,
    "unauthorized": Reason.UNAUTHORIZED,
}
"""Codes, in lower case, of a report that fails as long as the configuration or a permission is not changed."""


class Blob(msgspec.Struct, rename="camel", frozen=True):
    """A part of the report; its link contains the permission to read it."""

    blob_link: str
    byte_count: Any = None

    @property
    def size(self) -> int | None:
        """Its stated size in bytes, if there is one."""
        return self.byte_count if isinstance(self.byte_count, int) else None


class Manifest(msgspec.Struct, rename="camel", frozen=True):
    """The parts of a report; their sizes do not sum to `byteCount`."""

    blobs: tuple[Blob, ...] | None = None
    blob_count: int | None = None
    data_format: str | None = None


class Report(msgspec.Struct, frozen=True):
    """How far a report is."""

    status: str
    manifest: Manifest | None = None


class Outcome(msgspec.Struct, frozen=True):
    """The one field of a failed report that is read beside its error."""

    status: str = ""


REPORT, OUTCOME = msgspec.json.Decoder(Report), msgspec.json.Decoder(Outcome)


def parts(answer: Response) -> tuple[Blob, ...] | None:
    """The parts, none for days without data; None while the report is being prepared.

    Raises `Malformed`, and for a report that failed `Transient` or, if it will fail again, `Rejected`.
    """
    if failure := _failure(answer):
        raise failure
    found: Report = decode(REPORT, answer, NAME)
    status = found.status.lower()
    if status in PENDING:
        return None
    if status == NO_DATA:
        return ()
    if status != COMPLETED or not found.manifest:
        raise Malformed(answer.described(f"{NAME}: no documented answer has the status {found.status[:40]!r}"))
    blobs, number = found.manifest.blobs or (), found.manifest.blob_count
    if (number is None and not blobs) or number not in {None, len(blobs)}:
        raise Malformed(answer.described(f"{NAME}: the report is completed, and names {len(blobs)} of {number} parts"))
    if len({blob.blob_link.partition("?")[0] for blob in blobs}) < len(blobs):
        raise Malformed(answer.described(f"{NAME}: a part is named twice"))
    if (found.manifest.data_format or "csv").lower() != "csv":
        raise Malformed(answer.described(f"{NAME}: {(found.manifest.data_format or '')[:40]!r} was not requested"))
    return blobs


def _failure(answer: Response) -> Failure | None:
    try:
        outcome: Outcome = OUTCOME.decode(answer.content.removeprefix(BOM))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if outcome.status.lower() != FAILED:
        return None
    code, stated = code_and_message(answer.content)
    text = answer.described(f"{NAME}: preparing the report failed: {': '.join(filter(None, (code, stated)))}")
    if reason := REFUSED.get(code.lower()):
        return Rejected(text, reason, code, status=answer.status_code, body=answer.content)
    return Transient(text, Reason.SERVER_ERROR)
