"""Gaps: closed forms, values alone, what comes next, the cheapest mix, and what leaves the windows."""

from __future__ import annotations

import json
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from math import ceil
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.analysis.gaps.found import MetricGap
from shopscore.samples import generate
from shopscore.testing.toy import PLATFORM
from support import one_more_row
from support.gap_shops import AS_OF, BANDED, Row, review, scored, values_of

F = Fraction
SHOWN = one_more_row.RULES
#: Ratings of the only shop: four of thirty are bad, the mean is 4.
ROWS = [review(n % 20 + 1, rating) for n, rating in enumerate([1, 2] * 2 + [4] * 12 + [5] * 14)]


def one(found: ss.Gaps, metric: str) -> MetricGap:
    return next(gap for target in found.targets for gap in target.metrics if gap.metric == metric)


class TestClosedForms:
    """As a person computes them: for rates and means of rows that weigh the same."""

    def test_a_rate_that_is_better_lower(self) -> None:
        base, rate = len(ROWS), F(4, len(ROWS))
        found = one(ss.gap(scored(ROWS, "reviews", SHOWN), target="bad=5%"), "bad")
        assert found.value == rate
        assert found.events == ceil(base * (rate / F(5, 100) - 1)) == 50

    def test_a_rate_that_is_better_higher(self) -> None:
        base, rate, target = len(ROWS), F(26, len(ROWS)), F(95, 100)
        found = one(ss.gap(scored(ROWS, "reviews", SHOWN), target="graded=0.95"), "graded")
        assert found.value == rate
        assert found.events == ceil(base * (target - rate) / (1 - target))

    def test_a_mean(self) -> None:
        """``stars`` is in quarters: ratings of 5 are 1.25 each."""
        result = scored(ROWS, "reviews", SHOWN)
        base, mean = len(ROWS), result.measured["stars"].column.fractions()[0]
        assert mean is not None
        found = one(ss.gap(result, target="stars=1.2"), "stars")
        assert found.event is not None
        assert found.event.each == F(5, 4)  # a quarter of the shop's own are as good
        assert found.events == ceil(base * (F(12, 10) - mean) / (F(5, 4) - F(12, 10)))

    def test_a_mean_of_events_that_the_user_names(self) -> None:
        result = scored(ROWS, "reviews", SHOWN)
        mean = result.measured["stars"].column.fractions()[0]
        assert mean is not None
        found = one(ss.gap(result, target="stars=1.05", each={"stars": "1.1"}), "stars")
        # a rating is a whole number: one that is no better than what was said
        assert "events with a value of 1.1 are no help" in str(found.reason)


class TestOfValuesAlone:
    def test_a_rate_on_known_rows(self) -> None:
        result = values_of(
            {"bad": ("0.08", 50), "graded": ("0.7", 30)}, one_more_row.PLATFORM, SHOWN
        )
        found = ss.gap(result, target=["bad=0.05", "graded=0.75"])
        assert one(found, "bad").events == ceil(50 * (F(8, 5) - 1)) == 30
        assert one(found, "graded").events == ceil(30 * F(5, 100) / F(25, 100)) == 6
        assert not found.leaving
        assert "no events of this shop" in str(found.remarks[0])

    def test_a_mean_needs_what_one_event_is(self) -> None:
        result = values_of({"stars": ("1.0", 20)}, one_more_row.PLATFORM, SHOWN)
        silent = one(ss.gap(result, target="stars=1.1"), "stars")
        assert (silent.needed, silent.events) == (F(11, 10), None)
        assert "it has to be said" in str(silent.reason)
        told = one(ss.gap(result, target="stars=1.1", each={"stars": "1.25"}), "stars")
        assert told.events == ceil(20 * F(1, 10) / F(15, 100)) == 14

    def test_without_the_rows_only_the_value(self) -> None:
        result = values_of({"bad": ("0.08", None)}, one_more_row.PLATFORM, SHOWN)
        found = one(ss.gap(result, target="bad=0.05"), "bad")
        assert (found.needed, found.events) == (F(1, 20), None)
        assert "give n with it" in str(found.reason)

    def test_where_newer_days_weigh_more_only_the_value(self) -> None:
        rules = SHOWN.assuming({"half_life": 5})
        result = values_of({"bad": ("0.08", 50)}, one_more_row.PLATFORM, rules)
        found = one(ss.gap(result, target="bad=0.05"), "bad")
        assert found.events is None
        assert "newer days weigh more" in str(found.reason)

    def test_the_total(self) -> None:
        values = {"bad": ("0.4", 10), "stars": ("0.75", 10), "graded": ("0.5", 10)}
        found = ss.gap(values_of(values, one_more_row.PLATFORM, BANDED), target=2.2)
        assert found.score_exact == F(1, 2) + F(3, 10) * F(5, 2) + F(2, 10) * 2
        assert (one(found, "bad").needed, one(found, "bad").events) == (F(3, 10), 4)


