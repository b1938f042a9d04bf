"""Which shard an account is on, and which shard an exporter is."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.sharding import Shard

ACCOUNTS = st.lists(st.text(min_size=1, max_size=20), max_size=30, unique=True)
TOTALS = st.integers(1, 12)


def owner(account: str, total: int, api: str = "ea") -> int:
    """The only shard that has the account."""
    (found,) = [number for number in range(total) if Shard(number, total).owns(api, account)]
    return found


@given(ACCOUNTS, TOTALS)
def test_each_account_is_on_one_shard(accounts: list[str], total: int) -> None:
    """Whatever its name and the number of shards."""
    assert all(0 <= owner(account, total) < total for account in accounts)


@given(ACCOUNTS, TOTALS)
def test_one_more_shard_only_takes(accounts: list[str], total: int) -> None:
    """No account moves between the shards that remain; the same holds for one less."""
    before = {account: owner(account, total) for account in accounts}
    after = {account: owner(account, total + 1) for account in accounts}
    assert {total} >= {after[account] for account in accounts if after[account] != before[account]}


def test_the_parts_are_about_equal() -> None:
    """Of 10,000 accounts on 10 shards, each has within a tenth of 1,000."""
    counts = Counter(owner(f"account-{number}", 10) for number in range(10_000))
    assert all(900 < counts[number] < 1100 for number in range(10))


def test_the_hash_never_changes() -> None:
    """Another one would move accounts with an update of the exporter. Accounts of two APIs are independent."""
    assert [3, 2, 0, 2] == [owner(name, 4) for name in ("contoso", "fabrikam", "Ärzte", "a b")]
    assert [0, 0, 0, 2] == [owner(name, 4, "b2c") for name in ("contoso", "fabrikam", "Ärzte", "a b")]


@pytest.mark.parametrize(
    ("pod", "total", "expected"),
    [
        ("azure-billing-exporter-0", 3, Shard(0, 3)),
        ("azure-billing-exporter-2", 3, Shard(2, 3)),
        ("azure-billing-exporter-12", 20, Shard(12, 20)),
        ("azure-billing-exporter-3", 3, Shard(3, 4)),
        ("azure-billing-exporter-7", 3, Shard(7, 8)),
    ],
)
def test_a_pod_is_the_shard_of_its_ordinal(pod: str, total: int, expected: Shard) -> None:
    """One beyond the total is the last of as many shards as it needs."""
    assert expected == Shard.from_pod(pod, total)


@pytest.mark.parametrize("pod", ["", "exporter", "exporter-5f6d8c-x2k9z", "exporter-01", "-1 ", "exporter--", "x-9999"])
def test_other_names_of_pods_are_invalid(pod: str) -> None:
    """Such as that of a Deployment's pod."""
    with pytest.raises(ValueError, match="is not the name of a StatefulSet's pod"):
        Shard.from_pod(pod, 3)


@given(st.text(min_size=1, max_size=20), TOTALS, TOTALS)
def test_a_pod_beyond_the_total_has_what_it_had(account: str, total: int, more: int) -> None:
    """And maybe more: what it had with any larger total is on it until it is removed."""
    ordinal = total + more - 1
    if Shard(ordinal, total + more).owns("ea", account):
        assert Shard.from_pod(f"exporter-{ordinal}", total).owns("ea", account)
