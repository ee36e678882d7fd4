"""What events cost: the same as scoring once more without them, or with one more."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

import shopscore as ss
from shopscore.samples import generate
from support import buyer_platform, podium_platform

F = Fraction
DOUYIN = {"platform": "douyin", "ruleset": "2022", "as_of": "2022-07-01"}
FRAMES = generate(shops=6, orders=600, seed=2, end=date(2022, 6, 30))
Frames = dict[str, pl.DataFrame]


def without(frames: Frames, stream: str, key: dict[str, str]) -> Frames:
    """The same frames without a row."""
    rows = frames[stream]
    gone = pl.all_horizontal(pl.col(name).cast(pl.String) == cell for name, cell in key.items())
    left = rows.filter(~gone)
    assert len(left) == len(rows) - 1
    return {**frames, stream: left}


def exact(result: ss.Result, shop: str) -> Fraction:
    return F(str(result[shop].score_exact))


def check_events(frames: Frames, shop: str, most: int, **rules: Any) -> int:
    """Check that each event named costs what scoring without it gives; return how many were."""
    result = ss.score(frames, **rules)
    found = result.explain(shop, most=most)
    costs = [event.costs for event in found.events]
    assert costs == sorted(costs, reverse=True)
    assert len(costs) <= most
    for event in found.events:
        again = ss.score(without(frames, event.stream, event.key), **rules)
        assert exact(again, shop) - exact(result, shop) == event.costs > 0
    return len(costs)


def test_an_event_costs_what_the_score_gains_without_it() -> None:
    assert check_events(FRAMES, "S0004", 4, **DOUYIN)


def test_where_newer_days_weigh_more() -> None:
    assume = {"decay.half_life_days": 30}
    assert check_events(FRAMES, "S0001", 3, assume=assume, **DOUYIN)


def _orders(*rows: tuple[str, str, str, int, str]) -> Frames:
    names = ["shop_id", "order_id", "buyer_id", "amount", "paid_at"]
    frame = pl.DataFrame(rows, schema=names, orient="row")
    more = [pl.col("amount").cast(pl.String), pl.col("paid_at").alias("signed_at")]
    return {"orders": frame.with_columns(*more, carrier=pl.lit("a"))}


#: Of each buyer two orders count in 30 days: without one of them the third does.
BUYERS = _orders(
    *(
        (shop, f"{shop}-{n}", f"b{n % 2}", 2 * n + 1, f"2024-06-{n % 9 + 10:02} 10:00:00")
        for shop in ("S1", "S2")
        for n in range(12 if shop == "S1" else 5)
    )
)


def test_another_row_may_count_in_the_place_of_one() -> None:
    rules = {"platform": buyer_platform.PLATFORM, "ruleset": buyer_platform.RULES,
             "as_of": "2024-06-30"}  # fmt: skip
    result = ss.score(BUYERS, **rules)
    costs = []
    for n in range(0, 12, 3):
        (found,) = result.explain("S1", row=f"S1-{n}").trace or ()
        again = ss.score(without(BUYERS, "orders", found.key), **rules)
        assert found.costs == exact(again, "S1") - exact(result, "S1")
        costs.append(found.costs)
    assert len({*costs}) > 1


def test_by_a_scorer_of_the_platforms_own() -> None:
    reviews = pl.DataFrame(
        [
            (shop, f"R{shop}{n}", f"2024-06-{n + 10} 10:00:00", str(1 + (n * int(shop[1])) % 5))
            for shop in ("S1", "S2", "S3")
            for n in range(6)
        ],
        schema=["shop_id", "review_id", "reviewed_at", "rating"],
        orient="row",
    )
    shops = pl.DataFrame({"shop_id": ["S1", "S2", "S3"], "industry": ["food"] * 3})
    frames = {**BUYERS, "reviews": reviews, "shops": shops}
    orders = frames["orders"]
    third = orders.head(1).with_columns(shop_id=pl.lit("S3"))
    frames["orders"] = pl.concat([orders, third])
    rules = {"platform": podium_platform.PLATFORM, "ruleset": podium_platform.RULES,
             "as_of": "2024-06-30"}  # fmt: skip
    result = ss.score(frames, **rules)
    for shop in result.shops["shop_id"]:
        check_events(frames, shop, 2, **rules)
        found = result.explain(shop, row=f"R{shop}1").trace
        assert found is not None
        again = ss.score(without(frames, "reviews", {"review_id": f"R{shop}1"}), **rules)
        assert found[0].costs == exact(again, shop) - exact(result, shop)


EFFECTS = {
    (one.metric, one.kind): one
    for one in ss.explain(FRAMES, shop="S0002", most=0, **DOUYIN).effects
}


class TestOneMore:
    """The best and the worst event that could come, in one metric alone."""

    def test_a_bad_review_is_one_more_of_the_numerator(self) -> None:
        one = EFFECTS["bad_review_rate", "bad"]
        assert one.tally.stream == "reviews"
        assert one.before is not None
        result = ss.score(FRAMES, **DOUYIN)
        n = result["S0002"]["bad_review_rate"].n
        assert one.after == one.before + F(1, n)

    def test_as_scored_with_the_event(self) -> None:
        """An upheld complaint of no order, on the newest day of its window."""
        more = pl.DataFrame(
            {"complaint_id": ["X1"], "shop_id": ["S0002"], "complained_at": ["2022-06-16 10:00:00"],
             "upheld": ["true"], "order_id": [None]}
        )  # fmt: skip
        own = FRAMES["complaints"].select(pl.all().cast(pl.String))
        names = [name for name in more.columns if name in own.columns]
        both = pl.concat([own, more.select(names)], how="diagonal_relaxed")
        before, after = (
            ss.score(frames, **DOUYIN) for frames in (FRAMES, {**FRAMES, "complaints": both})
        )
        assert after["S0002"]["complaint_rate"].value != before["S0002"]["complaint_rate"].value
        one = EFFECTS["complaint_rate", "bad"]
        assert one.gives == exact(after, "S0002") - exact(before, "S0002")

    def test_the_best_and_the_worst_of_what_was_seen(self) -> None:
        good, bad = (EFFECTS["delivery_hours", kind] for kind in ("good", "bad"))
        assert good.after < (good.before or 0) < bad.after
        assert good.amount is not None
        assert bad.amount is not None
        assert good.amount < bad.amount


def test_a_carrier_costs_what_scoring_without_its_orders_gives() -> None:
    """All rows of the carrier's orders are taken away; rows without an order stay."""
    result = ss.score(FRAMES, **DOUYIN)
    for group in result.explain("S0004", by="carrier", most=1).groups:
        if group.value is None:
            continue
        orders = FRAMES["orders"]
        theirs = (pl.col("shop_id") == "S0004") & (pl.col("carrier") == group.value)
        gone = orders.filter(theirs)["order_id"].implode()
        left = {
            name: frame.filter(~pl.col("order_id").is_in(gone).fill_null(False))
            if "order_id" in frame.columns
            else frame
            for name, frame in FRAMES.items()
        }
        again = ss.score(left, **DOUYIN)
        if again["S0004"].score is None:
            assert group.costs is None
        else:
            assert group.costs == exact(again, "S0004") - exact(result, "S0004")
