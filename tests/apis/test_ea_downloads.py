"""Three downloads of usage, one result; CSV as it really comes."""

import csv
import io
from collections.abc import Callable

import pytest

from tests.harness import Answer, CannedService, ExporterHarness, families, series, value

ROOT = "/v3/enrollments/100"
COLUMNS = """
    AccountId AccountName AccountOwnerEmail AdditionalInfo ConsumedQuantity ConsumedService ConsumedServiceId Cost
    CostCenter Date DepartmentId DepartmentName InstanceId MeterCategory MeterId MeterName MeterRegion MeterSubCategory
    Product ProductId ResourceGroup ResourceLocation ResourceLocationId ResourceRate ServiceAdministratorId
    ServiceInfo1 ServiceInfo2 StoreServiceIdentifier SubscriptionGuid SubscriptionId SubscriptionName Tags
    UnitOfMeasure PartNumber ResourceGuid OfferId ChargesBilledSeparately Location ServiceName ServiceTier
""".split()  # noqa: SIM905 (read as it is documented)
RECENT = "2026-11-20T11:59:00.1234567Z"
SHOP = {"Date": "2026-11-18", "SubscriptionName": 'Shop, "main"'}
ROWS = [
    {
        "Cost": "0.0000000000000000000001",
        "Date": "2026-11-18",
        "SubscriptionName": 'Shop, "main"',
        "Tags": '{  "env": "prod"}',
    },
    SHOP | {"Cost": "12.34", "Tags": '"env ": "prod", "x": null'},
    {"Cost": "-2.5", "Date": "2026-11-17", "SubscriptionName": "Labor Süd\nzwei", "Tags": ""},
    {"Cost": "7", "Date": "2026-11-19", "SubscriptionName": "Shop", "Tags": "{}", "ChargesBilledSeparately": "True"},
]
BUILD = Callable[..., ExporterHarness]
LEGACY = (
    b'"Usage Data Extract",\r\n\r\n"AccountOwnerId","Account Name","Date","Subscription Name","Meter Sub-Category",'
    b'"Consumed Quantity","ResourceRate","ExtendedCost",\r\n'
)
LABELS = "labels: [subscription_name, meter_name, charges_billed_separately], tags: [env]"


def row(**fields: str) -> dict[str, str]:
    given = {"MeterName": "LRS", "UnitOfMeasure": "GB", "ConsumedQuantity": "2", "ChargesBilledSeparately": "False"}
    return dict.fromkeys(COLUMNS, "") | given | fields


