"""The protobuf message `WriteRequest` of remote write 1.0, with one sample per series.

https://prometheus.io/docs/concepts/remote_write_spec/: `WriteRequest { repeated TimeSeries timeseries = 1; }`,
`TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; }`, `Label { string name = 1; string value = 2; }`
and `Sample { double value = 1; int64 timestamp = 2; }`, the timestamp in milliseconds.
"""

import struct
from collections.abc import Iterable

STALE = struct.pack("<Q", 0x7FF0000000000002)
"""The value of a staleness marker, a NaN of its own."""
FIRST, SECOND = b"\x0a", b"\x12"
"""Keys of the fields 1 and 2 with a length."""
DOUBLE, INTEGER = b"\x09", b"\x10"
"""Keys of the fields 1 as a double, and 2 as an integer."""


def varint(number: int) -> bytes:
    """A number that is not negative, seven bits a byte."""
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _field(key: bytes, content: bytes) -> bytes:
    return key + varint(len(content)) + content


def labels(pairs: Iterable[tuple[str, str]]) -> bytes:
    """The labels of a series, the name among them as `__name__`; an empty label is none."""
    return b"".join(
        _field(FIRST, _field(FIRST, name.encode()) + _field(SECOND, value.encode()))
        for name, value in sorted(pairs)
        if value
    )


def value(text: str) -> bytes:
    """A number as a double."""
    return struct.pack("<d", float(text))


def time(seconds: int) -> bytes:
    """The end of a sample at an instant."""
    return INTEGER + varint(seconds * 1000)


def series(encoded_labels: bytes, encoded_value: bytes, encoded_time: bytes) -> bytes:
    """One series with its sample, as a part of a request: the request is the sum of its parts."""
    sample = DOUBLE + encoded_value + encoded_time
    return _field(FIRST, encoded_labels + _field(SECOND, sample))
