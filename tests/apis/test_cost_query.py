"""Costs by query."""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from exporter.apis.cost_management.downloads.download import Cost
from exporter.apis.cost_management.downloads.query import Query
from exporter.apis.costs.selection import Selection
from exporter.errors import Failure, Malformed, Reason, Rejected
from exporter.model.collection import Validators
from exporter.model.periods import DAY, Days
from tests.apis.arm import ENROLLMENT, GUID, SUBSCRIPTION, arm, november, page, read, refusal
from tests.harness import Answer, CannedService
from tests.hostile import Recorder, hostile_links

PATH = f"{SUBSCRIPTION.path}/providers/Microsoft.CostManagement/query"
COLUMNS = ("Cost", "UsageDate", "MeterCategory", "Currency")


@pytest.fixture
def query(canned: CannedService) -> Query:
    return Query(arm(canned, SUBSCRIPTION))


def test_one_request_is_for_all_days(canned: CannedService, query: Query) -> None:
    """By documented names only, and with the quota of this program."""
    canned.answer(PATH, page(COLUMNS, [1.25, 20261102, "Storage", "EUR"]))
    assert [("20261102", ("Storage", "EUR"), None, Decimal("1.25"))] == read(query, "meter_category", "currency")
    ((path, headers),) = canned.received
    assert f"{PATH}?api-version=2025-03-01" == path
    assert ("azure-billing-exporter", "application/json") == (headers["clienttype"], headers["accept"])
    assert {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {"from": "2026-11-01T00:00:00+00:00", "to": "2026-11-30T23:59:59+00:00"},
        "dataset": {
            "granularity": "Daily",
            "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}},
            "grouping": [{"type": "Dimension", "name": "MeterCategory"}],
        },
    } == json.loads(canned.bodies[0])


@pytest.mark.parametrize(("cost", "kind"), [("actual", "ActualCost"), ("amortized", "AmortizedCost")])
def test_the_kind_of_cost_is_requested(canned: CannedService, query: Query, cost: Cost, kind: str) -> None:
    canned.answer(PATH, Answer(b"", 204))
    assert [] == read(query, "currency", cost=cost)
    assert kind == json.loads(canned.bodies[0])["type"]


@pytest.mark.parametrize(
    "number", ["19.545363672276512", "5.64902e-05", "0.1000000000000000055511151231257827", "-3.5"]
)
def test_amounts_have_all_digits(canned: CannedService, query: Query, number: str) -> None:
    """No binary fraction is between the text and the sum."""
    text = page(COLUMNS, [0, 20261102, "Storage", "EUR"]).bytes().replace(b"[[0,", f"[[{number},".encode())
    canned.answer(PATH, Answer(text))
    ((_, _, _, cost),) = read(query, "meter_category", "currency")
    assert Decimal(number) == cost


@pytest.mark.parametrize("name", ["Cost", "PreTaxCost", "totalCost", "pretaxcost"])
def test_columns_are_found_by_name_in_each_page(canned: CannedService, query: Query, name: str) -> None:
    """In any order, which changes between pages."""
    link = f"{canned.url}{PATH}?api-version=2021-10-01&$skiptoken=AQ%3D%3D"
    canned.answer(
        PATH,
        page(["Currency", "metercategory", "USAGEDATE", name], ["EUR", "A", 20261101, 1], link=link),
        page(["UsageDate", name, "CostUSD", "Currency", "MeterCategory"], [20261102, 2, 9, "USD", "B"], link=""),
    )
    assert [
        ("20261101", ("A", "EUR"), None, Decimal(1)),
        ("20261102", ("B", "USD"), None, Decimal(2)),
    ] == read(query, "meter_category", "currency")
    assert canned.bodies[0] == canned.bodies[1]
    assert canned.received[1][0].endswith("?api-version=2021-10-01&$skiptoken=AQ%3D%3D")


