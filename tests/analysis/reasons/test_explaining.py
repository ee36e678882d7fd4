"""Explanations as a whole: assumptions, conditions, aggregators of strangers, and other sources."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore import Tally, col
from shopscore.analysis.reasons.one_more import apart, constructed, within
from shopscore.errors import UsageError
from shopscore.rules.ruleset_toml import parse_ruleset
from shopscore.samples import generate
from shopscore.testing.toy import PLATFORM as TOY
from support import judged_platform, one_more_row, pooled_platform

F = Fraction
FRAMES = generate(shops=8, orders=500, seed=5, end=date(2025, 3, 27))
TOYS: dict[str, Any] = {"platform": TOY, "as_of": "2025-03-28"}


def exact(result: ss.Result, shop: str) -> Fraction | None:
    said = result[shop].score_exact
    return None if said is None else F(said)


def test_assumptions_at_their_ends_are_as_scored_with_them() -> None:
    result = ss.score(FRAMES, **TOYS)
    found = result.explain("S0005").assumptions
    assert {one.id.split(".", 2)[2] for one in found} >= {
        "bad_review.max_rating", "decay.half_life_days",
    }  # fmt: skip
    for one in found:
        assert one.ends
        for end in one.ends:
            again = ss.score(FRAMES, assume={one.id: end.value}, **TOYS)
            assert end.score == exact(again, "S0005")


SAMPLES: list[tuple[str, str | None, date, str, tuple[str, ...]]] = [
    ("pinduoduo", None, date(2022, 4, 14), "2022-04-15", ("S0002", "S0003")),
    ("pinduoduo", None, date(2022, 6, 27), "2022-06-28", ("S0002",)),
    ("douyin", None, date(2022, 6, 27), "2022-06-28", ("S0001",)),
]


@pytest.mark.parametrize(("platform", "card", "end", "day", "shops"), SAMPLES)
def test_ends_are_as_scored_also_where_events_begin_late(
    platform: str, card: str | None, end: date, day: str, shops: tuple[str, ...]
) -> None:
    """Another window may reach before the events, or no more: conditions are checked anew."""
    frames = generate(shops=8, orders=500, seed=5, end=end)
    own: dict[str, Any] = {"platform": platform, "scorecard": card, "as_of": day}
    result = ss.score(frames, **own)
    again: dict[tuple[str, str], ss.Result] = {}
    for shop in shops:
        for one in result.explain(shop).assumptions:
            for end_ in one.ends:
                key = (one.id, end_.value)
                if key not in again:
                    again[key] = ss.score(frames, assume={one.id: end_.value}, **own)
                assert end_.score == exact(again[key], shop), (shop, key)


def test_of_a_state_no_other_counting_is_told() -> None:
    """What is graded by other numbers is told all the same."""
    state = ss.tally(ss.resolve(FRAMES, **TOYS))
    result = ss.score(state, **TOYS)
    ends = {one.id: one.ends for one in result.explain("S0005").assumptions}
    untold = [end for of in ends.values() for end in of if "only events tell" in str(end.reason)]
    assert untold
    assert all(end.score is None for end in untold)
    for id, of in ends.items():
        for end in of:
            if end not in untold:
                again = ss.score(state, assume={id: end.value}, **TOYS)
                assert end.score == exact(again, "S0005")


WEIGHED = """
schema = 1
platform = "one_more"
scorecard = "reviews"
version = "2"
status = "seed"
zh = "再"
en = "One more"
scale = { low = 0, high = 5, decimals = 2, source = "page" }
sources.page = { title = "A page", confidence = "I" }
scorers.rising = { kind = "linear", line = [[-1, 0], [2, 5]], source = "page" }
scorers.falling = { kind = "linear", line = [[0, 5], [1, 0]], source = "page" }
[[dimensions]]
id = "all"
zh = "全"
en = "All"
weight = 1
source = "page"
metrics = [
  { id = "bad", scorer = "falling", weight = 1, source = "page" },
  { id = "stars", scorer = "rising", weight = 2, source = "page" },
  { id = "graded", scorer = "rising", weight = 3, source = "page" },
  { id = "net", scorer = "rising", weight = 4, source = "page" },
]
[[assumptions]]
id = "half_life"
kind = "decimal"
nullable = true
low = 1
high = 90
reason = "a test says it"
"""


def _reviews(rows: list[tuple[int, int]]) -> dict[str, pl.DataFrame]:
    cells = [
        ("S1", f"R{n}", f"2024-06-{day:02} 10:00:00", str(rating))
        for n, (day, rating) in enumerate(rows)
    ]
    names = ["shop_id", "review_id", "reviewed_at", "rating"]
    return {"reviews": pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String), orient="row")}


@settings(max_examples=8)
@given(
    st.lists(st.tuples(st.integers(5, 29), st.integers(1, 5)), min_size=2, max_size=5),
    st.sampled_from(["none", "3"]),
)
def test_each_event_of_any_aggregator(rows: list[tuple[int, int]], half_life: str) -> None:
    """A ratio, a mean, grades and the aggregator of a third party, on no ranks at all."""
    own: dict[str, Any] = {
        "platform": one_more_row.PLATFORM,
        "ruleset": parse_ruleset(WEIGHED, "one_more.toml"),
        "as_of": "2024-06-30",
        "assume": {"half_life": half_life},
    }
    frames = _reviews(rows)
    result = ss.score(frames, **own)
    found = result.explain(most=20)
    assert sum(line.gives for line in found.contributions) == (found.score_exact or 0)
    named = {event.key["review_id"]: event.costs for event in found.events}
    for n in range(len(rows)):
        left = {"reviews": frames["reviews"].filter(pl.col("review_id") != f"R{n}")}
        after, before = exact(ss.score(left, **own), "S1"), exact(result, "S1")
        costs = None if after is None or before is None else after - before
        assert named.get(f"R{n}") == (costs if costs is not None and costs > 0 else None)
    for one in found.effects:
        if one.before is not None and one.metric != "stars":
            rating = {"bad": {"good": 5, "bad": 1}}.get(one.metric, {"good": 5, "bad": 1})[one.kind]
            more = ss.score(_reviews([*rows, (29, rating)]), **own)
            value = more.measured[one.metric].column.fractions()[0]
            assert value == one.after


@settings(max_examples=8)
@given(st.lists(st.tuples(st.integers(1, 60), st.booleans()), min_size=2, max_size=6))
def test_one_more_comes_on_one_day_in_all_windows(rows: list[tuple[int, bool]]) -> None:
    """Of two windows side by side, of two where the first lacks rows, and of the worst days."""
    day = date(2025, 3, 1)
    own: dict[str, Any] = {
        "platform": pooled_platform.PLATFORM, "ruleset": pooled_platform.rules_of(),
        "as_of": day,
    }  # fmt: skip

    def scored(orders: list[tuple[int, bool]]) -> ss.Result:
        cells = [("S1", f"O{n}", f"{day - timedelta(days=age)} 10:00:00", str(presale).lower())
                 for n, (age, presale) in enumerate(orders)]  # fmt: skip
        names = ["shop_id", "order_id", "paid_at", "is_presale"]
        return ss.score({"orders": pl.DataFrame(cells, schema=names, orient="row")}, **own)

    def value(result: ss.Result, metric: str) -> Fraction | None:
        return result.measured[metric].column.fractions()[0]

    result = scored(rows)
    then = [scored([*rows, (1, presale)]) for presale in (False, True)]
    effects = {(one.metric, one.kind): one.after for one in result.explain(most=0).effects}
    for id in ("change", "back", "worst"):
        before = value(result, id)
        known = [after for one in then if (after := value(one, id)) is not None]
        if before is not None:
            good, bad = min(known), max(known)
            assert effects.get((id, "good")) == (good if good < before else None)
            assert effects.get((id, "bad")) == (bad if bad > before else None)


class TestWhatIsReadOffConditions:
    RATED = Tally("reviews", day=col.reviewed_at, where=col.rating.is_not_null())
    BAD = Tally("reviews", day=col.reviewed_at, where=col.rating.is_not_null() & (col.rating <= 2))
    WORST = Tally(
        "reviews", day=col.reviewed_at, where=col.rating.is_not_null() & (col.rating <= 1)
    )
    OTHER = Tally("reviews", day=col.reviewed_at, where=col.is_first)
    ORDERS = Tally("orders", day=col.paid_at)

    def test_what_asks_for_more_is_within(self) -> None:
        assert within(self.BAD, self.RATED)
        assert within(self.WORST, self.BAD)
        assert not within(self.BAD, self.WORST)
        assert not within(self.RATED, self.BAD)
        assert not within(self.RATED, self.ORDERS)

    def test_a_row_counts_for_all_that_ask_for_less(self) -> None:
        one, nothing = (1, 1), (0, 0)
        assert [*constructed([self.WORST, self.BAD, self.RATED])] == [
            (one, one, one), (nothing, one, one), (nothing, nothing, one),
        ]  # fmt: skip

    def test_where_nobody_can_tell_only_rows_do(self) -> None:
        assert [*constructed([self.BAD, self.OTHER])] == []

    def test_what_contradicts_is_apart(self) -> None:
        good = Tally("reviews", day=col.reviewed_at, where=col.rating >= 4)
        assert apart(good, self.BAD)
        assert apart(self.BAD, good)
        assert not apart(self.BAD, self.WORST)
        assert not apart(self.BAD, self.OTHER)
        kinds = [Tally("aftersales", day=col.closed_at, where=col.kind == k) for k in ("a", "b")]
        assert apart(*kinds)
        either = Tally("aftersales", day=col.closed_at, where=col.kind.is_in("b", "c"))
        assert [apart(kind, either) for kind in kinds] == [True, False]


def test_conditions_of_a_card_without_points() -> None:
    frames = generate(shops=4, orders=600, seed=1, end=date(2022, 6, 30))
    own = {"platform": "etsy", "scorecard": "service_standards", "as_of": "2022-07-01"}
    result = ss.score(frames, **own)  # type: ignore[arg-type]
    shop = str(result.shops["shop_id"][0])
    found = result.explain(shop, most=2)
    assert found.contributions == ()
    views = {one.id: one for one in result[shop].criteria}
    conditions = [one for one in found.conditions if one.role == "criterion"]
    assert [one.id for one in conditions] == [*views]
    for one in conditions:
        view = views[one.id]
        assert one.met == view.met
        if one.value is None or one.bound is None:
            continue
        assert float(one.value) == view.value
        upwards = one.condition.operator in ("at least", "above")
        assert one.distance == (one.value - one.bound) * (1 if upwards else -1)
        for row, value in one.rows:
            rows = frames[row.stream]
            ((name, id),) = row.key.items()
            left = {**frames, row.stream: rows.filter(pl.col(name) != id)}
            again = ss.score(left, **own)  # type: ignore[arg-type]
            column = again.measured[one.condition.measure.id].column
            assert column.fractions()[again.shops["shop_id"].to_list().index(shop)] == value
    told = [one for one in conditions if one.rows]
    assert told
    assert len({one.condition.measure.metric for one in told}) == len(told)


def test_an_event_that_another_stands_in_for_brings_a_condition_no_nearer() -> None:
    """Of two orders of a buyer either may be gone: he is one of the buyers all the same."""
    criterion = """
