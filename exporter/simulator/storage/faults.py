"""Faults in the forms that Blob storage documents."""

from datetime import datetime

from exporter.simulator.server.faults import Status
from exporter.simulator.storage.errors import TEXTS, storage_body


def storage_error(code: str, now: datetime) -> Status:
    """An error by its code, for example ``ServerBusy`` (503) or ``BlobNotFound`` (404)."""
    return Status(TEXTS[code][0], storage_body(code, now), {"x-ms-error-code": code}, "application/xml")