def as_csv(rows: list[dict[str, str]], columns: list[str] = COLUMNS, names: Callable[[str], str] = str) -> bytes:
    """With mark, title, blank line and CRLF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(map(names, columns))
    writer.writerows([one[column] for column in columns] for one in rows)
    return ("\ufeffUsage Details 11/2026\r\n\r\n" + text.getvalue()).encode()


def as_json(rows: list[dict[str, str]]) -> bytes:
    """The same rows as the JSON report has them: numbers, a boolean, null for an empty text."""
    objects = []
    for one in rows:
        fields = []
        for name, text in one.items():
            key = name[0].lower() + name[1:]
            if name in {"Cost", "ConsumedQuantity"}:
                fields.append(f'"{key}": {text}')
            elif name == "ChargesBilledSeparately":
                fields.append(f'"{key}": {text.lower()}')
            elif name == "Date":
                fields.append(f'"{key}": "{text}T00:00:00"')
            else:
                fields.append(f'"{key}": {_quoted(text) if text else "null"}')
        objects.append("{" + ",".join(fields) + "}")
    return ('{"id": "x", "data": [' + ",".join(objects) + '], "nextLink": ""}').encode()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def status(
    canned: CannedService, number: int, blob: str = "", requested: str = "2026-11-20T11:59:00.1234567Z"
) -> Answer:
    body = {"id": "r1", "enrollmentNumber": "100", "requestedOn": requested, "status": number, "blobPath": blob}
    return Answer(body | {"reportUrl": f"{canned.url}/status/r1", "startDate": "", "endDate": ""}, 202)


@pytest.fixture
def enrollment(canned: CannedService, harness_for: BUILD) -> BUILD:
    """A harness that reads canned answers of enrollment 100 in one of the three ways."""
    canned.answer(f"{ROOT}/balancesummary", Answer({"currencyCode": "EUR"}))

    def build(download: str = "csv", usage: str = LABELS, more: str = "") -> ExporterHarness:
        account = f'enrollment: "100", api_key: the-key, base_url: "{canned.url}"{more}'
        return harness_for(f"ea: [{{{account}, usage: {{download: {download}, {usage}}}}}]").without_waiting()

    return build


def published_warnings(harness: ExporterHarness) -> tuple[str, ...]:
    (job,) = (job for job in harness.exporter.jobs if job.collector.name == "usagedetails")
    collection = harness.exporter.store.collection(job)
    return collection.warnings if collection else ()


def published(harness: ExporterHarness) -> bytes:
    return b"".join(text for name, text in families(harness.exporter).items() if "cost" in name or "quantity" in name)


def test_the_three_downloads_give_identical_samples(canned: CannedService, enrollment: BUILD) -> None:
    """Numbers, booleans, quotes, line breaks, tags without braces, a credit, and 22 decimals."""
    rows = [row(**fields) for fields in ROWS]
    canned.answer(f"{ROOT}/usagedetails", Answer(as_json(rows)))
    canned.answer(f"{ROOT}/usagedetails/download", Answer(as_csv(rows)))
    canned.answer(f"{ROOT}/usagedetails/submit", status(canned, 1))
    canned.answer("/status/r1", status(canned, 2), status(canned, 6), status(canned, 3, f"{canned.url}/blob/r1?sig=s"))
    canned.answer("/blob/r1", Answer(as_csv(rows)))
    pages = []
    for download in ("json", "csv", "csv_async"):
        harness = enrollment(download)
        assert [None] == harness.run("usagedetails")
        pages.append(published(harness))
    assert pages[0] == pages[1] == pages[2]
    assert b'charges_billed_separately="false",tag_env="prod",currency="EUR"} 12.3400000000000000000001\n' in pages[0]
    assert b'subscription_name="Labor S\xc3\xbcd\\nzwei"' in pages[0]
    assert b'charges_billed_separately="true",tag_env="",currency="EUR"} 7\n' in pages[0]


def test_the_api_key_never_travels_to_the_blob(canned: CannedService, enrollment: BUILD) -> None:
    """Its URL is its own permission; polling needs the key."""
    canned.answer(f"{ROOT}/usagedetails/submit", status(canned, 3, f"{canned.url}/blob/r1?sig=s"))
    canned.answer("/blob/r1", Answer(as_csv([row(**ROWS[0])])))
    assert [None] == enrollment("csv_async").run("usagedetails")
    keys = {path.partition("?")[0]: headers.get("authorization") for path, headers in canned.received}
    assert (None, "bearer the-key") == (keys["/blob/r1"], keys[f"{ROOT}/usagedetails/submit"])


@pytest.mark.parametrize(("number", "text"), [(4, "failed"), (7, "timed out")])
def test_a_report_that_fails_is_transient(canned: CannedService, enrollment: BUILD, number: int, text: str) -> None:
    """Statuses 4 and 7; the next attempt is soon."""
    canned.answer(f"{ROOT}/usagedetails/submit", status(canned, 2))
    canned.answer("/status/r1", status(canned, number))
    (failure,) = enrollment("csv_async").run("usagedetails")
    assert f"preparing the report {text}" in str(failure)


def test_a_report_without_data_is_an_empty_result(canned: CannedService, enrollment: BUILD) -> None:
    """Status 5 is documented as a failure; for a new month it is the truth."""
    canned.answer(f"{ROOT}/usagedetails/submit", status(canned, 5))
    harness = enrollment("csv_async")
    assert [None] == harness.run("usagedetails")
    assert {} == series(harness.scrape(), "azure_cost_month_to_date")


@pytest.mark.parametrize("code", [403, 404, 409, 410])
def test_a_report_whose_blob_is_gone_is_submitted_again(canned: CannedService, enrollment: BUILD, code: int) -> None:
    """Whichever status the storage answers with."""
    canned.answer(f"{ROOT}/usagedetails/submit", status(canned, 3, f"{canned.url}/blob/r1"))
    canned.answer("/blob/r1", Answer(b"", code), Answer(as_csv([row(**ROWS[1])])))
    harness = enrollment("csv_async")
    assert [None] == harness.run("usagedetails")
    assert 12.34 == value(harness.scrape(), "azure_cost_month_to_date")
    assert 2 == sum("submit" in path for path, _ in canned.received)


def test_localized_headers_other_dates_and_v2_columns_are_read(canned: CannedService, enrollment: BUILD) -> None:
    """`Kosten (Cost)`; a few bare English names among them; MM/dd/yyyy."""
    rows = [row(**ROWS[1], MeterCategory="Storage") | {"Date": "11/18/2026"}]
    german = as_csv(rows, COLUMNS[:33], lambda name: name if name == "Date" else f"Wort (mit) {name} ({name})")
    canned.answer(f"{ROOT}/usagedetails/download", Answer(german))
    harness = enrollment("csv", "labels: [meter_category, service_name]")
    assert [None] == harness.run("usagedetails")
    assert 12.34 == value(harness.scrape(), "azure_cost_daily", meter_category="Storage")


def test_days_that_were_not_requested_are_left_out(canned: CannedService, enrollment: BUILD) -> None:
    """The download may contain them; a warning reports how many, and of which days."""
    rows = [row(Cost="1", Date="2026-11-01"), row(Cost="2", Date="2026-10-31"), row(Cost="4", Date="2026-10-30")]
    canned.answer(f"{ROOT}/usagedetails/download", Answer(as_csv(rows)))
    harness = enrollment("csv", "labels: []")
    assert [None] == harness.run("usagedetails")
    assert 1 == value(harness.scrape(), "azure_cost_month_to_date")
    assert f"{ROOT}/usagedetails/download?billingPeriod=202611" in [path for path, _ in canned.received]
    assert 2 == value(harness.scrape(), "azure_billing_exporter_collector_dropped_records", collector="usagedetails")
    text = "usagedetails 202611: 2 rows of 2026-10-30..2026-10-31 are outside 2026-11-01..2026-11-30"
    assert text in published_warnings(harness)


@pytest.mark.parametrize("body", [as_csv([]), LEGACY], ids=["header", "legacy portal"])
def test_an_empty_month_is_no_failure(canned: CannedService, enrollment: BUILD, body: bytes) -> None:
    """A header alone, in the legacy portal's spelling too."""
    canned.answer(f"{ROOT}/usagedetails/download", Answer(body))
    assert [None] == enrollment().run("usagedetails")


