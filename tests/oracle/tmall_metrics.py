"""Tmall's metrics, one function each, in the words of the page's tables.

Scorecards `experience` and `aftersales` (ages 1–30). The items of `dsr` are in `dsr_items`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from oracle.cell_meanings import SECONDS_PER_DAY
from oracle.event_loading import Row
from oracle.metric_rows import Facts, is_true, text, whole
from oracle.shared_tallies import (
    HOUR,
    REPLY_SECONDS,
    Tally,
    by_daylight,
    by_name,
    count_handling_hours,
    count_orders,
    count_replies,
    paid_or_own,
    time_of_order,
)

LAST_30 = 30

OrderKey = tuple[str, str]
"""(shop_id, order_id)"""


def _key(row: Row) -> OrderKey:
    return (text(row, "shop_id"), text(row, "order_id"))


def _refunded_for_quality(facts: Facts) -> set[OrderKey]:
    """Orders named by a refund_only or return_refund ticket whose reason is quality."""
    return {
        _key(ticket)
        for ticket in facts.rows("aftersales")
        if text(ticket, "kind") in ("refund_only", "return_refund")
        and text(ticket, "reason") == "quality"
    }


def _is_bad(review: Row, column: str) -> bool:
    rating = whole(review, column)
    return rating is not None and rating <= 2


def goods_negative_rate(facts: Facts) -> Tally:
    """Signed orders with a refund for quality or a review of at most 2, over signed orders.

    Each order once, however much it has. Day: signed_at of the order.
    """
    tally = Tally(facts, LAST_30)
    refunded = _refunded_for_quality(facts)
    badly_reviewed = {_key(row) for row in facts.rows("reviews") if _is_bad(row, "rating")}
    for order in facts.rows("orders"):
        negative = _key(order) in refunded or _key(order) in badly_reviewed
        tally.both(order, whole(order, "signed_at"), negative)
    return tally


def goods_good_review_rate(facts: Facts) -> Tally:
    """Reviews with a rating of at least 4, over reviews. Day: reviewed_at."""
    tally = Tally(facts, LAST_30)
    for review in facts.rows("reviews"):
        rating = whole(review, "rating")
        if rating is not None:
            tally.both(review, whole(review, "reviewed_at"), rating >= 4)
    return tally


def _paid_and_signed(facts: Facts) -> Iterator[tuple[Row, int, int]]:
    for order in facts.rows("orders"):
        paid, signed = whole(order, "paid_at"), whole(order, "signed_at")
        if paid is not None and signed is not None:
            yield order, paid, signed


def first_quality_return_rate(facts: Facts) -> Tally:
    """Orders paid and signed with a refund for quality, over orders paid and signed.

    Day: signed_at of the order.
    """
    tally = Tally(facts, LAST_30)
    refunded = _refunded_for_quality(facts)
    for order, _, signed in _paid_and_signed(facts):
        tally.both(order, signed, _key(order) in refunded)
    return tally


def _bad_review_rate(facts: Facts, column: str) -> Tally:
    """Day: confirmed_at of the order, else reviewed_at; for orders confirmed_at."""
    tally = Tally(facts, LAST_30)
    for review in facts.rows("reviews"):
        if _is_bad(review, column):
            tally.above(review, time_of_order(facts, review, "confirmed_at", "reviewed_at"))
    count_orders(facts, tally, "confirmed_at")
    return tally


def goods_bad_review_rate(facts: Facts) -> Tally:
    """Reviews with a rating of at most 2, over confirmed orders."""
    return _bad_review_rate(facts, "rating")


def logistics_bad_review_rate(facts: Facts) -> Tally:
    """Reviews with a logistics rating of at most 2, over confirmed orders."""
    return _bad_review_rate(facts, "logistics_rating")


def _disasters(facts: Facts) -> set[tuple[str, int]]:
    """(shop, day) with a shop fact `disaster` whose value is exactly 1."""
    return {
        (text(fact, "shop_id"), day // SECONDS_PER_DAY)
        for fact in facts.rows("shop_facts")
        if text(fact, "name") == "disaster"
        and fact["value"] == 1
        and (day := whole(fact, "date")) is not None
    }


def pickup_48h_rate(facts: Facts) -> Tally:
    """Picked up by the time they were due, over paid orders; not those paid on a disaster day.

    Due: pickup_due_at, else 48 h after payment. Day: that of the time they were due.
    """
    tally = Tally(facts, LAST_30)
    disasters = _disasters(facts)
    for order in facts.rows("orders"):
        paid, picked_up = whole(order, "paid_at"), whole(order, "picked_up_at")
        if paid is None or (text(order, "shop_id"), paid // SECONDS_PER_DAY) in disasters:
            continue
        due = whole(order, "pickup_due_at")
        if due is None:
            due = paid + 48 * HOUR
        tally.both(order, due, picked_up is not None and picked_up <= due)
    return tally


def arrival_hours(facts: Facts) -> Tally:
    """Hours from payment to delivery, over orders paid and signed; not those of a disaster day.

    Day: signed_at.
    """
    tally = Tally(facts, LAST_30)
    disasters = _disasters(facts)
    for order, paid, signed in _paid_and_signed(facts):
        if (text(order, "shop_id"), paid // SECONDS_PER_DAY) not in disasters:
            tally.both(order, signed, Fraction(signed - paid, HOUR))
    return tally


def im_3min_reply_rate(facts: Facts) -> Tally:
    """Sessions whose first reply came within 180 s, over sessions by daylight.

    Whether they went to a human is not asked. Day: started_at.
    """
    tally = Tally(facts, LAST_30)
    count_replies(tally, by_daylight(facts.rows("conversations")), REPLY_SECONDS)
    return tally


def im_satisfaction_rate(facts: Facts) -> Tally:
    """Sessions with a satisfaction of at least 4, over sessions with one, at any hour.

    Day: started_at.
    """
    tally = Tally(facts, LAST_30)
    for session in facts.rows("conversations"):
        satisfaction = whole(session, "satisfaction")
        if satisfaction is not None:
            tally.both(session, whole(session, "started_at"), satisfaction >= 4)
    return tally


def refund_handling_hours(facts: Facts) -> Tally:
    """Hours of both legs of closed tickets with approved_at, of all kinds.

    Platform intervention does not matter. Day: closed_at.
    """
    tally = Tally(facts, LAST_30)
    count_handling_hours(tally, facts.rows("aftersales"))
    return tally


def platform_help_rate(facts: Facts) -> Tally:
    """Escalations and complaints (upheld or not), over orders with paid_at.

    Day: paid_at of the order, else the row's own time.
    """
    tally = Tally(facts, LAST_30)
    for escalation in facts.rows("escalations"):
        tally.above(escalation, paid_or_own(facts, escalation, "escalated_at"))
    for complaint in facts.rows("complaints"):
        tally.above(complaint, paid_or_own(facts, complaint, "complained_at"))
    count_orders(facts, tally, "paid_at")
    return tally


def dispute_refund_rate(facts: Facts) -> Tally:
    """Refunded tickets with platform intervention and a liable merchant, over paid orders.

    Day: closed_at of the ticket; for orders paid_at.
    """
    tally = Tally(facts, LAST_30)
    for ticket in facts.rows("aftersales"):
        judged = text(ticket, "outcome") == "refunded" and text(ticket, "liability") == "merchant"
        if judged and is_true(ticket, "platform_intervened"):
            tally.above(ticket, whole(ticket, "closed_at"))
    count_orders(facts, tally, "paid_at")
    return tally


def refund_hours(facts: Facts) -> Tally:
    """Hours from application to the end, over closed tickets of all kinds. Day: closed_at."""
    tally = Tally(facts, LAST_30)
    for ticket in facts.rows("aftersales"):
        applied, closed = whole(ticket, "applied_at"), whole(ticket, "closed_at")
        if applied is not None and closed is not None:
            tally.both(ticket, closed, Fraction(closed - applied, HOUR))
    return tally


def self_completion_rate(facts: Facts) -> Tally:
    """Closed tickets without platform intervention, over closed tickets. Day: closed_at."""
    tally = Tally(facts, LAST_30)
    for ticket in facts.rows("aftersales"):
        alone = not is_true(ticket, "platform_intervened")
        tally.both(ticket, whole(ticket, "closed_at"), alone)
    return tally


_IN_BOTH_SETS = (
    pickup_48h_rate,
    arrival_hours,
    im_3min_reply_rate,
    im_satisfaction_rate,
    refund_handling_hours,
    platform_help_rate,
)
EXPERIENCE_2025 = by_name(
    first_quality_return_rate, goods_bad_review_rate, logistics_bad_review_rate, *_IN_BOTH_SETS
)
EXPERIENCE_2026 = by_name(goods_negative_rate, goods_good_review_rate, *_IN_BOTH_SETS)
AFTERSALES = by_name(dispute_refund_rate, refund_hours, self_completion_rate)
