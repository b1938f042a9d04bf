"""Partner Center: inconsistent lists, links that can't be followed, and names that must not be shown."""

from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.apis.partner_center.failures import unquoted
from exporter.apis.partner_center.reading.names import pseudonym
from exporter.errors import Emptied
from exporter.simulator import Simulator
from tests.apis.conftest import PATH, collection, customers, failure, record
from tests.harness import Answer, CannedService, ExporterHarness, series, value

COST = "partner_center_customer_cost_month_to_date"
STORAGE = Path("storage")
SECRET = "Contoso Secret Projects"
KEYS = {"show": "", "omit": "customer_names: omit", "hash": "customer_names: hash, customer_names_key: hush"}


def euros(number: int, **fields: object) -> dict[str, object]:
    return record(number, totalCost=number, currencyCode="EUR", **fields)


def test_a_total_count_that_is_larger_than_the_list_is_a_warning(
    partner: ExporterHarness, canned: CannedService
) -> None:
    """With both numbers; it is documented not to be trusted, so it is no failure."""
    canned.answer(PATH, Answer({"totalCount": 5000, "items": [euros(1), euros(2)]}))
    assert [None] == partner.run()
    assert ("customers/usagerecords: totalCount is 5000, but there are 2 distinct customers",) == collection(
        partner
    ).warnings


@pytest.mark.parametrize("total", [2, 1, 0, -1, None, "many", 1.5, {}])
def test_any_other_total_count_is_no_warning(partner: ExporterHarness, canned: CannedService, total: object) -> None:
    """Smaller, equal, or no number."""
    canned.answer(PATH, Answer({"totalCount": total, "items": [euros(1), euros(2)]}))
    assert [None] == partner.run()
    assert () == collection(partner).warnings


def test_published_customers_are_removed_despite_a_larger_total_when_they_are_missing_twice(
    partner: ExporterHarness, canned: CannedService
) -> None:
    """Even one of many; where the total agrees, a customer may leave at once."""
    canned.answer(PATH, Answer({"totalCount": 21, "items": [euros(n) for n in range(1, 22)]}))
    assert [None] == partner.run()
    canned.answer(PATH, Answer({"totalCount": 21, "items": [euros(n) for n in range(2, 22)]}))
    emptied = failure(partner)
    assert isinstance(emptied, Emptied)
    assert "totalCount is 21, but there are 20 distinct customers: the response lacks" in str(emptied)
    assert 21 == len(customers(partner.scrape(), COST))
    assert [None] == partner.run()
    assert 20 == len(customers(partner.scrape(), COST))
    canned.answer(PATH, Answer({"totalCount": 19, "items": [euros(n) for n in range(3, 22)]}))
    assert [None] == partner.run()
    assert () == collection(partner).warnings


def test_a_continuation_token_without_a_link_is_malformed(partner: ExporterHarness, canned: CannedService) -> None:
    """There are more customers, and no way to them."""
    canned.answer(PATH, Answer({"totalCount": 99, "continuationToken": "t", "items": [euros(1)]}))
    found = failure(partner)
    assert ("malformed", True) == (found.reason, "there are more pages, but no link to them" in str(found))
    assert f"[MS-CorrelationId {canned.received[-1][1]['ms-correlationid']}]" in str(found)
    canned.answer(PATH, Answer({"continuationToken": None, "items": [euros(1)], "links": {"next": None}}))
    assert [None] == partner.run()


def test_a_loop_is_reported_with_the_correlation_id_of_its_last_request(
    simulator: Simulator, harness: ExporterHarness
) -> None:
    """For Microsoft's support."""
    simulator.switches.partner_center_page_size = 10
    simulator.switches.partner_center_loop = True
    found = str(failure(harness))
    assert f"[MS-CorrelationId {simulator.received[-1].headers['ms-correlationid']}]" in found


def page(items: list[object], next_page: str = "") -> Answer:
    links = {"next": {"uri": f"{PATH}/{next_page}", "method": "GET", "headers": []}} if next_page else {}
    return Answer({"items": items, "links": links})


