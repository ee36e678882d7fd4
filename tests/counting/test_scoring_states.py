"""Scoring a state: by any rule set whose tallies it has, named as for events."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.samples import generate
from shopscore.testing.toy import PLATFORM
from support.small_events import shops_of

FRAMES = generate(shops=6, orders=300, seed=3, end=date(2024, 6, 30))
RULES: dict[str, Any] = {"platform": PLATFORM, "ruleset": "2024-01-01", "as_of": "2024-07-01"}


@pytest.fixture(scope="module")
def state() -> ss.Tallies:
    return ss.tally(ss.resolve(FRAMES, **RULES))


@pytest.fixture
def fewer_metrics(tmp_path: Path) -> Path:
    """The rule set without the metric that counts conversations."""
    text, _ = PLATFORM.scorecard().text("2024-01-01")
    lines = [line for line in text.splitlines() if 'id = "fast_replies"' not in line]
    old = '"pickup_hours", scorer = "rank", weight = 0.5'
    text = "\n".join(lines).replace('version = "2024-01-01"', 'version = "mine"')
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, old.replace("0.5", "1")), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"ruleset": "2025-01-01"},
        {"assume": {"decay.half_life_days": 7}},
        {"as_of": "2024-06-11"},
    ],
    ids=str,
)
def test_other_rules_that_count_the_same_need_no_counting(
    change: dict[str, Any], state: ss.Tallies
) -> None:
    rules = {**RULES, **change}
    in_parts = ss.score(state, shops=FRAMES["shops"], **rules)
    assert shops_of(in_parts) == shops_of(ss.score(FRAMES, **rules))
    assert "scored" in {shop.status for shop in in_parts}
    assert in_parts.rules.ruleset.version == rules["ruleset"]


def test_rules_that_count_less_need_no_counting(state: ss.Tallies, fewer_metrics: Path) -> None:
    rules = {**RULES, "ruleset": fewer_metrics}
    in_parts = ss.score(state, shops=FRAMES["shops"], **rules)
    assert shops_of(in_parts) == shops_of(ss.score(FRAMES, **rules))


def test_rules_that_count_more_are_refused(fewer_metrics: Path) -> None:
    """The message names rule set, metric and tally, and what to do."""
    state = ss.tally(ss.resolve(FRAMES, **{**RULES, "ruleset": fewer_metrics}))
    with pytest.raises(ss.StateError) as refused:
        ss.score(state, **RULES)
    said = str(refused.value)
    assert "toy/service/2024-01-01" in said
    assert "(tally conversations started_at" in said
    assert "for metric fast_replies (and 1 more)" in said
    assert "resolve and tally" in said


def test_an_assumption_that_changes_what_counts_is_refused(state: ss.Tallies) -> None:
    with pytest.raises(ss.StateError, match=r"\(<= rating 3\).*for metric bad_reviews"):
        ss.score(state, assume={"bad_review.max_rating": 3}, **RULES)


def test_states_for_several_rule_sets_are_added(state: ss.Tallies) -> None:
    """Two versions that count the same share their cells."""
    later = ss.resolve(FRAMES, **{**RULES, "ruleset": "2025-01-01"})
    assert ss.tally(later) == state
    first, second = later.split(2)
    assert ss.tally(first) + (state - ss.tally(first)) == state
    assert ss.tally(second) == state - ss.tally(first)


def test_rules_are_named_as_for_events(state: ss.Tallies) -> None:
    with pytest.raises(ss.UsageError, match=r"whose rules.*platform= is missing"):
        ss.score(state, as_of="2024-07-01")
    with pytest.raises(ss.CoverageError, match="nonsense"):
        ss.score(state, platform=PLATFORM, scorecard="nonsense")
    with pytest.raises(ss.CoverageError):
        ss.score(state, platform=PLATFORM, as_of="2019-07-01")
    named = ss.score(state, **{**RULES, "as_of": "2026-07-01"})
    assert any("applied to 2026-07-01 because it was named" in n for n in map(str, named.notices))
    for reading in ({"tz": "Asia/Tokyo"}, {"strict": True}):
        with pytest.raises(ss.UsageError, match="how events are read"):
            ss.score(state, **RULES, **reading)
    with pytest.raises(ss.UsageError, match="events bring their own"):
        ss.score(FRAMES, shops=FRAMES["shops"], **RULES)


def test_without_shops_a_notice_says_that_industries_are_unknown(state: ss.Tallies) -> None:
    alone = ss.score(state, **RULES)
    said = [
        n for n in map(str, alone.notices) if n.startswith("industries of the shops are unknown")
    ]
    assert said == [
        "industries of the shops are unknown, since shops= was not given: all are ranked together"
    ]
    assert set(alone.shops["industry"]) == {"unknown"}
    together = FRAMES["shops"].with_columns(industry=pl.lit("unknown"))
    assert shops_of(alone) == shops_of(ss.score({**FRAMES, "shops": together}, **RULES))
    assert not [
        n
        for n in ss.score(state, shops=FRAMES["shops"], **RULES).notices
        if n.code == "industry_unknown"
    ]


def test_shops_that_the_table_leaves_out_are_named_in_a_notice(state: ss.Tallies) -> None:
    some = FRAMES["shops"].head(4)
    result = ss.score(state, shops=some, **RULES)
    assert any("2 of 6 shops of the state are not in shops=" in n for n in map(str, result.notices))
    assert shops_of(result) == shops_of(ss.score({**FRAMES, "shops": some}, **RULES))


def test_shops_may_be_events(state: ss.Tallies) -> None:
    events = ss.read_events(FRAMES, platform=PLATFORM)
    assert shops_of(ss.score(state, shops=events, **RULES)) == shops_of(ss.score(events, **RULES))


def test_missing_columns_are_part_of_the_state(tmp_path: Path) -> None:
    """Also when it was written and read: what was not there has no value, not the value 0."""
    frames = {**FRAMES, "orders": FRAMES["orders"].drop("picked_up_at")}
    state = ss.tally(ss.resolve(frames, **RULES))
    state.write_parquet(tmp_path / "state.parquet")
    again = ss.Tallies.read_parquet(tmp_path / "state.parquet")
    result = ss.score(again, shops=FRAMES["shops"], **RULES)
    assert shops_of(result) == shops_of(ss.score(frames, **RULES))
    assert result.columns.metrics["pickup_hours"]["reason"][0] == "no column orders.picked_up_at"
