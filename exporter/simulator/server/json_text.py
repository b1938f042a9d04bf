"""JSON text in which a Decimal has all of its digits."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal


def dumps(value: object) -> str:
    """The JSON text of `value`; a Decimal is written digit by digit (RFC 8259, section 6)."""
    match value:
        case str():
            return json.dumps(value, ensure_ascii=False)
        case Decimal():
            return format(value, "f")
        case None | bool() | int():
            return json.dumps(value)
        case Mapping():
            return "{" + ",".join(f"{dumps(str(key))}:{dumps(item)}" for key, item in value.items()) + "}"
        case Sequence():
            return "[" + ",".join(map(dumps, value)) + "]"
    raise TypeError(f"no exact JSON text for {type(value).__name__}")