def test_a_customer_that_is_listed_twice_counts_once(partner: ExporterHarness, canned: CannedService) -> None:
    """The newest record, then the later one, on overlapping pages too; a warning names the customers."""
    new, old = "2026-11-19T00:00:00+00:00", "2026-11-18T00:00:00+00:00"
    budget = {"amount": 40}
    canned.answer(
        PATH,
        page(
            [
                record(1, totalCost=10, currencyCode="EUR", lastModifiedDate=new, budget=budget),
                record(1, totalCost=9, currencyCode="EUR", lastModifiedDate=old, budget=budget),
                record(2, totalCost=1, currencyCode="EUR"),
                record(3, totalCost=3, currencyCode="EUR"),
                record(3, totalCost=3, currencyCode="SEK", budget=budget),
            ],
            "2",
        ),
    )
    canned.answer(f"{PATH}/2", page([record(2, totalCost=2, currencyCode="EUR"), euros(4)]))
    assert [None] == partner.run()
    samples = partner.scrape()
    assert {"c-1": 10, "c-2": 2, "c-3": 3, "c-4": 4} == customers(samples, COST)
    assert {"EUR", "SEK"} == {dict(labels)["currency"] for labels in series(samples, COST, customer_id="c-3")}
    assert {"c-1": 40, "c-3": 40} == customers(samples, "partner_center_customer_budget_amount")
    assert 4 == value(samples, "partner_center_customers", azure_plan="false")
    assert 2 == value(samples, "partner_center_customers_without_budget", azure_plan="false")
    (warning,) = collection(partner).warnings
    assert "customers/usagerecords: listed more than once, of which the newest record counts (2): c-1, c-2" == warning


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("MS-ContinuationToken", "tökén"),
        ("MS-ContinuationToken", "a\r\nX-Injected: b"),
        ("MS-ContinuationToken", "\x00"),
        ("MS ContinuationToken", "a"),
        ("", "a"),
        ("a\nb", "a"),
    ],
)
def test_a_header_that_can_not_be_sent_is_malformed(
    partner: ExporterHarness, canned: CannedService, key: str, text: str
) -> None:
    """And no request is made with it."""
    link = {"uri": "/customers/usagerecords/2", "headers": [{"key": key, "value": text}]}
    canned.answer(PATH, Answer({"items": [euros(1)], "links": {"next": link}}))
    found = failure(partner)
    assert ("malformed", 1) == (found.reason, len(canned.received))
    assert "the link to the next page has a header that can't be sent" in str(found)


@pytest.mark.parametrize("name", ["Authorization", "Host", "Content-Length", "Cookie", "Transfer-Encoding"])
def test_a_link_can_not_replace_our_headers(partner: ExporterHarness, canned: CannedService, name: str) -> None:
    """They are sent as they are without it."""
    link = {"uri": "/customers/usagerecords/2", "headers": [{"key": name.upper(), "value": "evil"}]}
    canned.answer(PATH, Answer({"items": [euros(1)], "links": {"next": link}}))
    canned.answer(f"{PATH}/2", Answer({"items": [euros(2)]}))
    assert [None] == partner.run()
    assert "evil" not in canned.received[1][1].values()


def everything(harness: ExporterHarness, directory: Path, caplog: pytest.LogCaptureFixture) -> str:
    """All that is published or stored: the page, the archive, and the log with its fields."""
    seen = harness.exporter.store.current.body.decode()
    seen += "".join(file.read_text("utf-8", "replace") for file in (directory / STORAGE).glob("*.sqlite*"))
    return seen + "".join(str(vars(entry)) for entry in caplog.records)


