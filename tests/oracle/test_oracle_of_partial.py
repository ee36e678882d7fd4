"""What the oracle knows of a score where something is missing, against numbers computed by hand.

Two shops of one industry. S picks parcels up after 10 hours and nobody complains; T after 30 hours,
with one complaint. All else is equal: so pick-up and complaints give S 5 points and T 3, reviews,
returns and delivery give both 4. No ticket is closed.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction as F

from oracle.canonical_streams import STREAMS
from oracle.douyin_2022 import BenchmarkRow, score
from oracle.douyin_2022_totals import ShopResult
from oracle.event_loading import load

AS_OF = date(2024, 6, 30)
Rows = list[dict[str, str]]
SETTLEMENTS = ("settlement_t4", "settlement_t10")
LACKS = "the input of weighted metrics is missing"


def at(age: int, hour: int = 0) -> str:
    """A time on the day of that age, or so many hours later."""
    day = AS_OF - timedelta(days=age) + timedelta(days=hour // 24)
    return f"{day} {hour % 24:02}:00:00"


def events(shops: str = "ST") -> dict[str, Rows]:
    """Every stream, with every known column."""
    rows: dict[str, Rows] = {name: [] for name in STREAMS}
    for shop in shops:
        rows["shops"].append({"shop_id": shop, "industry": "food"})
        hours = 10 if shop == "S" else 30
        for number in range(30):
            order = {"order_id": f"O{number}", "paid_at": at(20), "picked_up_at": at(20, hours)}
            rows["orders"].append({"shop_id": shop, **order, "signed_at": at(20, hours + 24)})
    if "T" in shops:
        complaint = {"shop_id": "T", "complaint_id": "C", "order_id": "O0"}
        rows["complaints"].append({**complaint, "complained_at": at(15)})
    return {
        name: [{**dict.fromkeys(STREAMS[name].columns, ""), **row} for row in own]
        for name, own in rows.items()
    }


def scored(rows: dict[str, Rows], *table: BenchmarkRow, **assume: object) -> dict[str, ShopResult]:
    return score(load(rows), AS_OF, assume, table).shops


def without(stream: str, column: str | None = None, shops: str = "ST") -> dict[str, Rows]:
    rows = events(shops)
    if column is None:
        del rows[stream]
    else:
        rows[stream] = [{k: v for k, v in row.items() if k != column} for row in rows[stream]]
    return rows


def ends(shop: ShopResult) -> tuple[F | None, F | None]:
    return shop.low, shop.high


def test_nothing_is_missing() -> None:
    s, t = scored(events()).values()
    # goods 4, logistics (5 + 4)/2 and (3 + 4)/2, service 5 and 3: only complaints count there
    assert (s.status, s.score_exact, s.coverage) == ("scored", F("4.425"), F(1))
    assert (t.status, t.score_exact, t.coverage) == ("scored", F("3.575"), F(1))
    assert ends(s) == (F("4.425"), F("4.425"))
    assert (s.tiers, s.possible_tiers) == (("affiliate", "settlement_t4"), ())
    assert {m: r.peers for m, r in s.metrics.items() if r.peers} == dict.fromkeys(
        ("bad_review_rate", "quality_return_rate", "pickup_rate", "delivery_hours",
         "complaint_rate"), 2,
    )  # fmt: skip
    assert s.metrics["im_3min_reply_rate"].reason == "no row counts"
    assert [(c.value, c.met) for c in s.checks.values()] == [(0, True), (30, True)]


def test_a_missing_stream() -> None:
    s, t = scored(without("conversations")).values()
    # S: 2 + 0.675 + 0.35 · (5 + x)/2; T: 2 + 0.525 + 0.35 · (3 + x)/2, x from 3 to 5 or without it
    assert ends(s) == (F("4.075"), F("4.425"))
    assert ends(t) == (F("3.575"), F("3.925"))
    assert (s.shown_low, s.shown_high) == (F("4.08"), F("4.43"))
    for shop in (s, t):
        assert (shop.status, shop.score, shop.score_exact) == ("partial", None, None)
        assert (shop.coverage, shop.reason) == (F("0.93"), LACKS)
        assert shop.metrics["im_3min_reply_rate"].reason == "no stream conversations"
        assert shop.metrics["im_3min_reply_rate"].could_be == (F(3), F(5))
        assert shop.metrics["im_reply_seconds"].could_be is None
        assert shop.dimensions["service"].points is None
        weights = {m: r.weight for m, r in shop.metrics.items() if r.weight is not None}
        assert weights == {
            "bad_review_rate": F(1, 4), "quality_return_rate": F(1, 4),
            "pickup_rate": F("0.075"), "delivery_hours": F("0.075"),
        }  # fmt: skip
    assert (s.tiers, s.possible_tiers) == (("affiliate",), SETTLEMENTS)
    assert (t.tiers, t.possible_tiers) == (("settlement_t10",), ())


def test_without_a_known_metric_all_of_a_dimension_is_open() -> None:
    s, t = scored(without("complaints")).values()
    # 2 + 0.675 + 0.35 · x and 2 + 0.525 + 0.35 · x; or no service at all: 2.675/0.65 is in between
    assert ends(s) == (F("3.725"), F("4.425"))
    assert ends(t) == (F("3.575"), F("4.275"))
    assert s.coverage == t.coverage == F("0.93")
    assert (t.tiers, t.possible_tiers) == (("settlement_t10",), ("affiliate",))


def test_without_times_of_payment_a_condition_is_not_checked() -> None:
    s, t = scored(without("orders", "paid_at")).values()
    assert [(c.value, c.met) for c in s.checks.values()] == [(0, True), (None, None)]
    # goods (4 + x)/2; logistics (4 + x)/2; service x or nothing, each x from 3 to 5 or without it
    assert ends(s) == ends(t) == (F("3.325"), F("4.675"))
    # known: half of goods and of logistics, and four of five of service, of which no row counts
    assert s.coverage == F("0.25") + F("0.075") + F("0.28")
    assert s.metrics["pickup_rate"].reason == "no column orders.paid_at"


def test_a_condition_that_nobody_can_check_leaves_the_score() -> None:
    s, _ = scored(without("shop_facts")).values()
    assert (s.status, s.score_exact) == ("scored", F("4.425"))
    assert [(c.value, c.met) for c in s.checks.values()] == [(None, None), (30, True)]
    few, rows = {"eligibility.min_paid_orders": 40}, without("conversations")
    s, _ = scored(rows, **few).values()
    # all orders are of the day of age 20: nobody knows what was before
    assert (s.status, s.checks["enough_orders"].value, s.checks["enough_orders"].met) == (
        "partial", None, None,
    )  # fmt: skip
    rows["orders"].append({**rows["orders"][-1], "order_id": "first", "paid_at": at(90)})
    s, _ = scored(rows, **few).values()
    assert s.checks["enough_orders"].met is None  # nor what was after
    rows["orders"].append({**rows["orders"][-1], "order_id": "last", "paid_at": at(2)})
    s, _ = scored(rows, **few).values()
    assert (s.checks["enough_orders"].value, s.checks["enough_orders"].met) == (30, False)
    assert s.reason == "not met: Enough paid orders in the last 90 days"
    assert (s.status, s.coverage, ends(s)) == ("insufficient_orders", F("0.93"), (None, None))


def test_what_weighs_nothing_lacks_nothing() -> None:
    s, _ = scored(without("conversations"), **{"weight.im_3min_reply_rate": 0}).values()
    assert (s.status, s.score_exact, s.coverage) == ("scored", F("4.425"), F(1))


def test_a_lone_shop() -> None:
    (s,) = scored(without("conversations", shops="S")).values()
    # nobody to be ranked among, and what conversations would say: all may be anything from 3 to 5;
    # known of service are disputes and tickets, three metrics of five: there are none
    assert (s.status, s.reason) == (
        "partial",
        f"{LACKS}; others cannot be ranked: no other shop in its industry",
    )
    assert (s.coverage, ends(s)) == (F("0.21"), (F(3), F(5)))
    table = [("*", "im_3min_reply_rate", F(p), F(v)) for p, v in (("0.2", "0.5"), ("0.9", "1"))]
    (s,) = scored(without("conversations", shops="S"), *table).values()
    # from 3.4 to 4.8, or no conversation at all: then everything else is the worst, or the best
    assert (s.status, ends(s)) == ("partial", (F(3), F(5)))
    (s,) = scored({"shops": events("S")["shops"]}).values()
    assert (s.status, s.reason, s.coverage, ends(s)) == ("partial", LACKS, F(0), (F(3), F(5)))
    (s,) = scored(events("S")).values()
    assert (s.status, s.reason) == ("not_computable", "no other shop in its industry")
    assert (s.coverage, ends(s)) == (F("0.28"), (None, None))


def test_two_shops_of_which_one_has_rows() -> None:
    """One shop with a value among two has no peers: it has a rank that nobody knows."""
    rows = events()
    rows["aftersales"] = [
        {**dict.fromkeys(STREAMS["aftersales"].columns, ""), "shop_id": "S", "ticket_id": "T1",
         "kind": "exchange", "applied_at": at(20), "closed_at": at(10)}
    ]  # fmt: skip
    s, t = scored(rows).values()
    assert s.metrics["dispute_liability_rate"].status == "no_peers"
    assert s.metrics["dispute_liability_rate"].reason == "no other shop in its industry has a value"
    assert t.metrics["dispute_liability_rate"].reason == "no row counts"
    # 2 + 0.675 + 0.35 · (5 + x)/2, and x is there
    alone = "no other shop in its industry has a value"
    assert (s.status, s.reason) == (
        "partial",
        f"some weighted metrics cannot be ranked: {alone}",
    )
    assert (s.coverage, ends(s)) == (F("0.93"), (F("4.075"), F("4.425")))
    assert (t.status, t.score_exact) == ("scored", F("3.575"))