class TestTargets:
    result = scored(ROWS, "reviews", BANDED)

    @pytest.mark.parametrize(
        ("written", "said"),
        [
            ("soon", "write a total"),
            ("bad=good", "write a total"),
            ("bads=0.1", "no metric bads; did you mean bad"),
            ("6", "the scale ends at 5"),
            ("95%", "write a total"),
            ("total=95%", "write a total"),
            ("tier=gold", "no tier gold"),
            ("level=top", "no level top"),
            ("stars=band", "stars has no bands"),
            ("bad=80 percentile", "from 0 to 1"),
            ("bad=150%", "no value can be that"),
            ("bad=-0.1", "no value can be that"),
            (-1, "no value can be that"),
            (float("nan"), "write a total"),
        ],
    )
    def test_what_is_none(self, written: Any, said: str) -> None:
        with pytest.raises(ss.UsageError, match=said):
            ss.gap(self.result, target=written)

    @pytest.mark.parametrize("written", ["bad=5 points", "bad=10%", "bad=0.1", "差评率=0.1"])
    def test_ways_to_write_one_thing(self, written: str) -> None:
        if written.startswith("差"):
            with pytest.raises(ss.UsageError):  # all metrics here are called 评
                ss.gap(self.result, target=written)
            return
        assert one(ss.gap(self.result, target=written), "bad").events == 10

    def test_the_best_band_is_reached(self) -> None:
        rows = [review(2, 5)] * 4
        (target,) = ss.gap(scored(rows, "reviews", BANDED), target="bad=band").targets
        assert target.reached
        assert not target.metrics

    def test_a_total_that_was_not_made(self) -> None:
        with pytest.raises(ss.UsageError, match="these rules make no total"):
            ss.gap(scored(ROWS, "reviews", SHOWN), target=4)

    def test_an_unknown_shop(self) -> None:
        with pytest.raises(ss.UsageError, match="no shop B here"):
            ss.gap(self.result, shop="B")

    @pytest.mark.parametrize("odd", ["x", float("nan"), None])
    @pytest.mark.parametrize("argument", ["costs", "each"])
    def test_what_is_no_number(self, argument: str, odd: Any) -> None:
        with pytest.raises(ss.UsageError, match=f"{argument} bad: .* is not a number"):
            ss.gap(self.result, target=4, **{argument: {"bad": odd}})

    @pytest.mark.parametrize("odd", [["bad"], "bad=1", 3, []])
    @pytest.mark.parametrize("argument", ["costs", "each"])
    def test_what_is_no_mapping(self, argument: str, odd: Any) -> None:
        with pytest.raises(ss.UsageError, match=f"{argument}=.*: write a number for each metric"):
            ss.gap(self.result, target=4, **{argument: odd})

    def test_costs_that_no_mix_is_made_of(self) -> None:
        for target, told in (("bad=band", True), (4, False)):
            found = ss.gap(self.result, target=target, costs={"bad": 1})
            assert any("a mix by costs" in str(one) for one in found.remarks) == told

    def test_a_cost_below_zero(self) -> None:
        with pytest.raises(ss.UsageError, match="below 0"):
            ss.gap(self.result, target=4, costs={"bad": -1})

    def test_methods_of_results_and_shops_say_the_same(self) -> None:
        asked: Any = {"target": 4.9, "costs": {"bad": 1}}
        found = ss.gap(self.result, shop="A", **asked).to_dict()
        assert self.result.gap("A", **asked).to_dict() == found
        assert self.result["A"].gap(**asked).to_dict() == found
        assert json.loads(self.result.gap("A", **asked).to_json()) == found

    def test_a_row_for_each_target_and_metric(self) -> None:
        frame = ss.gap(self.result, target=[4.9, "bad=band"]).to_polars()
        assert frame["metric"].to_list() == ["bad", "stars", "graded", "bad"]


