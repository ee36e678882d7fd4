"""The metrics of Douyin's rule set 2022, one function each, in the words of the page's table.

Every function returns `Counts`: numerator and denominator by shop. "Window 1–90" are the ages of
the day that the table names, and only that day decides whether a row counts.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from oracle.cell_meanings import SECONDS_PER_DAY
from oracle.event_loading import Row
from oracle.metric_rows import Counts, Facts, first_of, is_true, received, text, whole

LAST_90 = (1, 90)
LAGGED_90 = (15, 104)
HOUR = 3600
FIRST_HOUR, AFTER_LAST_HOUR = 8 * HOUR, 23 * HOUR  # 08:00:00–22:59:59

METRICS: dict[str, Callable[[Facts], Counts]] = {}
"""The function of every metric, informational ones included."""


def _metric(function: Callable[[Facts], Counts]) -> Callable[[Facts], Counts]:
    METRICS[function.__name__] = function
    return function


def _day_of_review(facts: Facts, review: Row) -> int | None:
    """When the order of the review was received, else when the review was written."""
    return first_of(received(facts.order_of(review)), whole(review, "reviewed_at"))


def _paid_or_own(facts: Facts, row: Row, own: str) -> int | None:
    """When the order of the row was paid, else the row's own time."""
    order = facts.order_of(row)
    return first_of(None if order is None else whole(order, "paid_at"), whole(row, own))


def _count_paid_orders(facts: Facts, counts: Counts) -> None:
    for order in facts.rows("orders"):
        counts.below(order, whole(order, "paid_at"))


@_metric
def bad_review_rate(facts: Facts) -> Counts:
    """First reviews with a rating of at most 2, over orders that were received.

    Day: received(order of the review), else reviewed_at; for orders received(o). Window 1–90.
    """
    counts = Counts(facts, *LAST_90)
    for review in facts.rows("reviews"):
        rating = whole(review, "rating")
        bad = rating is not None and rating <= facts.number("bad_review.max_rating")
        if bad and is_true(review, "is_first"):
            counts.above(review, _day_of_review(facts, review))
    for order in facts.rows("orders"):
        counts.below(order, received(order))
    return counts


@_metric
def quality_return_rate(facts: Facts) -> Counts:
    """Orders, each once, with a refund for quality or logistics, over paid orders.

    A refund is a refund_only or return_refund ticket. An empty parcel is a fault of logistics by
    assumption. Of several tickets of an order the earliest
    (applied_at, then ticket_id) counts. A ticket that names no order counts by itself; tickets
    that name the same unknown order are that order.
    Day: paid_at of the order, else applied_at of the ticket that counts. Window 15–104.
    """
    counts = Counts(facts, *LAGGED_90)
    earliest: dict[tuple[str, str, str], Row] = {}
    for ticket in facts.rows("aftersales"):
        if text(ticket, "kind") not in ("refund_only", "return_refund"):
            continue
        reasons = ["quality", "logistics"]
        if facts.assumptions["quality_return.empty_parcel"]:
            reasons.append("empty_parcel")
        if text(ticket, "reason") not in reasons:
            continue
        order = text(ticket, "order_id")
        alone = "" if order else text(ticket, "ticket_id")
        unit = (text(ticket, "shop_id"), order, alone)
        if unit not in earliest or _applied(ticket) < _applied(earliest[unit]):
            earliest[unit] = ticket
    for ticket in earliest.values():
        counts.above(ticket, _paid_or_own(facts, ticket, "applied_at"))
    _count_paid_orders(facts, counts)
    return counts


def _applied(ticket: Row) -> tuple[int, str]:
    """The order in which the tickets of an order came: by time, then by the text of their id."""
    return (whole(ticket, "applied_at") or 0, text(ticket, "ticket_id"))


@_metric
def pickup_rate(facts: Facts) -> Counts:
    """Graded by the hours from payment to pick-up: under 24, under 36, under 48, or later.

    Over picked-up paid orders, no presale, that need shipping. Day: picked_up_at. Window 1–90.
    """
    counts = Counts(facts, *LAST_90)
    for order in facts.rows("orders"):
        paid, picked_up = whole(order, "paid_at"), whole(order, "picked_up_at")
        if paid is None or picked_up is None:
            continue
        if is_true(order, "is_presale") or not is_true(order, "needs_shipping"):
            continue
        counts.below(order, picked_up)
        counts.above(order, picked_up, _pickup_grade(facts, picked_up - paid))
    return counts


def _pickup_grade(facts: Facts, seconds: int) -> Fraction:
    if seconds < 24 * HOUR:
        return facts.number("pickup.weight_under_24h")
    if seconds < 36 * HOUR:
        return facts.number("pickup.weight_24_to_36h")
    if seconds < 48 * HOUR:
        return facts.number("pickup.weight_36_to_48h")
    return Fraction(0)


@_metric
def delivery_hours(facts: Facts) -> Counts:
    """Mean hours from pick-up to delivery by the carrier.

    Over orders with both times, no presale (whether they need shipping or were paid is not asked).
    Day: signed_at. Window 1–90.
    """
    counts = Counts(facts, *LAST_90)
    for order in facts.rows("orders"):
        picked_up, signed = whole(order, "picked_up_at"), whole(order, "signed_at")
        if picked_up is None or signed is None or is_true(order, "is_presale"):
            continue
        counts.below(order, signed)
        counts.above(order, signed, Fraction(signed - picked_up, HOUR))
    return counts


