"""What a review found: cuts through units by subtraction, rules that nobody named, odd rule sets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from attrs import evolve

import shopscore as ss
from shopscore.counting.cells import fingerprint
from shopscore.counting.resolution import resolve_events
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.rules.ruleset_toml import parse_ruleset
from shopscore.testing.toy import PLATFORM

DAY = "2022-06-10 10:00:00"
ORDER = {"shop_id": "A", "order_id": "O1", "paid_at": DAY, "signed_at": DAY}


def review(rating: int) -> dict[str, Any]:
    return {
        "shop_id": "A",
        "review_id": "R1",
        "order_id": "O1",
        "reviewed_at": DAY,
        "rating": rating,
    }


def tallied(**streams: list[dict[str, Any]]) -> ss.Tallies:
    frames = {name: pl.DataFrame(rows) for name, rows in streams.items()}
    return ss.tally(ss.resolve(frames, platform="douyin", ruleset="2022"))


def score(state: ss.Tallies) -> ss.Result:
    return ss.score(state, platform="douyin", ruleset="2022", as_of="2022-06-30")


def test_a_correction_that_leaves_out_the_order_is_no_state() -> None:
    state = tallied(orders=[ORDER], reviews=[review(1)])
    cut = tallied(reviews=[review(1)]), tallied(reviews=[review(5)])
    for wrong in (state - cut[0] + cut[1], state + (cut[1] - cut[0])):
        with pytest.raises(ss.StateError, match="difference"):
            score(wrong)


def test_a_correction_of_the_whole_unit_is_the_state_of_the_new_rows() -> None:
    before = tallied(orders=[ORDER], reviews=[review(1)])
    after = tallied(orders=[ORDER], reviews=[review(5)])
    assert before - before + after == before + (after - before) == after
    value = score(before + (after - before))["A"].metrics[0].value
    assert value == 0.0


def test_rules_that_nobody_named_keep_to_their_span() -> None:
    frames = {"orders": pl.DataFrame([ORDER])}
    state = ss.tally(ss.resolve(frames, platform="douyin", as_of="2022-06-30"))
    assert len(ss.score(state, platform="douyin", as_of="2022-07-30")) == 1
    with pytest.raises(ss.CoverageError, match="2024-06-30"):
        ss.score(state, platform="douyin", as_of="2024-06-30")


def toy_rules(tally: ss.Tally, over: ss.Tally) -> BoundRuleSet:
    """The toy's rules, with one metric that counts something else."""
    card = PLATFORM.scorecard()
    rules = BoundRuleSet.bind(PLATFORM, card, card.ruleset("2024-01-01"))
    bound = rules.metrics["bad_reviews"]
    changed = {**rules.metrics, "bad_reviews": evolve(bound, aggregator=ss.Ratio(tally, over))}
    return evolve(rules, metrics=changed)


def test_rows_of_excluded_orders_do_not_win_a_place() -> None:
    """The buyer's first review belongs to an excluded order: the second one counts."""
    orders = [
        {"shop_id": "A", "order_id": "1", "paid_at": DAY, "is_excluded": True},
        {"shop_id": "A", "order_id": "2", "paid_at": DAY, "is_excluded": False},
    ]
    reviews = [
        {**review(1), "review_id": str(n), "order_id": str(n), "buyer_id": "b",
         "reviewed_at": f"2022-06-1{n} 10:00:00"} for n in (1, 2)
    ]  # fmt: skip
    first = ss.Once(per=(ss.col.buyer_id,), by=(ss.col.reviewed_at,))
    tally = ss.Tally("reviews", day=ss.col.reviewed_at, once=first)
    rules = toy_rules(tally, ss.Tally("reviews", day=ss.col.reviewed_at))
    frames = {"orders": pl.DataFrame(orders), "reviews": pl.DataFrame(reviews)}
    resolved = resolve_events(ss.read_events(frames, platform=PLATFORM), rules)
    cells = ss.tally(resolved).cells.filter(pl.col("tally") == fingerprint(tally))
    assert cells["count"].to_list() == [1]


