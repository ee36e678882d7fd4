"""The answers, fed back as events, reach the target, and one event less does not."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.analysis.gaps.found import MetricGap
from shopscore.analysis.gaps.targets import Target
from support import gap_shops, one_more_row, pooled_platform
from support.gap_shops import (
    candidates,
    order,
    review,
    rows_of,
    scored,
    scored_shops,
    value_in,
)

F = Fraction
reviews = st.lists(
    st.builds(review, st.integers(1, 25), st.integers(1, 5), st.none() | st.integers(1, 5)),
    min_size=3,
    max_size=12,
)
orders = st.lists(
    st.builds(
        order,
        st.integers(1, 70),
        st.booleans(),
        st.none() | st.integers(1, 6),
        st.integers(1, 900),
    ),
    min_size=4,
    max_size=12,
)
#: A rating of five, in the unit of the metric.
STARS = {"stars": "1.25"}
POOLED = pooled_platform.rules_of()
#: Where the value of each metric of reviews ends.
BEST = {"bad": F(0), "stars": F(5, 4), "service": F(5), "graded": F(1), "net": F(1)}


def targets_of(result: ss.Result, best: dict[str, Fraction], share: Fraction) -> list[Target]:
    """A value for each metric, so far on the way to its best."""
    found = []
    for id, end in best.items():
        now = result.measured[id].column.fractions()[0]
        if now is not None and now != end:
            found.append(Target("value", id, now + (end - now) * share))
    return found


def is_reached(result: ss.Result, shop: str, target: Target) -> bool:
    value = value_in(result, shop, target.id)
    assert target.number is not None
    if value is None:
        return False
    higher = result.rules.metrics[target.id].metric.better == "higher"
    return value >= target.number if higher else value <= target.number


def check(
    rows: list[Any], stream: str, rules: Any, targets: list[Target], **more: Any
) -> list[MetricGap]:
    """Feed answers back: a shop with as many rows more, and one with one less, for each."""
    if not targets:
        return []
    asked = ss.gap(scored(rows, stream, rules, **more), target=targets).targets
    gaps = [one.metrics[0] for one in asked]
    told = [(target, gap) for target, gap in zip(targets, gaps, strict=True) if gap.events]
    events = [(gap.metric, gap.event) for _, gap in told if gap.event is not None]
    made = rows_of(rows, stream, rules, events, **more)
    shops = {}
    for (target, gap), row in zip(told, made, strict=True):
        many = min(gap.events or 0, 2000)  # as many as one waits for
        if many == gap.events:
            shops[f"with {target.id}"] = [*rows, *[row] * many]
        shops[f"less {target.id}"] = [*rows, *[row] * (many - 1)]
    result = scored_shops(shops, stream, rules, **more) if shops else None
    for target, gap in told:
        assert result is not None
        if f"with {target.id}" in shops:
            assert is_reached(result, f"with {target.id}", target)
            assert value_in(result, f"with {target.id}", target.id) == gap.value_then
        assert not is_reached(result, f"less {target.id}", target)
    return gaps


@given(reviews, st.sampled_from([F(1, 3), F(2, 3)]), st.sampled_from([None, 5]))
@settings(max_examples=5)
def test_of_stock_aggregators_and_a_strangers(
    rows: list[Any], share: Fraction, half_life: int | None
) -> None:
    more = {"assume": {"half_life": half_life}}
    rules = one_more_row.RULES
    result = scored(rows, "reviews", rules, **more)
    gaps = check(rows, "reviews", rules, targets_of(result, BEST, share), **more)
    for gap in gaps:
        if gap.metric in ("bad", "graded", "net"):
            # a review of five stars can always come; of less, none is as good
            assert gap.events is not None


@given(orders, st.sampled_from([F(1, 4), F(3, 4)]))
@settings(max_examples=3)
def test_of_several_windows_sums_and_quantiles(rows: list[Any], share: Fraction) -> None:
    best = dict.fromkeys(("rate", "back", "worst", "squared", "refunded"), F(0))
    result = scored(rows, "orders", POOLED)
    targets = targets_of(result, {**best, "p50": F(1), "change": F(-1)}, share)
    gaps = check(rows, "orders", POOLED, targets)
    never = [(target, gap.event) for target, gap in zip(targets, gaps, strict=True)
             if gap.events is None and gap.event is not None]  # fmt: skip
    shops = {
        f"{target.id} {n}": [*rows, *[row] * 300]
        for target, event in never
        for n, row in enumerate(candidates("orders", event))
    }
    result = scored_shops(shops, "orders", POOLED) if shops else None
    for target, event in never:
        # many rows of no kind that comes on the newest day reach it either
        for n, _ in enumerate(candidates("orders", event)):
            assert result is not None
            assert not is_reached(result, f"{target.id} {n}", target)


def test_what_only_grows_is_not_made_less_by_more() -> None:
    result = scored([order(3, False, 2)] * 4, "orders", POOLED)
    found = ss.gap(result, target=["orders=2", "sales=1"])
    assert [one.metrics[0].events for one in found.targets] == [None, None]
    assert "less of what is bad does" in str(found.targets[0].metrics[0].reason)


@pytest.mark.parametrize("half_life", [None, 7])
def test_a_count_that_is_better_higher(half_life: int | None) -> None:
    rows = [review(4, 1), review(4, 5)]
    more = {"assume": {"half_life": half_life}}
    result = scored(rows, "reviews", one_more_row.RULES, **more)
    (target,) = ss.gap(result, target="number=4").targets
    assert target.metrics[0].events == 3


class TestOfTheTotal:
    """Under rules of bands nothing is compared: a row of five stars moves all three metrics."""

    rows = (review(2, 1), review(2, 2), review(5, 5), review(9, 4), review(9, 3))

    def test_each_metric_by_itself(self) -> None:
        found = ss.gap(scored(self.rows, "reviews", gap_shops.BANDED), target=2.2, each=STARS)
        gaps = {gap.metric: gap for gap in found.targets[0].metrics}
        assert found.score_exact is not None
        for gap in gaps.values():
            assert gap.events is not None
            assert gap.score_then is not None
            assert gap.score_then >= F(2195, 1000) > found.score_exact
        # 2 of 5 are bad: 3 points are there at 3 in 10, 2 of 7
        assert (gaps["bad"].needed, gaps["bad"].events) == (F(3, 10), 2)

    def test_the_next_tier_and_bands_are_usual(self) -> None:
        found = ss.gap(scored(self.rows, "reviews", gap_shops.BANDED))
        asked = [(one.target.kind, one.target.id) for one in found.targets]
        assert asked == [("tier", "fine"), ("band", "bad"), ("band", "graded")]
        assert not any(one.reached for one in found.targets)

    def test_one_event_less_does_not_reach_the_total(self) -> None:
        """The rating of shops is linear: the least number is checked from the definition."""
        result = scored(self.rows, "reviews", gap_shops.BANDED)
        gap = next(
            g
            for g in ss.gap(result, target=2.1, each=STARS).targets[0].metrics
            if g.metric == "stars"
        )
        assert gap.events is not None
        base, stars = result.measured, F(15, 5)
        assert base["stars"].column.fractions()[0] == stars / 4
        fixed = F(1, 2) * 1 + F(1, 5) * 2  # bad within a half, graded 2.3 of 5

        def total(more: int) -> Fraction:
            mean = (15 + 5 * more) / F(5 + more) / 4
            return fixed + F(3, 10) * (mean - F(1, 4)) * 5

        assert total(gap.events) >= F(2095, 1000) > total(gap.events - 1)
