"""The JSON Schema of the configuration: what an editor can know of it. `check-config` knows everything."""

import json
from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import core_schema

from exporter.apis.fields import UNITS, format_duration
from exporter.config import FILE

TITLE = "Configuration of azure-billing-exporter"
DURATION = "".join(f"([0-9]+{unit})?" for unit in sorted(UNITS, key=UNITS.__getitem__, reverse=True))


class Generator(GenerateJsonSchema):
    """As pydantic's, with durations as Prometheus writes them and without what only pydantic understands."""

    def generate(self, schema: core_schema.CoreSchema, mode: JsonSchemaMode = "validation") -> JsonSchemaValue:
        found = super().generate(schema, mode)
        _remove_unknown(found)
        return {"$schema": self.schema_dialect, **found, "title": TITLE}

    def timedelta_schema(self, schema: core_schema.TimedeltaSchema) -> JsonSchemaValue:
        return {"type": "string", "minLength": 2, "pattern": f"^{DURATION}$"}

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """A number; or a text, whose digits no parser rounds."""
        return {"anyOf": [{"type": "number"}, {"type": "string"}]}

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Without the default of a section, which repeats those of its keys, and without `null`."""
        found = super().default_schema(schema)
        if isinstance(schema.get("default"), BaseModel | None):
            found.pop("default", None)
        return found

    def encode_default(self, dft: Any) -> Any:
        return format_duration(dft) if isinstance(dft, timedelta) else super().encode_default(dft)

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _remove_unknown(found: Any) -> None:
    """Remove constraints that pydantic states under its own names where a schema has alternatives."""
    for inner in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        if isinstance(inner, dict) and "anyOf" in inner:
            inner.pop("ge", None)
        _remove_unknown(inner)


def schema() -> dict[str, Any]:
    """The schema, in JSON's types."""
    return FILE.model_json_schema(schema_generator=Generator)


def schema_text() -> str:
    """The schema as a file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