def test_quantities_are_read_with_their_unit(canned: CannedService, query: Query) -> None:
    """A sum over several units would mean nothing."""
    columns = ("Cost", "UsageQuantity", "UsageDate", "UnitOfMeasure", "Currency")
    canned.answer(PATH, page(columns, [None, 2.5, 20261102.0, "1 Hour", "EUR"]))
    assert [("20261102", ("1 Hour", "EUR"), Decimal("2.5"), None)] == read(query, "unit_of_measure", "currency")
    assert {"name": "UsageQuantity", "function": "Sum"} in json.loads(canned.bodies[0])["dataset"][
        "aggregation"
    ].values()


def test_tags_are_read_by_their_position(canned: CannedService, query: Query) -> None:
    """Their columns have the same names; an untagged row has null in both."""
    columns = ("Cost", "UsageDate", "TagKey", "TagValue", "TagKey", "TagValue", "Currency")
    canned.answer(
        PATH,
        page(
            columns,
            [1, 20261102, "ENV", "prod", None, None, "EUR"],
            [2, 20261102, "env", "", "Cost Center", "7", "EUR"],
        ),
    )
    rows = read(query, "currency", tags=("env", "cost center"))
    assert [("EUR", ("prod", "")), ("EUR", ("", "7"))] == [values for _, values, _, _ in rows]
    assert [{"type": "TagKey", "name": "env"}, {"type": "TagKey", "name": "cost center"}] == json.loads(
        canned.bodies[0]
    )["dataset"]["grouping"]


@pytest.mark.parametrize("answer", [Answer(b"", 204), page(COLUMNS), page(())], ids=["204", "no rows", "no columns"])
def test_no_data_is_no_failure(canned: CannedService, query: Query, answer: Answer) -> None:
    canned.answer(PATH, answer)
    assert [] == read(query, "meter_category", "currency")


def test_an_empty_page_may_name_a_next_one(canned: CannedService, query: Query) -> None:
    """An end is only where no link is."""
    rows = [1, 20261102, "A", "EUR"]
    canned.answer(PATH, page(COLUMNS, link=f"{PATH}?$skiptoken=1"), page(COLUMNS, rows))
    assert 1 == len(read(query, "meter_category", "currency"))


def test_a_month_that_has_not_begun_for_the_service_has_no_data_yet(canned: CannedService, query: Query) -> None:
    """But a month of the past is no future."""
    text = "The selected date range starting from 12/1/2026 12:00:00 AM is invalid because it is in the future. Cost"
    canned.answer(PATH, refusal(f"Invalid query definition: {text}"))
    today = datetime.now(UTC).date()
    assert [] == list(query.batches(Days(today, today), Selection(("currency",)), "actual", Validators()))
    long_ago = Days(today - 90 * DAY, today - 80 * DAY)
    with pytest.raises(Rejected):
        list(query.batches(long_ago, Selection(("currency",)), "actual", Validators()))


@pytest.mark.parametrize(
    "row",
    [
        [1, 20261102, "A"],
        [1, 20261102, "A", "EUR", "more"],
        ["1,5", 20261102, "A", "EUR"],
        [True, 20261102, "A", "EUR"],
        [1, 20261102, {"a": 1}, "EUR"],
        [1, 20261102, True, "EUR"],
        [1, [20261102], "A", "EUR"],
    ],
)
def test_rows_that_do_not_fit_their_columns_are_malformed(
    canned: CannedService, query: Query, row: list[object]
) -> None:
    canned.answer(PATH, page(COLUMNS, row))
    with pytest.raises(Malformed):
        read(query, "meter_category", "currency")


@pytest.mark.parametrize("name", COLUMNS)
def test_a_missing_column_is_malformed(canned: CannedService, query: Query, name: str) -> None:
    """A sum without it would be of something else."""
    columns = [column for column in COLUMNS if column != name]
    canned.answer(PATH, page(columns, [1] * len(columns)))
    with pytest.raises(Malformed, match="no column for"):
        read(query, "meter_category", "currency")