@pytest.mark.parametrize("mode", KEYS)
@pytest.mark.parametrize(
    "answer",
    [
        Answer({"code": "2032", "description": f"Forbidden for {SECRET} [ms-correlationid {SECRET}]"}, status=403),
        Answer({"code": "900421", "description": f"MFA required for {SECRET}"}, status=401),
        Answer({"statusCode": 429, "message": f"{SECRET}: wait"}, status=429, headers={"Retry-After": "3600"}),
        Answer(f"<html>{SECRET}".encode(), headers={"ms-correlationid": "trace-1"}, status=404),
        Answer(f"{SECRET}".encode()),
        Answer({"code": "1", "description": SECRET}),
        Answer({"items": [], "error": {"code": "1", "message": SECRET}}),
    ],
    ids=["403", "mfa", "429", "404", "text", "soft", "softer"],
)
def test_the_apis_own_text_is_left_out_where_names_are(
    canned: CannedService,
    partner_with: Callable[..., ExporterHarness],
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    mode: str,
    answer: Answer,
) -> None:
    """They may name a customer; the status, the code and the correlation id stay."""
    harness = partner_with(KEYS[mode])
    canned.answer(PATH, answer)
    found = failure(harness)
    assert (mode == "show") == (SECRET in everything(harness, tmp_path, caplog) + str(found))
    assert f"[MS-CorrelationId {canned.received[-1][1]['ms-correlationid']}]" in str(found)
    if answer.status == 403:
        assert "usagerecords: 403 2032" in str(found)
    if answer.status == 404:
        assert "404 [ms-correlationid trace-1]" in str(found) or mode == "show"


@pytest.mark.parametrize("mode", KEYS)
def test_subscriptions_are_named_as_customers_are(
    canned: CannedService,
    partner_with: Callable[..., ExporterHarness],
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    waits: list[float],
    mode: str,
) -> None:
    """Hashed with the same key, or not at all; so are warnings about a customer that is refused."""
    harness = partner_with(f"detail: subscriptions, requests_per_minute: 6000, {KEYS[mode]}".rstrip(", "))
    canned.answer(PATH, Answer({"items": [record(1, isUpgraded=True), record(2, isUpgraded=True)]}))
    one = {"resourceId": "s-1", "resourceName": SECRET, "totalCost": 1, "currencyCode": "EUR"}
    canned.answer("/v1/customers/c-1/subscriptions/usagerecords", Answer({"items": [one, one]}))
    refused = Answer({"code": "2032", "description": SECRET}, status=403)
    canned.answer("/v1/customers/c-2/subscriptions/usagerecords", refused)
    assert [None] == harness.run("subscription_usagerecords")
    (labels,) = series(harness.scrape(), "partner_center_subscription_cost_month_to_date")
    shown = {"show": SECRET, "omit": "", "hash": pseudonym(SECRET, "hush")}
    assert shown[mode] == dict(labels)["subscription_name"]
    assert (mode == "show") == (SECRET in everything(harness, tmp_path, caplog))
    twice, missing = sorted(collection(harness, "subscription_usagerecords").warnings, key=lambda text: "c-2" in text)
    assert twice.endswith("listed more than once, of which the newest record counts (1): s-1")
    assert "customer c-2 not read: " in missing
    assert "403 2032" in missing


def test_stored_names_are_deleted_when_they_are_not_shown_any_more(
    canned: CannedService, partner_with: Callable[..., ExporterHarness], tmp_path: Path
) -> None:
    """The archive of another `customer_names`, or of another key, is deleted when the exporter starts."""
    canned.answer(PATH, Answer({"items": [record(1, totalCost=1, currencyCode="EUR")]}))
    modes = ["", KEYS["hash"], "customer_names: hash, customer_names_key: other", KEYS["omit"]]
    for before, after in zip(modes, [*modes[1:], ""], strict=True):
        harness = partner_with(before)
        assert [None] == harness.run("usagerecords")
        assert collection(partner_with(before), "usagerecords")
        assert partner_with(after).exporter.missing()
        assert partner_with(before).exporter.missing()


def test_our_own_description_of_an_answer_remains() -> None:
    """It contains no name: a failed connection, or the place in a page that can't be decoded."""
    own = "GET https://x/v1/customers/usagerecords: ConnectTimeout"
    assert own == unquoted(own, "")
    decoded = "GET https://x/v1/y: y: Expected `array` - at `$.items`"
    assert decoded == unquoted(f"{decoded}; the answer says: 7: Contoso", "")
    assert "GET https://x/v1/y: 401 7 [request-id a]; see the hint" == unquoted(
        "GET https://x/v1/y: 401 7: Contoso [request-id a]; see the hint", "7"
    )