@_metric
def complaint_rate(facts: Facts) -> Counts:
    """Upheld complaints, every one of them, over paid orders.

    Day: paid_at of the order, else complained_at. Window 15–104.
    """
    counts = Counts(facts, *LAGGED_90)
    for complaint in facts.rows("complaints"):
        if is_true(complaint, "upheld") or not facts.assumptions["complaint.only_upheld"]:
            counts.above(complaint, _paid_or_own(facts, complaint, "complained_at"))
    _count_paid_orders(facts, counts)
    return counts


@_metric
def dispute_liability_rate(facts: Facts) -> Counts:
    """Closed tickets for which the merchant was found liable (null: not), over closed tickets.

    All kinds of tickets. Day: closed_at. Window 1–90.
    """
    counts = Counts(facts, *LAST_90)
    for ticket in facts.rows("aftersales"):
        closed = whole(ticket, "closed_at")
        counts.below(ticket, closed)
        if text(ticket, "liability") == "merchant":
            counts.above(ticket, closed)
    return counts


def _sessions(facts: Facts) -> list[tuple[Row, int, int | None]]:
    """(session, started, seconds to the first human reply) of sessions to a human, by daylight.

    Sessions count whatever becomes of the order they name: excluded orders keep theirs.
    """
    found: list[tuple[Row, int, int | None]] = []
    for session in facts.rows("conversations"):
        started, reply = whole(session, "started_at"), whole(session, "first_reply_at")
        if started is None or not is_true(session, "to_human"):
            continue
        if FIRST_HOUR <= started % SECONDS_PER_DAY < AFTER_LAST_HOUR:
            found.append((session, started, None if reply is None else reply - started))
    return found


@_metric
def im_3min_reply_rate(facts: Facts) -> Counts:
    """Sessions whose first human reply came within 180 s, inclusive.

    Over sessions to a human that started 08:00:00–22:59:59, answered or not.
    Day: started_at. Window 1–90.
    """
    counts = Counts(facts, *LAST_90)
    for session, started, waited in _sessions(facts):
        counts.below(session, started)
        if waited is not None and waited <= facts.number("im.reply_within_seconds"):
            counts.above(session, started)
    return counts


def _closed_by_merchant(facts: Facts, kinds: tuple[str, ...]) -> list[tuple[Row, int | None, int]]:
    """(ticket, closed, seconds to approval) of approved tickets without the platform's help."""
    found: list[tuple[Row, int | None, int]] = []
    for ticket in facts.rows("aftersales"):
        applied, approved = whole(ticket, "applied_at"), whole(ticket, "approved_at")
        if applied is None or approved is None or is_true(ticket, "platform_intervened"):
            continue
        if text(ticket, "kind") in kinds:
            found.append((ticket, whole(ticket, "closed_at"), approved - applied))
    return found


@_metric
def refund_only_hours(facts: Facts) -> Counts:
    """Mean hours from application to the merchant's approval.

    Over closed refund_only tickets with approved_at, without platform intervention.
    Day: closed_at. Window 1–90.
    """
    counts = Counts(facts, *LAST_90)
    for ticket, closed, waited in _closed_by_merchant(facts, ("refund_only",)):
        counts.below(ticket, closed)
        counts.above(ticket, closed, Fraction(waited, HOUR))
    return counts


@_metric
def return_refund_hours(facts: Facts) -> Counts:
    """Mean hours of waiting for the merchant: to approve, then to refund the returned goods.

    Over closed return_refund and exchange tickets with approved_at, without platform intervention;
    the second span (refunded_at − return_signed_at) is added where both its times exist.
    Day: closed_at. Window 1–90.
    """
    counts = Counts(facts, *LAST_90)
    for ticket, closed, waited in _closed_by_merchant(facts, ("return_refund", "exchange")):
        returned, refunded = whole(ticket, "return_signed_at"), whole(ticket, "refunded_at")
        if returned is not None and refunded is not None:
            waited += refunded - returned
        counts.below(ticket, closed)
        counts.above(ticket, closed, Fraction(waited, HOUR))
    return counts


@_metric
def service_good_review_rate(facts: Facts) -> Counts:
    """Informational: reviews with a service rating of 4 or 5, over reviews with a service rating.

    Follow-up reviews count too. Day: as in bad_review_rate. Window 1–90.
    """
    counts = Counts(facts, *LAST_90)
    for review in facts.rows("reviews"):
        rating = whole(review, "service_rating")
        if rating is None:
            continue
        counts.below(review, _day_of_review(facts, review))
        if rating >= 4:
            counts.above(review, _day_of_review(facts, review))
    return counts


@_metric
def im_reply_seconds(facts: Facts) -> Counts:
    """Informational: mean seconds to the first human reply, over answered sessions.

    The same sessions as im_3min_reply_rate. Day: started_at. Window 1–90.
    """
    counts = Counts(facts, *LAST_90)
    for session, started, waited in _sessions(facts):
        if waited is not None:
            counts.below(session, started)
            counts.above(session, started, waited)
    return counts
