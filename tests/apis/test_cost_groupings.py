"""What queries group by, where names depend on the agreement."""

import json

import pytest
from msgspec import UNSET

from exporter.apis.cost_management.downloads.query import Query
from exporter.apis.cost_management.scope import Scope
from exporter.errors import Rejected
from tests.apis.arm import SUBSCRIPTION, arm, page, read, refusal
from tests.harness import Answer, CannedService

PATH = f"{SUBSCRIPTION.path}/providers/Microsoft.CostManagement/query"
COLUMNS = ("Cost", "UsageDate", "MeterCategory", "Currency")


def invalid(name: str, *valid: str) -> Answer:
    listed = ",".join(f"'{one}'" for one in (*valid, ""))
    return refusal(f"Invalid query definition: Invalid dataset grouping: '{name}'; valid values: {listed}.\r\n\r\n")


def groupings(canned: CannedService, request: int = -1) -> list[str]:
    """What a request grouped by."""
    return [grouping["name"] for grouping in json.loads(canned.bodies[request])["dataset"]["grouping"]]


@pytest.fixture
def query(canned: CannedService) -> Query:
    return Query(arm(canned, SUBSCRIPTION))


def test_a_column_that_no_query_has_is_not_requested(canned: CannedService, query: Query) -> None:
    """Files have it."""
    canned.answer(PATH, page(COLUMNS, [1, 20261102, "A", "EUR"]))
    ((_, values, _, _),) = read(query, "meter_category", "cost_center", "currency")
    assert ("A", UNSET, "EUR") == values
    assert ["MeterCategory"] == groupings(canned)


def test_a_refused_name_is_replaced_by_a_listed_one_and_stored(canned: CannedService, query: Query) -> None:
    """Names and their spelling depend on the agreement."""
    valid = ("ResourceGroupName", "MeterSubCategory", "PublisherType")
    columns = ("Cost", "UsageDate", "MeterSubCategory", "ResourceGroupName", "Currency")
    good = page(columns, [1, 20261102, "Files", "rg", "EUR"])
    canned.answer(PATH, invalid("ResourceGroup", *valid), good)
    labels = ("meter_subcategory", "resource_group", "currency")
    assert [("Files", "rg", "EUR")] == [values for _, values, _, _ in read(query, *labels)]
    assert ["MeterSubCategory", "ResourceGroupName"] == groupings(canned)
    read(query, *labels)
    assert 3 == len(canned.bodies)


def test_names_are_replaced_one_by_one_where_the_list_is_cut(canned: CannedService, query: Query) -> None:
    """What it does not list is requested as before until it is refused itself."""
    columns = ("Cost", "UsageDate", "MeterSubcategory", "ResourceGuid", "Currency")
    good = page(columns, [1, 20261102, "Files", "m", "EUR"])
    canned.answer(PATH, invalid("ServiceTier", "MeterSubcategory"), invalid("MeterId", "ResourceGuid"), good)
    assert 1 == len(read(query, "service_tier", "meter_id", "currency"))
    assert ["MeterSubcategory", "ResourceGuid"] == groupings(canned)


def test_a_label_that_the_scope_does_not_have_is_refused_by_name(canned: CannedService, query: Query) -> None:
    """With the labels that it has."""
    canned.answer(PATH, invalid("DepartmentName", "MeterCategory", "Meter"))
    with pytest.raises(Rejected, match=r"no column for department_name: .* available are meter_category, meter_name$"):
        read(query, "department_name", "currency")
    assert 1 == len(canned.bodies)


def test_too_many_groupings_are_explained(canned: CannedService, query: Query) -> None:
    """Two are documented, more work in places."""
    canned.answer(PATH, refusal("Invalid query definition: too many groupings"))
    with pytest.raises(Rejected, match=r"3 groupings were requested, for .*tag_env, and only 2 are documented"):
        read(query, "meter_category", "publisher_type", "currency", tags=("env",))


def test_a_service_that_refuses_every_name_is_not_asked_forever(canned: CannedService, query: Query) -> None:
    """It contradicts itself."""
    canned.answer(PATH, *[invalid(*pair) for pair in [("Meter", "METER"), ("METER", "meter")] * 9])
    with pytest.raises(Rejected):
        read(query, "meter_name", "currency")
    assert len(canned.bodies) <= 3


def test_a_management_group_wants_the_id_beside_the_name(canned: CannedService) -> None:
    """Seen: the name alone is refused."""
    group = Scope.from_keys({"management_group": "all"})
    canned.answer(f"{group.path}/providers/Microsoft.CostManagement/query", Answer(b"", 204))
    read(Query(arm(canned, group)), "subscription_name", "currency")
    assert ["SubscriptionName", "SubscriptionId"] == groupings(canned)
