"""What once broke the promise: four numbers that were shown as if the data carried them."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

import shopscore as ss
from shopscore.samples import generate

Frames = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def frames() -> Frames:
    """Forty shops with all streams, as of the day after the last; a fifth of them suspected."""
    facts = {"suspected_fake": 0.2}
    return dict(generate(shops=40, orders=6000, seed=0, end=date(2022, 6, 30), facts=facts))


def douyin(frames: Frames, as_of: str = "2022-07-01") -> ss.Result:
    return ss.score(frames, platform="douyin", ruleset="2022", as_of=as_of)


def codes(result: ss.Result) -> set[str]:
    return {notice.code for notice in result.notices}


def test_a_suspicion_that_nobody_could_look_up_is_not_checked(frames: Frames) -> None:
    """Without ``shop_facts`` a suppressed shop has a score; its condition is not called met."""
    full = douyin(frames)
    suppressed = [shop.shop_id for shop in full if shop.status == "suppressed"]
    assert suppressed
    without = douyin({name: rows for name, rows in frames.items() if name != "shop_facts"})
    scored = 0
    for id in suppressed:
        checks = {check.id: check.met for check in without[id].eligibility}
        assert checks["no_suspected_fakes"] is None
        assert (without[id].status == "scored") is checks["enough_orders"]
        scored += without[id].score is not None
    assert scored
    (notice,) = (n for n in without.notices if n.code == "not_checked")
    assert "no_suspected_fakes" in notice.text("en")
    assert set(suppressed) <= set(without.shops["shop_id"])
    assert "not_checked" not in codes(full)


def test_orders_and_reviews_alone_make_no_score(frames: Frames) -> None:
    few = {name: frames[name] for name in ("orders", "reviews", "shops")}
    result, full = douyin(few), douyin(frames)
    assert {shop.status for shop in result} <= {"partial", "insufficient_orders"}
    for shop in result:
        if shop.status != "partial":
            continue
        assert shop.score is None
        assert shop.coverage == 0.4  # bad reviews 0.25, pick-up and delivery 0.075 each
        assert shop.score_low is not None
        assert shop.score_high is not None
        assert shop.score_low < shop.score_high
        if (score := full[shop.shop_id].score) is not None:
            assert shop.score_low <= score <= shop.score_high
    assert "missing_input" in codes(result)


def test_two_shops_that_rank_among_each_other_say_so(frames: Frames) -> None:
    """They have 3 and 5 points, whatever their values are; peers and a notice tell."""
    industries = frames["shops"].group_by("industry").agg(pl.col("shop_id").sort()).sort("industry")
    full = douyin(frames)
    ids = next(
        ids[:2]
        for ids in industries["shop_id"].to_list()
        if sum(full[id].status == "scored" for id in ids[:2]) == 2
    )
    result = douyin({n: rows.filter(pl.col("shop_id").is_in(ids)) for n, rows in frames.items()})
    ranked = [metric for shop in result for metric in shop if metric.percentile is not None]
    assert ranked
    assert {metric.peers for metric in ranked} == {2}
    (notice,) = (n for n in result.notices if n.code == "few_peers")
    assert "2" in notice.text("en")
    assert "2" in notice.text("zh")


def test_data_that_ended_long_ago_are_called_stale(frames: Frames) -> None:
    """All rows end on 30 June; 48 days later a notice names each stream, the days, the metrics."""
    result = douyin(frames, as_of="2022-08-17")
    stale = {n.stream: n for n in result.notices if n.code == "stale_stream"}
    assert {"orders", "reviews", "aftersales", "conversations"} <= stale.keys()
    said = stale["orders"].text("en")
    assert "2022-06-30" in said
    assert "48 days before 2022-08-17" in said
    assert "pickup_rate" in stale["orders"].metrics
    assert "stale_stream" not in codes(douyin(frames))
