"""The fold from records to samples."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from operator import attrgetter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from exporter.errors import Malformed
from exporter.model.families import Family, Labels, fold
from exporter.runtime.exposition import Rendering, header


@dataclass
class Row:
    who: str | None
    plan: bool | None
    amount: Decimal | None


BY_WHO = Labels.from_attributes(who="who")
BY_BOTH = Labels.from_attributes(who="who", plan="plan")
COST = Family("cost", "Cost.", BY_WHO, attrgetter("amount"))
amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=22) | st.none()
rows = st.lists(st.builds(Row, st.sampled_from(["a", "b", "", None]), st.sampled_from([True, False, None]), amounts))


@given(rows)
def test_no_money_is_lost_whatever_the_labels(records: list[Row]) -> None:
    """The samples of every family sum to the records' amounts, to the last of 22 decimals."""
    families = [COST, Family("twice", "Again.", BY_BOTH, attrgetter("amount"))]
    samples = fold(records, families)
    total = _sum(row.amount for row in records if row.amount is not None)
    assert [_sum(samples[family.name].values()) for family in families] == [total, total]


@given(rows, rows)
def test_what_is_published_changes_no_sample(before: list[Row], after: list[Row]) -> None:
    """Labels that are known already are taken over as objects, whatever their order, number and repetition."""
    families = [COST, Family("twice", "Again.", BY_BOTH, attrgetter("amount"))]
    published = fold(before, families)
    expected = {name: list(samples.items()) for name, samples in fold(after, families).items()}
    assert expected == {name: list(samples.items()) for name, samples in fold(after, families, published).items()}


def test_labels_of_the_same_order_are_the_published_objects() -> None:
    """They are stored once, and quick to compare."""
    before = fold([Row(f"{place}", None, Decimal(1)) for place in range(600)], [COST])["cost"]
    after = fold([Row(f"{place}", None, Decimal(2)) for place in range(600)], [COST], {"cost": before})["cost"]
    assert all(one is other for one, other in zip(before, after, strict=True))


def _sum(amounts: Iterable[Any]) -> Fraction:
    return sum(map(Fraction, amounts), Fraction(0))


def test_absent_is_not_zero() -> None:
    """A record without the amount makes no sample; one with a zero does."""
    assert fold([Row("a", None, None), Row("b", None, Decimal(0))], [COST]) == {"cost": {("b",): Decimal(0)}}


def test_none_and_empty_text_are_one_label_value_and_their_amounts_are_one_sample() -> None:
    """Prometheus treats an empty label as an absent one."""
    assert fold([Row(None, None, Decimal(1)), Row("", None, Decimal(2))], [COST]) == {"cost": {("",): Decimal(3)}}


def test_booleans_become_lower_case_text() -> None:
    """As in JSON."""
    assert fold([Row("a", True, Decimal(1))], [Family("x", "X.", BY_BOTH, attrgetter("amount"))]) == {
        "x": {("a", "true"): Decimal(1)}
    }


@pytest.mark.parametrize(
    ("amounts", "text"),
    [
        (["NaN"], "would be NaN"),
        (["Infinity"], "would be Infinity"),
        (["1E+400"], "would be 1E"),
        (["1E+70", "1E-22"], "more than 60 digits"),
    ],
)
def test_amounts_that_no_sample_can_hold_are_malformed(amounts: list[str], text: str) -> None:
    """One such amount must neither make the whole scrape invalid nor silently lose a digit."""
    with pytest.raises(Malformed, match=text.replace("+", r"\+")):
        fold([Row("a", None, Decimal(amount)) for amount in amounts], [COST])


@given(st.text(), st.text())
def test_any_text_survives_a_label(account: str, who: str) -> None:
    """The parser of client_python reads the original text."""
    text = Rendering(account).lines(COST, {(who,): Decimal("1.5")}).decode()
    (family,) = text_string_to_metric_families(header(COST) + text)
    (sample,) = family.samples
    assert ({"account": account, "who": who}, 1.5) == (sample.labels, sample.value)
