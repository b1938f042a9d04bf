"""The limit on series: no amount is lost, and published series stay."""

from decimal import Decimal
from operator import attrgetter

from hypothesis import given
from hypothesis import strategies as st

from exporter.model.families import Family, Labels, LabelValues, Samples
from exporter.model.limits import OTHER, limited

COST = Family("cost", "x", Labels.from_attributes(who="who", currency="currency"), attrgetter("cost"))
DAILY = Family("daily", "x", Labels.from_attributes(who="who", currency="currency"), attrgetter("daily"))
PRICE = Family("price", "x", Labels.from_attributes(meter="meter", currency="currency"), attrgetter("price"), max)
AMOUNTS = st.dictionaries(
    st.tuples(st.text("abcdefgh", min_size=1, max_size=2), st.sampled_from(["EUR", "USD"])),
    st.integers(-1000, 1000).map(Decimal),
)


def sums(samples: Samples) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for (_, currency), value in samples.items():
        found[currency] = found.get(currency, Decimal(0)) + Decimal(value)
    return found


@given(AMOUNTS, AMOUNTS, st.integers(2, 6))
def test_no_amount_is_lost_and_currencies_never_mix(cost: Samples, before: Samples, most: int) -> None:
    """Whatever was published before."""
    found, folded = limited({"cost": cost}, [COST], most, {"cost": before})
    assert sums(cost) == sums(found["cost"])
    assert len({key[0] for key in found["cost"]}) <= most
    assert (folded > 0) == (len({key[0] for key in cost}) > most)


def test_a_published_series_stays_until_it_falls_well_below_the_border() -> None:
    """Small changes of amounts do not change which series are published."""
    first: dict[LabelValues, Decimal] = {
        (name, "EUR"): Decimal(amount) for name, amount in {"a": 10, "b": 9, "c": 8, "d": 7}.items()
    }
    retained, _ = limited({"cost": first}, [COST], 3)
    assert {("a", "EUR"), ("b", "EUR"), (OTHER, "EUR")} == set(retained["cost"])
    close = first | {("c", "EUR"): Decimal(11), ("d", "EUR"): Decimal(12)}
    same, _ = limited({"cost": close}, [COST], 3, retained)
    assert set(retained["cost"]) == set(same["cost"])
    far = first | {("d", "EUR"): Decimal(100)}
    other, _ = limited({"cost": far}, [COST], 3, same)
    assert {("d", "EUR"), ("a", "EUR"), (OTHER, "EUR")} == set(other["cost"])


def test_series_of_a_later_family_alone_are_ranked_too() -> None:
    """In the first days of a month the newest complete day is in the previous month."""
    daily: dict[LabelValues, Decimal] = {
        (name, "EUR"): Decimal(amount) for name, amount in {"a": 1, "b": 2, "y": 8, "z": 9}.items()
    }
    found, _ = limited({"cost": {}, "daily": daily}, [COST, DAILY], 3)
    assert {("y", "EUR"), ("z", "EUR"), (OTHER, "EUR")} == set(found["daily"])


def test_values_that_cannot_be_summed_are_left_out() -> None:
    """There is no price of `__other__`."""
    prices: dict[LabelValues, Decimal] = {(f"m{place}", "EUR"): Decimal(place) for place in range(9)}
    found, folded = limited({"price": prices}, [PRICE], 4)
    assert ({("m8", "EUR"), ("m7", "EUR"), ("m6", "EUR")}, 6) == (set(found["price"]), folded)
