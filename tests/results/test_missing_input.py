"""Streams and columns taken away from random events: the ends hold the score with all of them."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.samples import generate

RULES = (
    ("douyin", "experience", "2022"),
    ("kuaishou", "aftersales", "aftersales-unofficial"),
    ("pinduoduo", "service", "2022"),
    ("tmall", "aftersales", "2022"),
)
#: What can be taken away without moving other rows to other days.
PARTS = (
    ("reviews", None),
    ("aftersales", None),
    ("conversations", None),
    ("complaints", None),
    ("escalations", None),
    ("shop_facts", None),
    ("orders", "picked_up_at"),
    ("aftersales", "approved_at"),
    ("aftersales", "refunded_at"),
    ("aftersales", "liability"),
    ("aftersales", "reason"),
    ("conversations", "first_reply_at"),
    ("conversations", "satisfaction"),
)


def events_of(seed: int) -> dict[str, pl.DataFrame]:
    return dict(
        generate(
            shops=10, orders=900, seed=seed, end=date(2022, 6, 30), facts={"suspected_fake": 0.1}
        )
    )


EVENTS = {seed: events_of(seed) for seed in (0, 1)}
FULL: dict[tuple[int, tuple[str, str, str]], ss.Result] = {}


def scored(frames: dict[str, pl.DataFrame], rules: tuple[str, str, str]) -> ss.Result:
    platform, scorecard, version = rules
    return ss.score(
        frames, platform=platform, scorecard=scorecard, ruleset=version, as_of="2022-07-01"
    )


@pytest.mark.slow
@settings(deadline=None, max_examples=30, phases=[Phase.explicit, Phase.generate])
@given(
    st.sampled_from(sorted(EVENTS)),
    st.sampled_from(RULES),
    st.sets(st.sampled_from(PARTS), min_size=1, max_size=4),
)
def test_the_score_with_everything_lies_between_the_ends(
    seed: int, rules: tuple[str, str, str], taken: set[tuple[str, str | None]]
) -> None:
    if (seed, rules) not in FULL:
        FULL[seed, rules] = scored(EVENTS[seed], rules)
    full = FULL[seed, rules]
    left = dict(EVENTS[seed])
    for stream, column in sorted(taken, key=str):
        if column is None:
            left.pop(stream, None)
        elif stream in left:
            left[stream] = left[stream].drop(column)
    result = scored(left, rules)
    for shop in result:
        before = full[shop.shop_id]
        if before.score is None:
            continue
        if shop.status == "partial":
            assert shop.score is None
            assert shop.coverage is not None
            assert 0 <= shop.coverage < 1
            assert shop.score_low is not None
            assert shop.score_high is not None
            assert shop.score_low <= before.score <= shop.score_high
            assert set(shop.tiers) <= set(before.tiers)
            assert set(before.tiers) <= set(shop.tiers) | set(shop.possible_tiers)
        else:
            assert (shop.status, shop.score) == ("scored", before.score)