class TestTheCheapestMix:
    rows = (review(2, 1), review(2, 2), review(5, 5), review(9, 4), review(9, 3))

    @pytest.mark.parametrize("costs", [(1, 1, 1), (3, 1, 2), (2, 5, 0.5)])
    def test_none_is_cheaper(self, costs: tuple[float, ...]) -> None:
        """Against every mix of a few events, by the definition of the rules."""
        ids = ("bad", "stars", "graded")
        found = ss.gap(
            scored(self.rows, "reviews", BANDED),
            target=3.2,
            costs=dict(zip(ids, costs, strict=True)),
            each={"stars": "1.25"},
        )
        mix = found.targets[0].mix
        assert mix is not None
        assert mix.cost is not None
        exact = [F(str(cost)) for cost in costs]
        best = min(
            sum((cost * many for cost, many in zip(exact, more, strict=True)), F(0))
            for more in product(range(24), repeat=3)
            if _total(*more) >= F(3195, 1000)
        )
        assert mix.cost == best
        made = {part.metric: part.events for part in mix.parts}
        assert mix.score_then == _total(*(made.get(id, 0) for id in ids))

    def test_without_costs_there_is_none(self) -> None:
        assert ss.gap(scored(self.rows, "reviews", BANDED), target=3).targets[0].mix is None

    def test_costs_of_too_little(self) -> None:
        found = ss.gap(scored(self.rows, "reviews", BANDED), target=5, costs={"graded": 1})
        mix = found.targets[0].mix
        assert mix is not None
        assert mix.cost is None
        assert "no mix" in str(mix.reason)


def _total(bad: int, stars: int, graded: int) -> Fraction:
    """The total with so many more good events in each metric, each by itself."""
    rate, grades = F(2, 5 + bad), (F(23, 10) + graded) / (5 + graded)
    mean = (15 + 5 * stars) / F(5 + stars) / 4
    points = (
        next((p for bound, p in ((F(1, 10), 5), (F(3, 10), 3), (F(1, 2), 1)) if rate <= bound), 0),
        (mean - F(1, 4)) * 5,
        next(
            (p for bound, p in ((F(9, 10), 5), (F(6, 10), 4), (F(3, 10), 2)) if grades >= bound), 0
        ),
    )
    return F(1, 2) * points[0] + F(3, 10) * points[1] + F(1, 5) * points[2]


class TestLeaving:
    rows = (review(3, 1), review(20, 2), review(18, 5), review(1, 4), review(9, 3), review(12, 5))

    @pytest.mark.parametrize("half_life", [None, 5])
    def test_each_day_is_the_score_of_that_day(self, half_life: int | None) -> None:
        more = {"assume": {"half_life": half_life}}
        found = ss.gap(scored(self.rows, "reviews", BANDED, **more), target=4)
        assert found.days_ahead == 20
        told = {one.day: one for one in found.leaving}
        before = found.score_exact
        for ahead in range(1, found.days_ahead + 1):
            day = AS_OF + timedelta(days=ahead)
            own = scored(self.rows, "reviews", BANDED, as_of=day, **more)["A"]
            exact = None if own.score_exact is None else F(own.score_exact)
            assert (day in told) == (exact != before)
            if day in told:
                assert told[day].score_exact == exact
                assert told[day].status == own.status
                if exact is None or before is None:
                    assert told[day].change is None
                    break  # nothing is left to lose
                assert told[day].change == exact - before
                for metric in told[day].metrics:
                    value = own[metric.metric].value
                    assert value == (None if metric.value is None else float(metric.value))
            before = exact

    def test_the_metric_is_named(self) -> None:
        """The bad review of twenty days ago leaves on the first day."""
        found = ss.gap(scored(self.rows, "reviews", BANDED), target=4)
        first = found.leaving[0]
        assert first.day == AS_OF + timedelta(days=1)
        bad = next(one for one in first.metrics if one.metric == "bad")
        assert (bad.value_before, bad.value) == (F(2, 6), F(1, 5))
        assert (bad.points_before, bad.points) == (1, 3)


