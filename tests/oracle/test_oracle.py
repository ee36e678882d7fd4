"""The oracle's metrics and scores against numbers computed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal  # whose round() is half even
from fractions import Fraction as F

import pytest

from oracle.canonical_streams import STREAMS
from oracle.douyin_2022 import interpolate, percentile_among, score
from oracle.douyin_2022_rules import DIMENSION_OF
from oracle.douyin_2022_totals import ShopResult, round_half_up
from oracle.event_loading import Loaded, load
from oracle.metric_rows import day_weight
from oracle.random_events import half_cent_events, random_events

AS_OF = date(2024, 6, 30)
Cells = dict[str, str]


def at(age: int, clock: str = "12:00:00") -> str:
    """A time on the day of that age."""
    return f"{AS_OF - timedelta(days=age)} {clock}"


def loaded_of(**streams: list[Cells]) -> Loaded:
    """The rows, of shop S unless they say another, with every known column there."""
    return load(
        {
            name: [
                {**dict.fromkeys(stream.columns, ""), "shop_id": "S", **row}
                for row in streams.get(name, [])
            ]
            for name, stream in STREAMS.items()
        }
    )


def shop_of(assume: Mapping[str, object] | None = None, /, **streams: list[Cells]) -> ShopResult:
    """The result of shop S."""
    return score(loaded_of(**streams), AS_OF, assume).shops["S"]


def value(
    metric: str, assume: Mapping[str, object] | None = None, /, **streams: list[Cells]
) -> tuple[F | None, int]:
    """(value, n) of a metric of shop S."""
    result = shop_of(assume, **streams).metrics[metric]
    return result.value, result.n


def orders(count: int, **cells: str) -> list[Cells]:
    """That many orders O0, O1, … with the same cells."""
    return [{"order_id": f"O{number}", **cells} for number in range(count)]


def review(number: int, rating: int, **cells: str) -> Cells:
    return {"review_id": f"R{number}", "rating": str(rating), "reviewed_at": at(5), **cells}


def ticket(name: str, **cells: str) -> Cells:
    row = {"ticket_id": name, "kind": "refund_only", "reason": "quality", "applied_at": at(20)}
    return {**row, **cells}


def complaint(name: str, **cells: str) -> Cells:
    return {"complaint_id": name, "complained_at": at(20), **cells}


def session(name: str, started: str, reply: str = "", **cells: str) -> Cells:
    return {"session_id": name, "started_at": started, "first_reply_at": reply, **cells}


@pytest.mark.parametrize(("age", "n"), [(-1, 0), (0, 0), (1, 1), (90, 1), (91, 0)])
@pytest.mark.parametrize("clock", ["00:00:00", "23:59:59"])
def test_ages_1_to_90(age: int, n: int, clock: str) -> None:
    assert value("bad_review_rate", orders=orders(1, signed_at=at(age, clock)))[1] == n
    closed = [ticket("T", closed_at=at(age, clock), applied_at=at(120))]
    assert value("dispute_liability_rate", aftersales=closed)[1] == n


@pytest.mark.parametrize(("age", "n"), [(1, 0), (14, 0), (15, 1), (104, 1), (105, 0)])
@pytest.mark.parametrize("clock", ["00:00:00", "23:59:59"])
def test_ages_15_to_104(age: int, n: int, clock: str) -> None:
    for metric in ("quality_return_rate", "complaint_rate"):
        assert value(metric, orders=orders(1, paid_at=at(age, clock)))[1] == n


def test_bad_review_rate() -> None:
    received = [
        *orders(3, signed_at=at(10)),
        {"order_id": "CONFIRMED", "confirmed_at": at(10)},
        {"order_id": "OLD", "signed_at": at(91), "confirmed_at": at(90)},  # signed_at goes first
        {"order_id": "GIFT", "signed_at": at(10), "is_excluded": "1"},
        {"order_id": "NEVER"},
    ]
    reviews = [
        review(1, 2, order_id="O0"),  # counts
        review(2, 3, order_id="O0"),
        review(3, 1, order_id="O0", is_first="0"),
        review(4, 1, order_id="O1", reviewed_at=at(0), is_valid="0"),  # counts: day of the order
        review(5, 1, order_id="OLD"),  # received outside the window
        review(6, 1, order_id="GIFT"),
        review(7, 1, order_id="NEVER"),  # counts: day of the review
        review(8, 1, order_id="GONE", reviewed_at=at(91)),
    ]
    # bad: 1, 4, 7; received: O0, O1, O2, CONFIRMED
    assert value("bad_review_rate", orders=received, reviews=reviews) == (F(3, 4), 4)
    three = {"bad_review.max_rating": 3}
    assert value("bad_review_rate", three, orders=received, reviews=reviews) == (F(4, 4), 4)


def test_quality_return_rate_counts_an_order_once() -> None:
    paid = [*orders(4, paid_at=at(30)), {"order_id": "UNPAID"}, {"order_id": "LATE"}]
    paid[3]["is_presale"] = "1"
    tickets = [
        ticket("T1", order_id="O0"),
        ticket("T2", order_id="O0", reason="logistics", kind="return_refund"),  # the same order
        ticket("T3", order_id="O1", kind="exchange"),
        ticket("T4", order_id="O1", reason="size"),
        ticket(
            "T5", order_id="O2", applied_at=at(0), reason="logistics"
        ),  # day of the order: counts
        ticket("T6", order_id="UNPAID"),  # its own day: counts
        ticket("T7", order_id="LATE", applied_at=at(14)),
    ]
    # O0, O2, UNPAID over O0 … O3
    assert value("quality_return_rate", orders=paid, aftersales=tickets) == (F(3, 4), 4)


def test_quality_return_rate_of_tickets_without_a_known_order() -> None:
    tickets = [
        ticket("T1"),  # no order: by itself
        ticket("T2"),  # likewise
        ticket("T3", order_id="GONE"),
        ticket("T4", order_id="GONE"),  # the same unknown order
        ticket("T5", order_id="EARLY", applied_at=at(104)),
        ticket("T6", order_id="EARLY", applied_at=at(105)),  # the earliest, outside the window
        # earlier, but no refund for quality: it decides nothing
        ticket("T7", order_id="SIZE", reason="size", applied_at=at(105)),
        ticket("T8", order_id="SIZE", applied_at=at(104)),
    ]
    paid = orders(8, paid_at=at(30))
    # T1, T2, GONE, SIZE over 8
    assert value("quality_return_rate", orders=paid, aftersales=tickets) == (F(4, 8), 8)


@pytest.mark.parametrize(
    ("picked_up", "grade"),
    [
        (at(19, "11:59:59"), F(1)),
        (at(19, "12:00:00"), F(7, 10)),  # 24 h
        (at(19, "23:59:59"), F(7, 10)),
        (at(18, "00:00:00"), F(4, 10)),  # 36 h
        (at(18, "11:59:59"), F(4, 10)),
        (at(18, "12:00:00"), F(0)),  # 48 h
    ],
)
def test_pickup_rate_grades(picked_up: str, grade: F) -> None:
    slow = orders(1, paid_at=at(20), picked_up_at=picked_up)
    assert value("pickup_rate", orders=slow) == (grade, 1)


def test_pickup_rate_leaves_out_presale_and_what_needs_no_shipping() -> None:
    both = {"paid_at": at(92), "picked_up_at": at(90)}  # paid outside: the pick-up has the day
    rows = [
        {"order_id": "A", **both},
        {"order_id": "B", "paid_at": at(3), "picked_up_at": at(3, "13:00:00")},
        {"order_id": "C", **both, "is_presale": "true"},
        {"order_id": "D", **both, "needs_shipping": "否"},
        {"order_id": "E", "picked_up_at": at(3)},
        {"order_id": "F", **both, "is_excluded": "TRUE"},
    ]
    assert value("pickup_rate", orders=rows) == (F(1, 2), 2)  # (0 + 1) / 2


def test_delivery_hours() -> None:
    rows = [
        {"order_id": "A", "picked_up_at": at(92), "signed_at": at(90)},  # 48 h
        {"order_id": "B", "picked_up_at": at(3), "signed_at": at(3, "12:30:00")},  # 1/2 h
        {"order_id": "C", "picked_up_at": at(3), "signed_at": at(2), "needs_shipping": "0"},  # 24
        {"order_id": "D", "picked_up_at": at(3), "signed_at": at(2), "is_presale": "1"},
        {"order_id": "E", "picked_up_at": at(3), "confirmed_at": at(2)},
    ]
    assert value("delivery_hours", orders=rows) == (F(145, 6), 3)  # 72.5 / 3


def test_complaint_rate_counts_every_upheld_complaint() -> None:
    paid = [*orders(4, paid_at=at(15)), {"order_id": "G", "paid_at": at(15), "is_excluded": "1"}]
    paid += [{"order_id": "X", "paid_at": at(15), "shop_id": "S2"}]
    rows = [
        complaint("C1", order_id="O0"),
        complaint("C2", order_id="O0", complained_at=at(1)),  # the same order, its day
        complaint("C3", order_id="O1", upheld="0"),
        complaint("C4", order_id="GONE"),
        complaint("C5", complained_at=at(14)),
        complaint("C6", order_id="G"),
        complaint("C7", order_id="X", complained_at=at(14)),  # the order of another shop: not this
    ]
    assert value("complaint_rate", orders=paid, complaints=rows) == (F(3, 4), 4)
    every = {"complaint.only_upheld": False}
    assert value("complaint_rate", every, orders=paid, complaints=rows) == (F(4, 4), 4)


def test_dispute_liability_rate() -> None:
    rows = [
        ticket("T1", closed_at=at(1), liability="merchant", kind="exchange"),
        ticket("T2", closed_at=at(1), liability="none", platform_intervened="1"),
        ticket("T3", closed_at=at(1)),
        ticket("T4", liability="merchant"),
        ticket("T5", closed_at=at(1), liability="merchant", order_id="G"),
    ]
    excluded = [{"order_id": "G", "is_excluded": "1"}]
    assert value("dispute_liability_rate", aftersales=rows, orders=excluded) == (F(1, 3), 3)


def test_im_3min_reply_rate_and_im_reply_seconds() -> None:
    rows = [
        session("A", at(1, "07:59:59"), at(1, "08:00:00")),
        session("B", at(1, "08:00:00"), at(1, "08:03:00")),  # 180 s: in time
        session("C", at(1, "22:59:59"), at(1, "23:03:00")),  # 181 s
        session("D", at(1, "23:00:00"), at(1, "23:00:01")),
        session("E", at(1)),  # never answered
        session("F", at(1), at(1), to_human="0"),
        session("G", at(1), at(1, "11:59:59")),  # repaired to never answered
        session("H", at(1), at(1), order_id="O0"),  # of an excluded order: stays
    ]
    excluded = orders(1, is_excluded="1")
    assert value("im_3min_reply_rate", conversations=rows, orders=excluded) == (F(2, 5), 5)
    # B 180, C 181, H 0
    assert value("im_reply_seconds", conversations=rows, orders=excluded) == (F(361, 3), 3)


def test_refund_only_and_return_refund_hours() -> None:
    done = {"applied_at": at(9, "00:00:00"), "approved_at": at(9, "06:00:00"), "closed_at": at(1)}
    back = {"return_signed_at": at(5, "00:00:00"), "refunded_at": at(5, "05:00:00")}
    rows = [
        ticket("T1", **done, reason="size"),  # 6 h
        ticket("T2", **done, **back),  # refund_only: the way back is not asked, 6 h
        ticket("T3", **done, platform_intervened="1"),
        ticket("T4", **{**done, "approved_at": ""}),
        ticket("T5", **{**done, "closed_at": at(0)}),
        ticket("T6", **{**done, "approved_at": at(9, "01:00:00")}),  # 1 h
        ticket("T7", **done, **back, kind="return_refund"),  # 6 + 5 h
        ticket("T8", **done, kind="exchange"),  # 6 h
        ticket("T9", **done, kind="exchange", refunded_at=at(1)),  # 6 h: no return parcel
        ticket("T10", **done, **back, kind="exchange", platform_intervened="1"),
    ]
    assert value("refund_only_hours", aftersales=rows) == (F(13, 3), 3)
    assert value("return_refund_hours", aftersales=rows) == (F(23, 3), 3)


def test_service_good_review_rate_is_informational() -> None:
    reviews = [
        review(1, 5, service_rating="4"),
        review(2, 5, service_rating="3"),
        review(3, 5),
        review(4, 5, service_rating="5", is_first="0"),  # not only first reviews
        review(5, 5, service_rating="5", order_id="O0"),  # received outside the window
    ]
    shop = shop_of(reviews=reviews, orders=orders(1, signed_at=at(91)))
    metric = shop.metrics["service_good_review_rate"]
    assert (metric.status, metric.value, metric.n) == ("informational", F(2, 3), 3)
    assert metric.percentile is metric.points is metric.weight is None
    assert shop.metrics["im_reply_seconds"].status == "no_data"


def test_half_life_weighs_days_and_not_n() -> None:
    received = [{"order_id": "A", "signed_at": at(1)}, {"order_id": "B", "signed_at": at(8)}]
    bad = [review(1, 1, order_id="B")]
    week = {"decay.half_life_days": 7}
    # weights 2^20 and 2^19: 1/2 over 3/2
    assert value("bad_review_rate", week, orders=received, reviews=bad) == (F(1, 3), 2)
    # in the lagged window age 15 has the full weight
    paid = [{"order_id": "A", "paid_at": at(15)}, {"order_id": "B", "paid_at": at(22)}]
    complaints = [complaint("C", order_id="B")]
    assert value("complaint_rate", week, orders=paid, complaints=complaints) == (F(1, 3), 2)


def test_day_weights_are_rounded() -> None:
    assert [day_weight(steps, F(7)) for steps in (0, 7, 14)] == [2**20, 2**19, 2**18]
    assert day_weight(1, F(2)) == 741455  # 2^19.5 = 741455.2
    assert day_weight(89, F(7)) == round(2 ** (20 - 89 / 7))
    assert [day_weight(steps, F(1)) for steps in (20, 21, 22)] == [1, 0, 0]
    assert day_weight(5, None) == 1


def test_percentiles_with_ties() -> None:
    peers = [F(1), F(2), F(2), F(2), F(5)]
    # higher is better: ranks 1, 3, 3, 3, 5 of 5
    assert [percentile_among(p, peers, True) for p in peers] == [0, F(1, 2), F(1, 2), F(1, 2), 1]
    assert [percentile_among(p, peers, False) for p in (F(1), F(5))] == [1, 0]
    two = [F(3), F(3), F(4)]  # lower is better: ranks 2.5, 2.5, 1 of 3
    assert [percentile_among(p, two, False) for p in two] == [F(3, 4), F(3, 4), 0]
    third = F(1, 3) + F(1, 10**30)  # the same double: a tie
    assert percentile_among(F(1, 3), [F(1, 3), third], True) == F(1, 2)


def test_benchmark_tables() -> None:
    table = [(F(1, 100), F(9, 10)), (F(5, 100), F(1, 10))]
    assert interpolate(table, F(2, 100)) == F(7, 10)
    assert interpolate(table, F(0)) == F(9, 10)
    assert interpolate(table, F(1)) == F(1, 10)
    events = loaded_of(orders=orders(30, paid_at=at(20)), complaints=[complaint("C")])
    rows = [("*", "complaint_rate", F(0), F(1, 15)), ("*", "complaint_rate", F(1), F(0))]
    shop = score(events, AS_OF, benchmark=rows).shops["S"]
    metric = shop.metrics["complaint_rate"]  # 1/30: halfway, without a peer
    assert (metric.status, metric.percentile, metric.from_benchmark) == ("ok", F(1, 2), True)
    own = [("unknown", "complaint_rate", F(1, 4), F(0)), *rows]  # its own industry goes first
    metric = score(events, AS_OF, benchmark=own).shops["S"].metrics["complaint_rate"]
    assert metric.percentile == F(1, 4)


def test_half_up() -> None:
    assert round_half_up(F("3.525"), 2) == F("3.53")
    assert round_half_up(F("4.175"), 2) == F("4.18")
    assert round_half_up(F("4.1749999999999999999"), 2) == F("4.17")


def test_half_cent_events() -> None:
    shops = score(load(half_cent_events()), AS_OF).shops
    exact = {"H1": "3.525", "H2": "3.825", "H3": "3.925", "H4": "4.25", "H5": "4.475"}
    assert {shop: result.score_exact for shop, result in shops.items()} == {
        shop: F(text) for shop, text in exact.items()
    }
    rounded = {"H1": "3.53", "H2": "3.83", "H3": "3.93", "H4": "4.25", "H5": "4.48"}
    assert {shop: result.score for shop, result in shops.items()} == {
        shop: F(text) for shop, text in rounded.items()
    }
    even = {s for s in exact if round(Decimal(exact[s]), 2) != Decimal(rounded[s])}
    binary = {s for s in exact if round(float(exact[s]), 2) != float(rounded[s])}
    assert even == {"H1", "H2", "H3"}
    assert binary == {"H1", "H3", "H5"}
    assert shops["H5"].tiers == ("affiliate", "settlement_t4")
    assert shops["H4"].tiers == ("affiliate", "settlement_t10")


def test_weights_are_rescaled_over_what_is_left() -> None:
    # the two shops have complaints and bad reviews, and nothing of logistics
    rows = [*orders(30, paid_at=at(20), confirmed_at=at(19))]
    rows += [{**row, "shop_id": "S2"} for row in rows]
    shop = shop_of(orders=rows, reviews=[review(1, 1)], complaints=[complaint("C", shop_id="S2")])
    weights = {m: r.weight for m, r in shop.metrics.items() if r.weight is not None}
    # goods 50 : service 35, goods shared by two, service by one
    assert weights == {
        "bad_review_rate": F(25, 85), "quality_return_rate": F(25, 85), "complaint_rate": F(35, 85),
    }  # fmt: skip
    # points 3 (worse of two), 4 (tie), 5 (better): (25·3 + 25·4 + 35·5) / 85
    assert shop.score_exact == F(350, 85)
    assert shop.dimensions["goods"].points == F(7, 2)
    assert shop.dimensions["logistics"].points is None


def test_statuses_in_their_order() -> None:
    few = orders(29, paid_at=at(90))
    few[0]["paid_at"] = at(1)  # so that there are orders to the end
    gift = {"order_id": "G", "paid_at": at(90), "is_excluded": "1"}
    assert shop_of(orders=[*few, gift]).status == "insufficient_orders"
    for age, fact in [(90, "1"), (1, "1"), (1, "0"), (0, "1"), (91, "1")]:
        fake = [{"date": at(age)[:10], "name": "suspected_fake", "value": fact}]
        suppressed = fact == "1" and 1 <= age <= 90
        status = "suppressed" if suppressed else "insufficient_orders"
        assert shop_of(orders=few, shop_facts=fake).status == status
    assert shop_of(orders=orders(30, paid_at=at(90))).status == "not_computable"  # no peers
    shop = shop_of(shops=[{"industry": "apparel"}])
    assert (shop.industry, shop.score, shop.tiers) == ("apparel", None, ())


def test_a_missing_column_is_no_data_and_an_empty_one_is_data() -> None:
    events = random_events(3, shops=2, orders=40, drop_columns={"aftersales": {"reason"}})
    metrics = score(load(events), AS_OF).shops["S001"].metrics
    assert metrics["quality_return_rate"].status == "no_data"
    assert metrics["refund_only_hours"].status == "ok"
    del events["reviews"]
    assert score(load(events), AS_OF).shops["S001"].metrics["bad_review_rate"].n == 0
    empty = orders(1, signed_at=at(1))  # reviews are there, without a row
    assert value("bad_review_rate", orders=empty) == (F(0), 1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_random_shops_hold_what_every_result_must(seed: int) -> None:
    shops = score(load(random_events(seed)), AS_OF).shops
    assert list(shops) == sorted(shops)
    assert any(shop.status == "scored" for shop in shops.values())
    for shop in shops.values():
        weights = [shop.metrics[m].weight or F(0) for m in DIMENSION_OF]
        points = [shop.metrics[m].points or F(0) for m in DIMENSION_OF]
        assert sum(weights) in (0, 1)
        if shop.status == "scored":
            assert shop.score_exact == sum(w * p for w, p in zip(weights, points, strict=True))