def test_a_stream_that_is_not_there_measures_nothing() -> None:
    """Also where its rows would be counted on a day of the linked order."""
    from shopscore.grading.missing_columns import missing_columns_of

    upheld = ss.Tally("complaints", day=ss.col.order.paid_at, where=ss.col.upheld)
    rules = toy_rules(upheld, ss.Tally("orders", day=ss.col.paid_at))
    there = frozenset({("orders", "paid_at")})
    lacking = missing_columns_of(rules.metrics["bad_reviews"], rules.streams, there)
    assert lacking == ("stream complaints",)


def test_bands_in_the_wrong_order_are_refused() -> None:
    rising = ss.Bands([("0.5", 1), ("0.9", 2)])
    falling = ss.Bands([("0.9", 2), ("0.5", 1)])
    for good, bad, better in ((rising, falling, "higher"), (falling, rising, "lower")):
        good.check_direction(better)  # type: ignore[arg-type]
        with pytest.raises(ss.RuleSetError, match="worst to the best"):
            bad.check_direction(better)  # type: ignore[arg-type]
    text, _ = PLATFORM.scorecard().text("2025-01-01")
    assert "bands = [[0.5, 2], [0.8, 4], [0.95, 5]]" in text
    wrong = text.replace("[[0.5, 2], [0.8, 4], [0.95, 5]]", "[[0.95, 2], [0.8, 4], [0.5, 5]]")
    with pytest.raises(
        ss.RuleSetError, match=r"scorers.reply_bands, for metric .*worst to the best"
    ):
        BoundRuleSet.bind(PLATFORM, PLATFORM.scorecard(), parse_ruleset(wrong, "mine.toml"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("weight = 0.6", "weight = -0.6", "negative"),
        ('status = "insufficient_orders"', 'status = "scored"', "status"),
    ],
)
def test_rules_that_would_score_nonsense_are_refused(old: str, new: str, message: str) -> None:
    text, _ = PLATFORM.scorecard().text("2024-01-01")
    assert old in text

    def use() -> None:
        rules = parse_ruleset(text.replace(old, new), "mine.toml")
        BoundRuleSet.bind(PLATFORM, PLATFORM.scorecard(), rules)

    with pytest.raises(ss.RuleSetError, match=message):
        use()


def test_metrics_that_end_the_process_are_named(tmp_path: Path) -> None:
    """An exit in a module that is imported late must not look like success."""
    (tmp_path / "late_metrics.py").write_text("print('hello')\nraise SystemExit(0)\n")
    card = ss.Scorecard("s", "分", "score", "late_metrics", "shopscore.testing.toy:rulesets")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import shopscore as ss\n"
    code += f"card = ss.Scorecard('s', '分', 'score', {card.metrics!r}, {card.rulesets!r})\n"
    code += "try:\n    card.all_metrics\nexcept ss.PluginError as error:\n    print(error)\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "late_metrics: SystemExit: 0" in done.stdout


@pytest.mark.parametrize("platform", ["douyin", "kuaishou", "pinduoduo", "tmall"])
def test_events_with_only_shops_count_nothing(platform: str) -> None:
    shops = {"shops": pl.DataFrame({"shop_id": ["A", "B"], "industry": ["food", "food"]})}
    result = ss.score(shops, platform=platform, as_of="2022-07-01", ruleset=_first(platform))
    assert [(s.shop_id, {m.n for m in s.metrics}) for s in result] == [("A", {0}), ("B", {0})]


def test_a_state_of_shops_alone_adds_nothing() -> None:
    alone = tallied(shops=[{"shop_id": "A", "industry": "food"}])
    assert (alone + tallied(orders=[ORDER])).shop_ids.to_list() == ["A"]
    assert alone.shop_ids.to_list() == []


def _first(platform: str) -> str:
    return ss.platform(platform).scorecards[0].versions[0]
