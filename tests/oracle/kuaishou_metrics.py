"""Kuaishou's metrics, one function each, in the words of the page's tables.

Scorecard `experience`, rule set `2023` (ages 1–30), and scorecard `aftersales`, rule set
`aftersales-unofficial` (ages 1–90).
"""

from __future__ import annotations

from collections.abc import Iterator

from oracle.cell_meanings import SECONDS_PER_DAY
from oracle.event_loading import Row
from oracle.metric_rows import Facts, first_of, is_true, text, whole
from oracle.shared_tallies import (
    REPLY_SECONDS,
    Tally,
    by_daylight,
    by_name,
    count_handling_hours,
    count_orders,
    count_replies,
    each_order_once,
    first_leg_only,
    paid_or_own,
    to_human,
)

LAST_30, LAST_90 = 30, 90


def im_3min_reply_rate(facts: Facts) -> Tally:
    """Sessions with a first human reply within 180 s, over sessions to a human by daylight.

    Day: started_at.
    """
    tally = Tally(facts, LAST_30)
    count_replies(tally, by_daylight(to_human(facts)), REPLY_SECONDS)
    return tally


def im_dissatisfaction_rate(facts: Facts) -> Tally:
    """Satisfaction of at most 2, over sessions to a human with a satisfaction, at any hour.

    Day: started_at.
    """
    tally = Tally(facts, LAST_30)
    for session in to_human(facts):
        satisfaction = whole(session, "satisfaction")
        if satisfaction is not None:
            tally.both(session, whole(session, "started_at"), satisfaction <= 2)
    return tally


def _without_the_platform(facts: Facts, kind: str) -> Iterator[Row]:
    for ticket in facts.rows("aftersales"):
        if text(ticket, "kind") == kind and not is_true(ticket, "platform_intervened"):
            yield ticket


def refund_only_hours(facts: Facts) -> Tally:
    """Hours to the approval of closed refund_only tickets, without platform intervention.

    Day: closed_at.
    """
    tally = Tally(facts, LAST_30)
    tickets = _without_the_platform(facts, "refund_only")
    count_handling_hours(tally, [first_leg_only(ticket) for ticket in tickets])
    return tally


def return_refund_hours(facts: Facts) -> Tally:
    """Hours of both legs of closed return_refund tickets, without platform intervention.

    Exchanges are no part of it. Day: closed_at.
    """
    tally = Tally(facts, LAST_30)
    count_handling_hours(tally, _without_the_platform(facts, "return_refund"))
    return tally


def dispute_liability_rate(facts: Facts) -> Tally:
    """Closed tickets for which the merchant is liable (null: not), over closed tickets.

    All kinds. Day: closed_at.
    """
    tally = Tally(facts, LAST_30)
    for ticket in facts.rows("aftersales"):
        liable = text(ticket, "liability") == "merchant"
        tally.both(ticket, whole(ticket, "closed_at"), liable)
    return tally


def service_rating_mean(facts: Facts) -> Tally:
    """The service rating, else the rating of the goods, over reviews with one.

    Day: reviewed_at.
    """
    tally = Tally(facts, LAST_90)
    for review in facts.rows("reviews"):
        rating = first_of(whole(review, "service_rating"), whole(review, "rating"))
        if rating is not None:
            tally.both(review, whole(review, "reviewed_at"), rating)
    return tally


def return_exchange_rate(facts: Facts) -> Tally:
    """Orders, each once, with a return_refund or exchange ticket, over orders with paid_at.

    Day: paid_at of the order, else applied_at of its earliest such ticket.
    """
    tally = Tally(facts, LAST_90)
    kinds = ("return_refund", "exchange")
    tickets = [row for row in facts.rows("aftersales") if text(row, "kind") in kinds]
    for ticket in each_order_once(tickets):
        tally.above(ticket, paid_or_own(facts, ticket, "applied_at"))
    count_orders(facts, tally, "paid_at")
    return tally


def complaint_rate(facts: Facts) -> Tally:
    """Complaints, upheld or not, over orders with paid_at.

    Day: paid_at of the order, else complained_at.
    """
    tally = Tally(facts, LAST_90)
    for complaint in facts.rows("complaints"):
        tally.above(complaint, paid_or_own(facts, complaint, "complained_at"))
    count_orders(facts, tally, "paid_at")
    return tally


def refund_handling_hours(facts: Facts) -> Tally:
    """Hours of both legs of closed tickets of every kind but exchange.

    Of refund_only the first leg alone; platform intervention does not matter. Day: closed_at.
    """
    tally = Tally(facts, LAST_90)
    for ticket in facts.rows("aftersales"):
        if text(ticket, "kind") == "return_refund":
            count_handling_hours(tally, [ticket])
        elif text(ticket, "kind") == "refund_only":
            count_handling_hours(tally, [first_leg_only(ticket)])
    return tally


def reply_24h_rate(facts: Facts) -> Tally:
    """Informational: a first reply within 86,400 s, over sessions to a human at any hour.

    Day: started_at.
    """
    tally = Tally(facts, LAST_90)
    count_replies(tally, to_human(facts), SECONDS_PER_DAY)
    return tally


EXPERIENCE = by_name(
    im_3min_reply_rate,
    im_dissatisfaction_rate,
    refund_only_hours,
    return_refund_hours,
    dispute_liability_rate,
)
AFTERSALES = by_name(
    service_rating_mean,
    return_exchange_rate,
    complaint_rate,
    refund_handling_hours,
    reply_24h_rate,
)