class TestAmongPeers:
    """The invented platform ranks shops of an industry."""

    frames = generate(shops=12, orders=900, seed=5, end=AS_OF)

    def result(self) -> ss.Result:
        return ss.score(self.frames, platform=PLATFORM, ruleset="2024-01-01", as_of=AS_OF)

    def test_the_value_is_the_first_step_that_reaches(self) -> None:
        """Against ranks from their definition, among the others of the industry."""
        result = self.result()
        assert result.rules.exact.ranking == "mid_percent_rank"
        values = result.measured["pickup_hours"].column.fractions()
        industry, checked = result.shops["industry"], 0
        for place, own in enumerate(values):
            others = [v for other, v in enumerate(values) if other != place and v is not None
                      and industry[other] == industry[place]]  # fmt: skip
            if own is None or len(others) < 3:
                continue

            def percentile(value: Fraction, others: list[Fraction] = others) -> Fraction:
                """Of the others the share that is worse, and half of those that are equal."""
                worse, equal = (sum(f(o) for o in others) for f in (value.__lt__, value.__eq__))
                return (worse + F(equal, 2)) / len(others)

            (target,) = result.gap(
                result.shops["shop_id"][place], target="pickup_hours=0.6 percentile"
            ).targets
            assert target.reached == (percentile(own) >= F(6, 10))
            if target.reached or target.metrics[0].needed is None:
                continue
            needed = target.metrics[0].needed
            assert percentile(needed) >= F(6, 10) > percentile(needed + F(1, 10))
            checked += 1
        assert checked

    def test_the_scores_of_answers_reach_the_target(self) -> None:
        result = self.result()
        shop = next(one for one in result if one.score is not None and one.score < 4)
        assert shop.score is not None
        target = F(str(shop.score)) + F(1, 10)
        gaps = result.gap(shop.shop_id, target=target).targets[0].metrics
        reached = [gap for gap in gaps if gap.events is not None]
        assert reached
        assert all(gap.score_then is not None for gap in reached)
        assert all((gap.score_then or 0) >= target - F(1, 200) for gap in reached)


def test_what_follows_when_a_score_is_not_there_yet() -> None:
    frames = generate(shops=6, orders=60, seed=1, end=AS_OF)
    result = ss.score(frames, platform=PLATFORM, ruleset="2024-01-01", as_of=AS_OF)
    shop = next(one for one in result if one.status == "insufficient_orders")
    found = result.gap(shop.shop_id)
    assert (found.targets[0].target.kind, found.targets[0].target.id) == (
        "eligibility", "enough_orders",
    )  # fmt: skip
    gap = one(found, "paid_orders")
    assert gap.events == 10 - (gap.value or 0)


def test_rows_are_what_they_say() -> None:
    row: Row = review(2, 5)
    assert scored([row], "reviews", SHOWN).measured["stars"].column.fractions() == [F(5, 4)]


class TestLevels:
    """Of a card of conditions: one metric for each criterion that is not met."""

    def test_a_criterion_is_reached_and_with_one_event_less_it_is_not(self) -> None:
        end = date(2022, 7, 1)
        frames = {
            "orders": pl.DataFrame(
                {
                    "shop_id": ["A"] * 40,
                    "order_id": [str(n) for n in range(40)],
                    "paid_at": [f"{end - timedelta(days=n % 20 + 1)} 10:00:00" for n in range(40)],
                    "amount": ["50.00"] * 40,
                }
            ),
            "reviews": pl.DataFrame(
                {
                    "shop_id": ["A"] * 10,
                    "review_id": [str(n) for n in range(10)],
                    "order_id": [str(n) for n in range(10)],
                    "reviewed_at": [f"{end - timedelta(days=n + 1)} 12:00:00" for n in range(10)],
                    "rating": [5] * 8 + [2] * 2,
                }
            ),
        }
        rules: Any = {"platform": "etsy", "scorecard": "star_seller", "as_of": end}
        found = ss.gap(ss.score(frames, **rules), target="level=star_seller")
        gaps = {gap.criterion: gap for gap in found.targets[0].metrics}
        reviews = next(gap for gap in gaps.values() if gap.metric == "review_mean")
        # 44 stars in 10 reviews: a mean of 4.8 is there with 20 more of five
        assert reviews.value == F(44, 10)
        assert (reviews.needed, reviews.events) == (F(48, 10), 20)
        missing = next(gap for gap in gaps.values() if gap.metric == "message_24h_rate")
        assert (missing.needed, missing.events) == (None, None)
        assert "its input is missing" in str(missing.reason)


def test_the_best_level_is_there_already() -> None:
    rules = values_of({"order_defect_rate": (0, 9)}, "amazon", None, "2025-07-01").rules
    best = {"higher": 1, "lower": 0}
    ids = [id for c in rules.exact.criteria for id in c.condition.metrics]
    values = {id: (best[rules.metrics[id].metric.better], 1000) for id in ids}
    found = ss.gap(values_of(values, "amazon", None, "2025-07-01"))
    assert not found.targets
    assert str(found.remarks[0]) == "the shop has the best level already"


def test_rules_that_make_no_total() -> None:
    found = ss.gap(scored(ROWS, "reviews", SHOWN))
    assert str(found.remarks[0]).startswith("these rules make no total")


def test_without_a_score_nothing_comes_next() -> None:
    result = values_of({"bad": ("0.4", 10)}, one_more_row.PLATFORM, BANDED)
    found = ss.gap(result)
    assert found.score is None
    assert [one.target.kind for one in found.targets] == ["band"]
    assert one(found, "bad").events == 4