@pytest.mark.parametrize(
    ("columns", "row"),
    [(["TagKey", "TagValue"], ["team", "a"]), ([], []), (["TagValue"], ["a"])],
    ids=["another tag", "none", "no key"],
)
def test_columns_of_other_tags_are_malformed(
    canned: CannedService, query: Query, columns: list[str], row: list[str]
) -> None:
    canned.answer(PATH, page([*columns, "Cost", "UsageDate", "Currency"], [*row, 1, 20261102, "EUR"]))
    with pytest.raises(Malformed):
        read(query, "currency", tags=("env",))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"properties": null}',
        b'{"error": {"code": "500", "message": "no"}}',
        b'{"properties": {"columns": [{"name": "Cost"}], "rows": [[1e99999999999999999999]]}}',
        b'{"properties": {"columns": [{"name": "Cost"}], "rows": [[NaN]]}}',
    ],
)
def test_what_is_no_answer_to_a_query_is_malformed(canned: CannedService, query: Query, body: bytes) -> None:
    canned.answer(PATH, Answer(body))
    with pytest.raises(Malformed):
        read(query, "currency")


def test_a_loop_of_pages_is_malformed(canned: CannedService, query: Query) -> None:
    canned.answer(PATH, page(COLUMNS, [1, 20261102, "A", "EUR"], link=f"{canned.url}{PATH}?$skiptoken=1"))
    with pytest.raises(Malformed, match="leads back"):
        read(query, "meter_category", "currency")


def test_a_body_is_posted_to_queries_only(canned: CannedService, query: Query) -> None:
    """Whatever a link says."""
    link = f"{canned.url}{SUBSCRIPTION.path}/providers/Microsoft.Compute/virtualMachines/x/delete?api-version=1"
    canned.answer(PATH, page(COLUMNS, [1, 20261102, "A", "EUR"], link=link))
    with pytest.raises(Malformed, match="not that of a query"):
        read(query, "meter_category", "currency")
    assert 1 == len(canned.received)


@pytest.fixture
def evil() -> Iterator[Recorder]:
    """A server that must not see a credential."""
    with Recorder() as recorder:
        yield recorder


def test_no_link_leads_a_token_away(canned: CannedService, query: Query, evil: Recorder) -> None:
    """Every hostile form of a link."""
    for link in hostile_links(evil.netloc, canned.url.removeprefix("http://"), PATH):
        canned.answer(PATH, page(COLUMNS, [1, 20261102, "A", "EUR"], link=link), page(COLUMNS))
        with suppress(Failure):
            read(query, "meter_category", "currency")
        assert 0 == evil.connections, link


def test_a_refusal_for_want_of_a_role_says_how_to_get_it(canned: CannedService, query: Query) -> None:
    canned.answer(PATH, refusal("The client does not have authorization", 403, "RBACAccessDenied"))
    with pytest.raises(Rejected, match=f'role assignment create .*--scope "/subscriptions/{GUID}"') as raised:
        read(query, "currency")
    assert Reason.FORBIDDEN is raised.value.reason


def test_days_within_a_month_are_those_of_the_request(canned: CannedService) -> None:
    """At an enrollment as well."""
    canned.answer(f"{ENROLLMENT.path}/providers/Microsoft.CostManagement/query", Answer(b"", 204))
    query = Query(arm(canned, ENROLLMENT))
    assert [] == list(query.batches(november(3, 5), Selection(("currency",)), "actual", Validators()))
    assert {"from": "2026-11-03T00:00:00+00:00", "to": "2026-11-05T23:59:59+00:00"} == json.loads(canned.bodies[0])[
        "timePeriod"
    ]


def test_two_columns_with_the_cost_are_malformed(canned: CannedService, query: Query) -> None:
    """Which of them is the bill is not known."""
    canned.answer(PATH, page(("Cost", "UsageDate", "Currency", "cost"), (1, 20261102, "EUR", 2)))
    with pytest.raises(Malformed, match="2 columns have the name cost"):
        read(query, "currency")
