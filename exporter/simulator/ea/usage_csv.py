"""Usage details as CSV."""

import csv
import io
from collections.abc import Iterable

from exporter.simulator.ea.usage_rows import NAMES, V3_ONLY
from exporter.simulator.switches import Switches
from exporter.simulator.world import UsageRow

V3_LAST = (
    "part_number", "resource_guid", "offer_id", "charges_billed_separately", "location", "service_name", "service_tier"
)  # fmt: skip
GERMAN = {
    "Cost": "Kosten",
    "Date": "Datum",
    "SubscriptionGuid": "Abonnement-GUID",
    "MeterName": "Name der Verbrauchseinheit",
}


def columns(version: str) -> list[str]:
    """Field names in documented order: 33 by the alphabet, and in v3 seven more."""
    first = sorted((name for name in NAMES if name not in V3_ONLY), key=lambda name: _header(name))
    return first + (list(V3_LAST) if version == "v3" else [])


def usage_csv(rows: Iterable[UsageRow], version: str, period: str, switches: Switches) -> bytes:
    """Byte order mark, a title, a blank line, the header and the rows, with CRLF."""
    names = columns(version)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if switches.ea_csv_preamble:
        text.write(f"Usage Details for {period}\r\n\r\n")
    writer.writerow(_german(_header(name)) if switches.ea_csv_german else _header(name) for name in names)
    for row in rows:
        writer.writerow(_field(row, name, switches) for name in names)
    return text.getvalue().encode("utf-8-sig")


def _header(name: str) -> str:
    return NAMES[name][0].upper() + NAMES[name][1:]


def _german(header: str) -> str:
    return f"{GERMAN.get(header, header)} ({header})"


def _field(row: UsageRow, name: str, switches: Switches) -> str:
    value = getattr(row, name)
    if name == "date":
        return f"{value:%m/%d/%Y}" if switches.ea_csv_dates == "us" else str(value)
    if name in {"cost", "consumed_quantity", "resource_rate"}:
        return format(value, "f")
    return "" if value is None else str(value)
