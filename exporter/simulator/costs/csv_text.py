"""CSV files as Cost Management writes them."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext

from exporter.simulator.world.periods import first_day, last_day, period_of


def csv_bytes(
    columns: Sequence[str], lines: Iterable[Mapping[str, str]], *, bom: bool = False, newline: str = "\n"
) -> bytes:
    """A header row and the `lines`, whose fields are found by the name of the column; a missing one is empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=newline)
    writer.writerow(columns)
    writer.writerows([line.get(name, "") for name in columns] for line in lines)
    return text.getvalue().encode("utf-8-sig" if bom else "utf-8")


def number(amount: Decimal) -> str:
    """All digits of `amount`; below 0.0001 in scientific notation: ``5.64902E-05``."""
    if not amount:
        return "0"
    with localcontext(prec=100):
        digits = amount.normalize()
    if digits.adjusted() > -5:
        return format(digits, "f")
    mantissa, _, exponent = format(digits, "E").partition("E-")
    return f"{mantissa}E-{exponent:>02}"


def us_date(day: date) -> str:
    """``MM/dd/yyyy``."""
    return f"{day:%m/%d/%Y}"


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of the billing period of `day`."""
    period = period_of(day)
    return first_day(period), last_day(period)


def tags_text(tags: Mapping[str, str], *, braces: bool) -> str:
    """Tags as an Enterprise Agreement writes them, without the outer braces, or as a JSON object."""
    if not tags:
        return ""
    if braces:
        return json.dumps(tags, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(tags, ensure_ascii=False, separators=(",", ": "))[1:-1]


def location_code(region: str) -> str:
    """The region without blanks in upper case, as a Microsoft Customer Agreement writes it: ``EUWEST``."""
    return region.replace(" ", "").upper()
