"""Rows of the usage details under the API's names, per version."""

from dataclasses import fields

from exporter.simulator.switches import Switches
from exporter.simulator.world import UsageRow

V3_ONLY = {
    "service_name", "service_tier", "location", "charges_billed_separately", "part_number",
    "resource_guid", "offer_id",
}  # fmt: skip


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


NAMES = {field.name: _camel_case(field.name) for field in fields(UsageRow)}


def usage_json(row: UsageRow, version: str, switches: Switches) -> dict[str, object]:
    """A row of the usage details: 40 fields in v3, the first 33 of them under v1 and v2."""
    if version == "v3":
        named = {json_name: getattr(row, name) for name, json_name in NAMES.items()}
        return named | {"date": f"{row.date:%Y-%m-%dT00:00:00}"}
    named = {
        switches.ea_v2_cost if name == "cost" else json_name: getattr(row, name)
        for name, json_name in NAMES.items()
        if name not in V3_ONLY
    }
    return named | {"date": f"{row.date:%Y-%m-%dT00:00:00.000Z}"}
