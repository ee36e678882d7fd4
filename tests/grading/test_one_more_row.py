"""A metric value keeps the sums it was combined from: one more row is a change of these sums."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import polars as pl
import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.counting.resolution import resolve_events
from shopscore.counting.sums import window_sums
from shopscore.grading.weighing import MetricValues, combine, weigh
from shopscore.plugins.bound_rules import BoundRuleSet
from support.one_more_row import PLATFORM, RULES

F = Fraction
AS_OF = date(2024, 6, 30)
SHOPS = ("A", "B")

#: What each metric asks of a review, in the order of its tallies: does it count, and as how much?
COUNTED: dict[str, list[Any]] = {
    "bad": [lambda r: r.rating <= 2 and 1, lambda r: 1],
    "stars": [lambda r: r.rating, lambda r: 1],
    "service": [lambda r: r.service, lambda r: r.service is not None and 1],
    "graded": [lambda r: r.rating >= 4 and 1, lambda r: r.rating == 3 and 1, lambda r: 1],
    "net": [lambda r: r.rating >= 4 and 1, lambda r: r.rating <= 2 and 1, lambda r: 1],
    "number": [lambda r: r.rating <= 2 and 1],
}


@frozen
class Review:
    """``age`` in days before the day of publication."""

    shop: str
    age: int
    rating: int
    service: int | None


reviews = st.builds(
    Review,
    st.sampled_from(SHOPS),
    st.integers(0, 25),
    st.integers(1, 5),
    st.none() | st.integers(1, 5),
)


def rules_with(half_life: float | None) -> BoundRuleSet:
    ruleset = RULES.assuming({"half_life": half_life})
    return BoundRuleSet.bind(PLATFORM, PLATFORM.scorecard(), ruleset)


def measured(found: list[Review], rules: BoundRuleSet) -> dict[str, MetricValues]:
    """Read, resolved and weighed, as the package does it."""
    rows = [
        {
            "shop_id": review.shop,
            "review_id": str(number),
            "reviewed_at": f"{AS_OF - timedelta(days=review.age)} 12:00:00",
            "rating": review.rating,
            "service_rating": review.service,
        }
        for number, review in enumerate(found)
    ]
    schema = {
        "shop_id": pl.String, "review_id": pl.String, "reviewed_at": pl.String,
        "rating": pl.Int64, "service_rating": pl.Int64,
    }  # fmt: skip
    shops = pl.DataFrame({"shop_id": SHOPS, "industry": ["food"] * len(SHOPS)})
    frames = {"reviews": pl.DataFrame(rows, schema=schema), "shops": shops}
    events = ss.read_events(frames, platform=PLATFORM)
    summing = partial(window_sums, resolve_events(events, rules))
    return weigh(rules, summing, events.columns_present(), AS_OF, len(events.shops))


def with_one_more(
    id: str, before: MetricValues, review: Review, rules: BoundRuleSet
) -> MetricValues:
    """The value after adding what the review counts to the sums of its shop."""
    metric = rules.metrics[id]
    window = metric.window.weights(AS_OF)
    place = review.age - window.first_age
    weight = window.ints[place] if 0 <= place < len(window.ints) else None
    changed = []
    for (sums, counts), value_of in zip(before.sums, COUNTED[id], strict=True):
        value = value_of(review)
        added, row = np.zeros_like(sums), SHOPS.index(review.shop)
        more = np.zeros_like(counts)
        if weight is not None and value not in (False, None):
            added[row], more[row] = weight * value, 1
        changed.append((sums + added, counts + more))
    return combine(metric, changed)


def said(found: MetricValues) -> tuple[Any, ...]:
    sums = [(total.tolist(), count.tolist()) for total, count in found.sums]
    return found.column.fractions(), found.n.tolist(), sums


@given(st.lists(reviews, min_size=1, max_size=12), reviews, st.sampled_from([None, 5]))
@settings(max_examples=60)
def test_the_value_is_that_of_the_events_with_the_row(
    found: list[Review], more: Review, half_life: float | None
) -> None:
    rules = rules_with(half_life)
    before, after = measured(found, rules), measured([*found, more], rules)
    assert set(before) == set(COUNTED)
    for id in COUNTED:
        assert said(with_one_more(id, before[id], more, rules)) == said(after[id]), id


def test_one_more_bad_review_by_hand() -> None:
    """A: one bad of three; one more makes two of four. B has none, and then one of one."""
    rules = rules_with(None)
    found = [Review("A", 1, rating, 5) for rating in (1, 4, 5)]
    before = measured(found, rules)
    assert before["bad"].column.fractions() == [F(1, 3), None]
    assert before["net"].column.fractions() == [F(1, 3), None]
    bad = {shop: Review(shop, 2, 2, None) for shop in SHOPS}
    more = {shop: with_one_more("bad", before["bad"], bad[shop], rules) for shop in SHOPS}
    assert more["A"].column.fractions() == [F(1, 2), None]
    assert more["B"].column.fractions() == [F(1, 3), F(1)]
    assert more["B"].n.tolist() == [3, 1]
    graded = with_one_more("graded", before["graded"], Review("A", 2, 3, None), rules)
    assert graded.column.fractions() == [F(23, 40), None], "(1 + 1 + 0.3) of 4"
    stars = with_one_more("stars", before["stars"], bad["A"], rules)
    assert stars.column.fractions() == [F(12, 16), None], "(1 + 4 + 5 + 2)/4, in units of four"
    net = with_one_more("net", before["net"], bad["A"], rules)
    assert net.column.fractions() == [F(0), None], "two less two of four"


def test_one_review_less_is_taken_away_in_the_same_way() -> None:
    """What remains are the events without it, down to none at all."""
    rules, row = rules_with(5), Review("A", 4, 1, 2)
    for others in ([Review("B", 2, 3, 3)], [Review("A", 9, 5, None), Review("B", 2, 3, 3)]):
        without, whole = measured(others, rules), measured([*others, row], rules)
        for id in COUNTED:
            added = with_one_more(id, without[id], row, rules)
            pairs = zip(whole[id].sums, added.sums, without[id].sums, strict=True)
            less = [(s - a + b, c - m + n) for (s, c), (a, m), (b, n) in pairs]
            assert said(combine(rules.metrics[id], less)) == said(without[id])


def test_every_metric_counted_keeps_a_pair_for_each_of_its_tallies() -> None:
    rules = rules_with(None)
    for id, values in measured([Review("A", 1, 1, 1)], rules).items():
        assert len(values.sums) == len(rules.metrics[id].aggregator.tallies) == len(COUNTED[id])
        assert all(len(total) == len(count) == len(SHOPS) for total, count in values.sums)
        assert said(combine(rules.metrics[id], values.sums)) == said(values)


def test_where_a_column_is_missing_nothing_is_known_whatever_the_sums() -> None:
    rules = rules_with(None)
    before = measured([Review("A", 4, 1, 3)], rules)["service"]
    assert before.column.fractions() == [3, None]
    found = combine(rules.metrics["service"], before.sums, ("reviews.service_rating",))
    assert (found.column.fractions(), found.n.tolist()) == ([None, None], [0, 0])
    assert found.missing_columns == ("reviews.service_rating",)


def test_values_that_were_typed_in_have_no_sums() -> None:
    values = pl.DataFrame({"shop_id": ["A"], "metric": ["bad"], "value": ["0.5"], "n": ["4"]})
    result = ss.score_values(values, platform=PLATFORM, ruleset=RULES, as_of=AS_OF)
    assert result.graded["bad"].measured.sums == ()
    assert result.graded["bad"].measured.column.fractions() == [F(1, 2)]


def test_what_an_aggregator_breaks_is_said_with_its_metric() -> None:
    metric = rules_with(None).metrics["net"]
    two = [(np.array([1]), np.array([1]))] * 2
    with pytest.raises(ss.PluginError, match="aggregator of metric net"):
        combine(metric, two)


def test_a_denominator_of_nothing_is_no_value() -> None:
    """Rows count, and all weigh nothing: n is there, and there is no value."""
    metric = rules_with(None).metrics["bad"]
    found = combine(metric, [(np.array([0]), np.array([1])), (np.array([0]), np.array([2]))])
    assert (found.column.fractions(), found.n.tolist()) == ([None], [2])


def test_where_there_is_no_value_the_column_holds_zero() -> None:
    """Whoever reads the values beside their mask meets the same fraction everywhere."""
    metric = rules_with(None).metrics["bad"]
    one, none = np.array([1, 0]), np.array([2, 0])
    values = combine(metric, [(one, one), (none, none)]).values
    assert values.fractions() == [F(1, 2), F(0)]
    assert (values.num[1], values.den[1]) == (0, 1)