[[criteria]]
id = "few"
metric = "buyers"
at_most = 1
source = "page"
[[levels]]
id = "a"
zh = "甲"
en = "A"
all_of = ["few"]
source = "page"
"""
    orders = pl.DataFrame({
        "shop_id": ["S1"] * 3, "order_id": ["1", "2", "3"], "buyer_id": ["x", "x", "y"],
        "paid_at": ["2025-02-01 10:00:00", "2025-02-02 10:00:00", "2025-02-03 10:00:00"],
    })  # fmt: skip
    asked: dict[str, Any] = {
        "platform": judged_platform.PLATFORM,
        "ruleset": judged_platform.rules_of(criterion),
        "as_of": "2025-03-02",
    }
    (one,) = ss.explain({"orders": orders}, **asked).conditions
    assert (one.value, one.met) == (2, False)
    assert [(row.key["order_id"], value) for row, value in one.rows] == [("3", 1)]


def test_the_last_evaluation_stands_beside_the_projection() -> None:
    frames = generate(shops=4, orders=600, seed=1, end=date(2022, 6, 30))
    own: dict[str, Any] = {"platform": "etsy", "scorecard": "service_standards"}
    result = ss.score(frames, as_of="2022-07-15", **own)
    first = ss.score(frames, as_of="2022-07-01", **own)
    differ = 0
    for shop in result.shops["shop_id"]:
        found = result.explain(shop, most=0)
        assert found.current_as_of == date(2022, 7, 1)
        assert found.current_conditions == first.explain(shop, most=0).current_conditions
        shown = {one.id: (one.current_value, one.current_met) for one in result[shop].criteria}
        for one, now in zip(found.current_conditions, found.conditions, strict=True):
            assert (one.id, one.rows) == (now.id, ())
            if one.role == "criterion":
                assert (None if one.value is None else float(one.value), one.met) == shown[one.id]
            differ += one.value != now.value
        document = found.to_dict()
        assert document["current_as_of"] == "2022-07-01"
        assert [c["id"] for c in document["current_conditions"]] == [
            c["id"] for c in document["conditions"]
        ]
    assert differ
    daily = ss.score(FRAMES, **TOYS).explain("S0005")
    assert (daily.current_as_of, daily.current_conditions) == (None, ())


def test_events_of_conditions_are_few() -> None:
    """Those of each metric once, of conditions that a shop fails or nearly does, three of each."""
    frames = generate(shops=8, orders=3000, seed=1, end=date(2026, 9, 30))
    result = ss.score(frames, platform="douyin", as_of="2026-10-01")
    for shop in result.shops["shop_id"]:
        told = [one for one in result.explain(shop).conditions if one.rows]
        metrics = [one.condition.measure.metric for one in told]
        assert len(set(metrics)) == len(metrics)
        for one in told:
            assert one.bound is not None
            assert len(one.rows) <= 3
            better = result.rules.metrics[one.condition.measure.metric].metric.better
            assert (better == "higher") == (one.condition.operator in ("at least", "above"))
            assert one.value is not None
            assert one.distance is not None
            assert one.met is not True or abs(one.rows[0][1] - one.value) >= one.distance


class TestOtherSources:
    def test_values_alone(self) -> None:
        values = pl.DataFrame(
            {"shop_id": ["S1", "S2"], "metric": ["bad_reviews"] * 2, "value": ["0.1", "0.2"]}
        )
        result = ss.score_values(values, **TOYS)
        found = result.explain("S1")
        assert (found.events, found.effects) == ((), ())
        assert any("no events" in str(said) for said in found.remarks)
        with pytest.raises(UsageError, match="row= needs events"):
            result.explain("S1", row="1")

    def test_a_state_knows_its_sums(self) -> None:
        state = ss.tally(ss.resolve(FRAMES, **TOYS))
        shops = ss.read_events(FRAMES, platform=TOY)
        found = ss.explain(state, shop="S0005", shops=shops, **TOYS)
        whole = ss.explain(FRAMES, shop="S0005", **TOYS)
        assert found.contributions == whole.contributions
        assert found.effects
        of_events = {(one.metric, one.kind): one for one in whole.effects}
        for one in found.effects:
            assert one.gives == of_events[one.metric, one.kind].gives

    def test_as_a_frame_and_as_a_document(self) -> None:
        found = ss.explain(FRAMES, shop="S0005", **TOYS)
        assert found.to_polars()["id"].to_list() == [line.id for line in found.contributions]
        assert found.to_dict()["score_exact"] == str(found.score_exact)
        assert repr(found) == f"<Explanation of S0005: {len(found.contributions)} lines>"

    @pytest.mark.parametrize("odd", [-1, "x", 2.5])
    def test_a_number_of_events(self, odd: Any) -> None:
        with pytest.raises(UsageError, match=f"most={odd}"):
            ss.explain(FRAMES, shop="S0005", most=odd, **TOYS)


@pytest.mark.parametrize("ask", [ss.explain, ss.gap, ss.simulate])
def test_a_result_has_its_rules_and_its_input(ask: Any) -> None:
    result = ss.score(FRAMES, **TOYS)
    for name, value in {**TOYS, "prefer": "values", "shops": FRAMES["orders"]}.items():
        with pytest.raises(UsageError, match=f"{name}= is not for it"):
            ask(result, shop="S0005", **{name: value})
