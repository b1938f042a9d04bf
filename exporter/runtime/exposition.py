"""Samples as bytes of the Prometheus text format, which for gauges are OpenMetrics' bytes too."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from exporter.model.families import Family, LabelValues, Samples

ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


@dataclass(frozen=True, slots=True)
class Block:
    """Bytes, and the same deflated up to a boundary, so that blocks can be joined without packing them again."""

    plain: bytes
    deflated: bytes

    @classmethod
    def of(cls, plain: bytes) -> "Block":
        """Pack once, when the data arrives."""
        packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
        return cls(plain, packer.compress(plain) + packer.flush(zlib.Z_FULL_FLUSH))


def header(family: Family) -> str:
    """`# HELP` and `# TYPE`; everything that Microsoft reports is a gauge."""
    return f"# HELP {family.name} {family.help}\n# TYPE {family.name} gauge\n"


def lines(account: str, families: Iterable[Family], samples: dict[str, Samples]) -> dict[str, str]:
    """The sample lines of each family, sorted by label values; families with the same labels share their text."""
    texts: dict[tuple[str, ...], dict[LabelValues, str]] = {}
    rendered = {}
    for family in families:
        values = samples.get(family.name, {})
        names = ("account", *family.labels.names)
        known = texts.setdefault(names, {})
        rows = []
        for key in sorted(values):
            if (labels := known.get(key)) is None:
                labels = known[key] = _labels(names, (account, *key))
            rows.append(f"{family.name}{labels} {values[key]}\n")
        rendered[family.name] = "".join(rows)
    return rendered


def _labels(names: tuple[str, ...], values: tuple[str, ...]) -> str:
    pairs = ",".join(f'{name}="{value.translate(ESCAPES)}"' for name, value in zip(names, values, strict=True))
    return f"{{{pairs}}}"


def gzipped(body: bytes, deflated: bytes, checksum: int, tail: bytes) -> bytes:
    """One gzip member (RFC 1952) of `body`, which is `deflated` already and has the CRC-32 `checksum`, and `tail`."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    end = zlib.crc32(tail, checksum).to_bytes(4, "little") + ((len(body) + len(tail)) % 2**32).to_bytes(4, "little")
    return b"".join((GZIP_HEADER, deflated, packer.compress(tail), packer.flush(), end))
