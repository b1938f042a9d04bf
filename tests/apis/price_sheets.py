"""Price sheets as the service prepares them, and reports that fail to read one."""

import io
import zipfile

import pytest

from exporter.apis.costs.prices import PriceSheet
from exporter.errors import Malformed, Rejected, Transient
from tests.apis.cost_scopes import ENROLLMENT, ScopeHarness
from tests.harness import Answer, CannedService

DOWNLOAD = "providers/Microsoft.CostManagement/pricesheets/default/download"
START = f"{ENROLLMENT}/billingPeriods/202611/{DOWNLOAD}"
RESULT, ZIP = "/providers/Microsoft.Billing/operationResults/1", "/sheets/202611.zip"
EA = (
    "EnrollmentNumber,MeterID,MeterName,MeterType,MeterCategory,MeterSubCategory,ServiceFamily,Product,SkuID,ProductID,"
    "MeterRegion,UnitOfMeasure,PartNumber,EffectiveStartDate,EffectiveEndDate,UnitPrice,BasePrice,MarketPrice,"
    "CurrencyCode,IncludedQuantity,OfferID,Term,PriceType"
)
MCA = (
    "BillingAccountId,BillingAccountName,BillingProfileId,BillingProfileName,ServiceFamily,Product,ProductId,SkuId,"
    "UnitOfMeasure,MeterId,MeterName,MeterType,MeterCategory,MeterSubCategory,MeterRegion,TierMinimumUnits,"
    "EffectiveStartDate,EffectiveEndDate,UnitPrice,BasePrice,MarketPrice,Currency,BillingCurrency,Term,PriceType"
)


def csv(header: str, *rows: dict[str, str]) -> bytes:
    names = header.split(",")
    lines = [header, *(",".join(row.get(name, "") for name in names) for row in rows)]
    return "\r\n".join([*lines, ""]).encode()


def ea_row(meter: str, price: str = "19.21", **more: str) -> dict[str, str]:
    known = {"MeterName": "D4s v3", "UnitOfMeasure": "100 Hours", "PartNumber": "AAA-1", "OfferID": "MS-AZR-0017P"}
    own = {"MeterID": meter, "UnitPrice": price, "CurrencyCode": "EUR", "PriceType": "Consumption"}
    return {**known, **own, "IncludedQuantity": "0", **more}


def zipped(*files: bytes, method: int = zipfile.ZIP_DEFLATED, name: str = "part{}.CSV") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for number, content in enumerate(files):
            archive.writestr(name.format(number), content)
    return buffer.getvalue()


def accepted(canned: CannedService, location: str = RESULT) -> Answer:
    return Answer(status=202, headers={"Location": f"{canned.url}{location}", "Retry-After": "30"})


def ready(canned: CannedService) -> Answer:
    return Answer({"status": "Completed", "properties": {"downloadUrl": f"{canned.url}{ZIP}?sig=SECRET"}})


def paths(canned: CannedService) -> list[str]:
    return [path.partition("?")[0] for path, _ in canned.received]


def failing(canned: CannedService, *answers: Answer) -> pytest.ExceptionInfo[Exception]:
    canned.answer(START, accepted(canned))
    canned.answer(RESULT, *answers)
    with pytest.raises((Malformed, Rejected, Transient)) as caught:
        ScopeHarness(canned, ENROLLMENT, options={"prices": "all"}).collect(PriceSheet)
    assert "SECRET" not in str(caught.value)
    assert "pricesheet 202611: " in str(caught.value)
    return caught
