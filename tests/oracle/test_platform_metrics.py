"""The oracle's metrics of Kuaishou, Tmall and Pinduoduo against numbers computed by hand."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from oracle.dsr_items import first_three_orders
from oracle.event_loading import load
from oracle.metric_rows import Facts
from oracle.platform_metrics import (
    kuaishou,
    pinduoduo,
    pinduoduo_reviews,
    tmall,
    tmall_paid_orders,
)
from oracle.random_platform_events import random_platform_events
from oracle.typed_events import AS_OF, Cells, at, figure, loaded_of, review, ticket

# ------------------------------------------------------------------------------ sessions


def _sessions() -> list[Cells]:
    rows = [
        ("07:59:59", "08:00:00", {}),  # too early
        ("08:00:00", "08:03:00", {}),  # 180 s
        ("22:59:59", "23:02:59", {}),  # 180 s, the reply by night
        ("22:00:00", "22:03:01", {}),  # 181 s
        ("23:00:00", "23:00:01", {}),  # too late
        ("12:00:00", None, {}),  # never answered
        ("12:00:00", "12:00:01", {"to_human": "0"}),
        ("12:00:00", "12:00:00", {"order_id": "GIFT"}),  # 0 s; of an excluded order
    ]
    return [
        {"started_at": at(30, start), "first_reply_at": at(30, reply) if reply else "", **cells}
        for start, reply, cells in rows
    ]


def test_replies_within_three_minutes() -> None:
    streams = {
        "conversations": [
            *_sessions(),
            {"started_at": at(31), "first_reply_at": at(31)},
            {"started_at": at(0), "first_reply_at": at(0)},
        ],
        "orders": [{"order_id": "GIFT", "is_excluded": "1"}],
    }
    # by daylight and to a human: 08:00:00, 22:59:59, 22:00:00, unanswered, GIFT
    assert figure(kuaishou, "im_3min_reply_rate", **streams) == (3, 5)
    assert figure(pinduoduo, "im_3min_reply_rate", **streams) == (3, 5)
    assert figure(tmall, "im_3min_reply_rate", **streams) == (4, 6)  # that to the machine too


def test_kuaishou_replies_within_a_day() -> None:
    starts = ((90, "00:00:00"), (40, "23:30:00"), (40, "23:30:00"), (91, "12:00:00"))
    replies = (at(89, "00:00:00"), at(39, "23:30:01"), "", at(91))
    rows = [
        {"started_at": at(*start), "first_reply_at": reply}
        for start, reply in zip(starts, replies, strict=True)
    ]
    # 86,400 s counts, 86,401 s does not; age 91 is out
    assert figure(kuaishou, "reply_24h_rate", conversations=rows) == (1, 3)


def test_satisfaction() -> None:
    rows = [
        {"started_at": at(1, "03:00:00"), "satisfaction": stars, "to_human": human}
        for stars, human in [("1", "1"), ("2", ""), ("3", "1"), ("4", "1"), ("5", "0"), ("", "1")]
    ]
    assert figure(kuaishou, "im_dissatisfaction_rate", conversations=rows) == (2, 4)
    assert figure(tmall, "im_satisfaction_rate", conversations=rows) == (2, 5)


# ------------------------------------------------------------------------------ tickets


def _tickets() -> list[Cells]:
    """All applied at noon of age 20. First leg, second leg in hours, and what is odd."""
    approved = {"approved_at": at(20, "15:00:00"), "closed_at": at(10)}
    legs = {"return_signed_at": at(15, "12:00:00"), "refunded_at": at(15, "17:30:00")}
    return [
        ticket("refund_only", **approved),  # 3
        ticket("refund_only", **approved, **legs),  # 3 (+ 5.5)
        ticket("refund_only", **approved, platform_intervened="1", liability="merchant"),  # 3
        ticket("refund_only", closed_at=at(10), liability="buyer"),  # withdrawn
        ticket("return_refund", **approved, **legs, liability="merchant"),  # 3 + 5.5
        ticket("return_refund", **approved, refunded_at=at(15)),  # 3
        ticket("return_refund", **approved, **legs, platform_intervened="1"),  # 3 + 5.5
        ticket("exchange", **approved, **legs),  # 3 (+ 5.5)
        ticket("return_refund", approved_at=at(20), return_signed_at=at(9)),  # not closed
        ticket("refund_only", approved_at=at(20), closed_at=at(0)),  # closed too late
    ]


def test_handling_hours() -> None:
    rows = _tickets()
    assert figure(kuaishou, "refund_only_hours", aftersales=rows) == (6, 2)
    assert figure(kuaishou, "return_refund_hours", aftersales=rows) == (F(23, 2), 2)
    # 3 + 3 + 3 of refund_only, 8.5 + 3 + 8.5 of return_refund
    assert figure(kuaishou, "refund_handling_hours", aftersales=rows) == (29, 6)
    # and 5.5 of the second refund_only, 8.5 of the exchange
    assert figure(tmall, "refund_handling_hours", aftersales=rows) == (43, 7)


def test_closed_tickets() -> None:
    rows = _tickets()
    assert figure(kuaishou, "dispute_liability_rate", aftersales=rows) == (2, 8)
    assert figure(tmall, "self_completion_rate", aftersales=rows) == (6, 8)
    assert figure(tmall, "refund_hours", aftersales=rows) == (8 * 240, 8)


def test_kuaishou_each_order_is_returned_once() -> None:
    orders = [
        {"order_id": "A", "paid_at": at(90)},
        {"order_id": "B", "paid_at": at(91)},
        {"order_id": "C", "paid_at": ""},
        {"order_id": "GIFT", "paid_at": at(9), "is_excluded": "1"},
    ]
    rows = [
        ticket("exchange", order_id="A"),  # counts, on the day that A was paid
        ticket("return_refund", order_id="A"),
        ticket("exchange", order_id="B"),  # B was paid too early
        ticket("exchange", order_id="GIFT"),
        ticket("exchange", order_id="C", ticket_id="T9", applied_at=at(90)),
        ticket("exchange", order_id="C", ticket_id="T10", applied_at=at(90)),  # counts, once
        ticket("refund_only", order_id="GONE", applied_at=at(95)),  # no return
        ticket("exchange", order_id="GONE", applied_at=at(91)),  # the earliest, too early:
        ticket("return_refund", order_id="GONE", applied_at=at(80)),  # so this does not count
        ticket("exchange"),  # by itself
        ticket("exchange"),  # and again
    ]
    assert figure(kuaishou, "return_exchange_rate", orders=orders, aftersales=rows) == (4, 1)


def test_pinduoduo_each_order_is_refunded_once() -> None:
    done = {"outcome": "refunded", "reason": "quality"}
    rows = [
        ticket("exchange", order_id="A", **done),
        ticket("refund_only", order_id="A", **done),
        ticket("refund_only", order_id="B", **{**done, "reason": "not_as_described"}),
        ticket("refund_only", order_id="C", **{**done, "reason": "damage"}),
        # the earliest of the refunded counts, not of all
        ticket("refund_only", order_id="GONE", applied_at=at(31), reason="quality"),
        ticket("refund_only", order_id="GONE", applied_at=at(30), **done),
        ticket("refund_only", order_id="LOST", applied_at=at(31), **done),
        ticket("refund_only", order_id="LOST", applied_at=at(30), **done),
    ]
    orders = [{"order_id": id, "paid_at": at(30)} for id in "ABCD"]
    assert figure(pinduoduo, "quality_refund_rate", orders=orders, aftersales=rows) == (3, 4)


def test_tmall_dispute_refunds_are_over_orders_of_another_day() -> None:
    lost = {"outcome": "refunded", "liability": "merchant", "platform_intervened": "是"}
    rows = [
        ticket("exchange", closed_at=at(30), order_id="OLD", **lost),
        ticket("exchange", closed_at=at(31), order_id="NEW", **lost),
        ticket("exchange", closed_at=at(3), **{**lost, "outcome": "closed"}),
        ticket("exchange", closed_at=at(3), **{**lost, "platform_intervened": ""}),
        ticket("exchange", closed_at=at(3), **{**lost, "liability": "none"}),
    ]
    orders = [{"order_id": "OLD", "paid_at": at(99)}, {"order_id": "NEW", "paid_at": at(9)}]
    assert figure(tmall, "dispute_refund_rate", orders=orders, aftersales=rows) == (1, 1)


def test_complaints_and_escalations() -> None:
    orders = [
        {"order_id": "OLD", "paid_at": at(31)},
        {"order_id": "NEW", "paid_at": at(30)},
        {"order_id": "UNPAID"},
        {"order_id": "GIFT", "paid_at": at(9), "is_excluded": "1"},
    ]
    names = ("OLD", "NEW", "UNPAID", "GIFT", "GONE", "")
    complaints = [{"order_id": id, "complained_at": at(1), "upheld": "0"} for id in names]
    escalations = [{"order_id": id, "escalated_at": at(31)} for id in names]
    both = {"orders": orders, "complaints": complaints, "escalations": escalations}
    # complaints of NEW, UNPAID, GONE and no order; of the escalations that of NEW alone
    assert figure(tmall, "platform_help_rate", **both) == (5, 1)
    assert figure(pinduoduo, "platform_help_rate", **both) == (1, 1)
    assert figure(kuaishou, "complaint_rate", **both) == (5, 2)  # ages 1–90: OLD too


# ------------------------------------------------------------------------------ orders


def test_tmall_pickup_and_disasters() -> None:
    orders = [
        {"paid_at": at(9), "picked_up_at": at(7)},  # 48 h
        {"paid_at": at(9), "picked_up_at": at(7, "12:00:01")},
        {"paid_at": at(9), "pickup_due_at": at(3), "picked_up_at": at(3)},
        {"paid_at": at(9), "pickup_due_at": at(8), "picked_up_at": at(8, "12:00:01")},
        {"paid_at": at(9), "pickup_due_at": at(0), "picked_up_at": at(9)},  # due too late
        {"paid_at": at(2), "picked_up_at": at(2)},  # due on the day itself
        {"paid_at": at(32)},  # due at age 30, never picked up
        {"paid_at": at(33), "picked_up_at": at(33)},  # due at age 31
        {"pickup_due_at": at(3)},  # unpaid
        {"paid_at": at(20, "23:59:59"), "picked_up_at": at(19)},  # 1
        {"paid_at": at(19, "00:00:00"), "picked_up_at": at(19)},  # 0.5
        {"paid_at": at(18, "00:00:00"), "picked_up_at": at(18)},  # another word
    ]
    facts = [
        {"date": at(20)[:10], "name": "disaster", "value": "1"},
        {"date": at(19)[:10], "name": "disaster", "value": "0.5"},
        {"date": at(18)[:10], "name": "flood", "value": "1"},
        {"date": at(9)[:10], "name": "disaster", "value": "1", "shop_id": "T"},
    ]
    numbered = [{"order_id": f"O{n}", **row} for n, row in enumerate(orders)]
    both = {"orders": numbered, "shop_facts": facts}
    # of O0–O3 two, O6 not, O10 and O11
    assert figure(tmall, "pickup_48h_rate", **both) == (4, 7)
    signed = [{**row, "signed_at": at(5)} for row in numbered[9:]]
    hours = F(14 * 24 + 12) + (13 * 24 + 12)  # from ages 19 and 18, midnight, to noon of age 5
    both = {"orders": signed, "shop_facts": facts}
    assert figure(tmall, "arrival_hours", **both) == (hours, 2)


def test_pinduoduo_pickup_and_delivery() -> None:
    orders = [
        {"order_id": "A", "paid_at": at(30), "picked_up_at": at(29), "signed_at": at(28)},  # 24 h
        {"order_id": "B", "paid_at": at(30), "picked_up_at": at(29, "12:00:01")},
        {"order_id": "C", "paid_at": at(1), "picked_up_at": at(0), "signed_at": at(0)},
        {"order_id": "D", "paid_at": at(9), "picked_up_at": at(9), "is_presale": "1"},
        {"order_id": "E", "paid_at": at(9), "signed_at": at(8, "18:00:00")},  # 1.25 days
        {"order_id": "F", "paid_at": at(40), "picked_up_at": at(40), "signed_at": at(30)},
    ]
    assert figure(pinduoduo, "pickup_24h_rate", orders=orders) == (2, 3)
    assert figure(pinduoduo, "paid_to_signed_days", orders=orders) == (F(53, 4), 3)


def test_tmall_goods() -> None:
    orders = [
        {"order_id": "A", "paid_at": at(9), "signed_at": at(1), "confirmed_at": at(30)},
        {"order_id": "B", "paid_at": "", "signed_at": at(30), "confirmed_at": at(31)},
        {"order_id": "C", "paid_at": at(50), "signed_at": at(29)},
        {"order_id": "D", "paid_at": at(50), "signed_at": at(31), "confirmed_at": at(2)},
        {"order_id": "E", "paid_at": at(9)},
        {"order_id": "F", "paid_at": at(9), "signed_at": at(8), "confirmed_at": at(7)},
    ]
    tickets = [
        ticket("refund_only", order_id="A", reason="quality", applied_at=at(99)),  # counts
        ticket("return_refund", order_id="A", reason="quality"),  # once
        ticket("return_refund", order_id="B", reason="quality"),  # unpaid: negative alone
        ticket("exchange", order_id="F", reason="quality"),
        ticket("refund_only", order_id="F", reason="not_as_described"),
        ticket("refund_only", order_id="D", reason="quality"),
    ]
    reviews = [
        review(1, order_id="A", logistics_rating="2"),
        review(2, order_id="C", age=99, is_first="0"),  # negative, but long ago
        review(3, order_id="F", logistics_rating="1"),
        review(2, order_id="B"),  # confirmed at age 31
        review(1, order_id="D", age=99),  # confirmed at age 2
        review(1, order_id="GONE", logistics_rating="3"),
        review(4, age=30),
        review(5, age=31),
    ]
    all_three = {"orders": orders, "aftersales": tickets, "reviews": reviews}
    assert figure(tmall, "goods_negative_rate", **all_three) == (3, 4)  # A, B, C of A, B, C, F
    assert figure(tmall, "first_quality_return_rate", **all_three) == (1, 3)  # A of A, C, F
    assert figure(tmall, "goods_bad_review_rate", **all_three) == (3, 3)  # A, D, GONE
    assert figure(tmall, "logistics_bad_review_rate", **all_three) == (2, 3)  # A, F
    assert figure(tmall, "goods_good_review_rate", **all_three) == (1, 5)  # not ages 99 and 31


def test_kuaishou_service_rating_else_rating() -> None:
    rows = [review(5, service_rating="1"), review(4, age=90, is_first="0"), review(3, age=91)]
    assert figure(kuaishou, "service_rating_mean", reviews=rows) == (5, 2)


# ------------------------------------------------------------------------------ the rest


def test_eligibility() -> None:
    orders = [{"order_id": f"{age}", "paid_at": at(age)} for age in (0, 1, 30, 31)]
    orders += [{"order_id": "GIFT", "paid_at": at(9), "is_excluded": "1"}, {"order_id": "UNPAID"}]
    reviews = [review(3, age=age, is_first="0", is_valid="0") for age in (0, 1, 90, 91)]
    reviews += [review(3, order_id="GIFT"), review(3, order_id="GONE")]
    loaded = loaded_of(orders=orders, reviews=reviews)
    assert tmall_paid_orders(loaded, AS_OF) == {"S": 2}
    assert pinduoduo_reviews(loaded, AS_OF) == {"S": 3}


def test_which_rows_of_the_pages_are_there() -> None:
    loaded = loaded_of()
    sizes = {
        f"{platform.__name__}/{ruleset}": len(figures)
        for platform in (kuaishou, tmall, pinduoduo)
        for ruleset, figures in platform(loaded, AS_OF).items()
    }
    assert sizes == {
        "kuaishou/experience/2023": 5,
        "kuaishou/aftersales/aftersales-unofficial": 5,
        "tmall/experience/2025-06-30": 9,
        "tmall/experience/2026-03-16": 8,
        "tmall/aftersales/2022": 3,
        "tmall/dsr/dsr": 3,
        "pinduoduo/service/2022": 5,
        "pinduoduo/dsr/dsr": 3,
    }
    both = tmall(loaded, AS_OF)
    assert len(both["experience/2025-06-30"] | both["experience/2026-03-16"]) == 11


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_random_events_are_dense(seed: int) -> None:
    """Every metric has something to count in several shops, and the rule of three bites."""
    events = random_platform_events(seed)
    assert events == random_platform_events(seed)
    loaded = load(events)
    for platform in (kuaishou, tmall, pinduoduo):
        for figures in platform(loaded, AS_OF).values():
            for metric, by_shop in figures.items():
                telling = [shop for shop, figure in by_shop.items() if figure.value]
                assert len(telling) > 2, metric
    facts = Facts(loaded, AS_OF, {})
    reviews = list(facts.rows("reviews"))
    assert len(reviews) / 2 < len(first_three_orders(facts)) < len(reviews) * 9 / 10


@pytest.mark.slow
def test_random_disasters_have_every_value() -> None:
    rows = load(random_platform_events(0)).rows["shop_facts"]
    assert {row["value"] for row in rows if row["name"] == "disaster"} == {0, F(1, 2), 1, 2, None}