@pytest.mark.parametrize(
    "body",
    [
        b"<html>\n" * 80,
        as_csv([row(**ROWS[0])]).replace(b"0.0000000000000000000001", b"much"),
        as_csv([row(**ROWS[0])]) + b"one,field\r\n",
        as_csv([row(Cost="1", Date="someday")]),
        as_csv([row(Cost="1", Date="2026-11-18")]).replace(b"LRS", b"\xff\xfe"),
    ],
    ids=["html", "amount", "short row", "date", "not utf-8"],
)
def test_a_csv_that_is_not_as_documented_is_malformed(canned: CannedService, enrollment: BUILD, body: bytes) -> None:
    """None of it is published."""
    canned.answer(f"{ROOT}/usagedetails/download", Answer(body))
    harness = enrollment()
    assert "malformed" == harness.failure("usagedetails").reason
    assert b"" == published(harness)


def test_a_download_that_breaks_off_publishes_nothing(canned: CannedService, enrollment: BUILD) -> None:
    """The next run reads it again from the beginning."""
    canned.answer(
        f"{ROOT}/usagedetails/download", Answer(as_csv([row(**ROWS[1])]), cut=True), Answer(as_csv([row(**ROWS[1])]))
    )
    harness = enrollment()
    assert "connection" == harness.failure("usagedetails").reason
    assert b"" == published(harness)
    assert [None] == harness.run("usagedetails")
    assert 12.34 == value(harness.scrape(), "azure_cost_month_to_date")


def test_a_range_above_the_limit_is_split(canned: CannedService, enrollment: BUILD) -> None:
    """One month for a CSV download; whole months are requested by their name."""
    canned.answer(f"{ROOT}/usagedetails/download", Answer(as_csv([])))
    harness = enrollment("csv", "period: {start: 2026-09-15, end: 2026-11-10}")
    assert [None] == harness.run("usagedetails")
    requested = [path.partition("?")[2] for path, _ in canned.received if "download" in path]
    assert [
        "startTime=2026-09-15&endTime=2026-09-30",
        "billingPeriod=202610",
        "startTime=2026-11-01&endTime=2026-11-10",
    ] == requested


def test_json_names_periods_and_dates_in_its_paths(canned: CannedService, enrollment: BUILD) -> None:
    """And another API version, if one is chosen."""
    canned.answer("/v2/enrollments/100/balancesummary", Answer({"currencyCode": "EUR"}))
    canned.answer("/v2/enrollments/100/billingPeriods/202609/usagedetails", Answer({"data": []}))
    canned.answer(f"{ROOT}/usagedetailsbycustomdate", Answer({"data": []}))
    assert [None] == enrollment("json", 'period: "202609"', ", api_version: v2").run("usagedetails")
    assert [None] == enrollment("json", "period: {start: 2026-09-15, end: 2026-11-10}").run("usagedetails")
    assert f"{ROOT}/usagedetailsbycustomdate?startTime=2026-09-15&endTime=2026-11-10" == canned.received[-1][0]
