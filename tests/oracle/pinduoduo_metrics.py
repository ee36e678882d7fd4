"""Pinduoduo's metrics, one function each, in the words of the page's table.

Scorecard `service`, rule set `2022` (ages 1–30). The items of `dsr` are in `dsr_items`.
"""

from __future__ import annotations

from fractions import Fraction

from oracle.cell_meanings import SECONDS_PER_DAY
from oracle.kuaishou_metrics import im_3min_reply_rate
from oracle.metric_rows import Facts, is_true, text, whole
from oracle.shared_tallies import Tally, by_name, count_orders, each_order_once, paid_or_own

LAST_30 = 30


def platform_help_rate(facts: Facts) -> Tally:
    """Escalations over orders with paid_at. Day: paid_at of the order, else escalated_at."""
    tally = Tally(facts, LAST_30)
    for escalation in facts.rows("escalations"):
        tally.above(escalation, paid_or_own(facts, escalation, "escalated_at"))
    count_orders(facts, tally, "paid_at")
    return tally


def quality_refund_rate(facts: Facts) -> Tally:
    """Orders, each once, refunded for quality or not_as_described, over orders with paid_at.

    Tickets of any kind. Day: paid_at of the order, else applied_at of its earliest such ticket.
    """
    tally = Tally(facts, LAST_30)
    tickets = [
        ticket
        for ticket in facts.rows("aftersales")
        if text(ticket, "outcome") == "refunded"
        and text(ticket, "reason") in ("quality", "not_as_described")
    ]
    for ticket in each_order_once(tickets):
        tally.above(ticket, paid_or_own(facts, ticket, "applied_at"))
    count_orders(facts, tally, "paid_at")
    return tally


def pickup_24h_rate(facts: Facts) -> Tally:
    """Picked up within 24 h of payment (inclusive), over picked-up paid orders, no presale.

    Day: paid_at.
    """
    tally = Tally(facts, LAST_30)
    for order in facts.rows("orders"):
        paid, picked_up = whole(order, "paid_at"), whole(order, "picked_up_at")
        if paid is not None and picked_up is not None and not is_true(order, "is_presale"):
            tally.both(order, paid, picked_up - paid <= SECONDS_PER_DAY)
    return tally


def paid_to_signed_days(facts: Facts) -> Tally:
    """Days from payment to delivery, over orders with both times. Day: signed_at."""
    tally = Tally(facts, LAST_30)
    for order in facts.rows("orders"):
        paid, signed = whole(order, "paid_at"), whole(order, "signed_at")
        if paid is not None and signed is not None:
            tally.both(order, signed, Fraction(signed - paid, SECONDS_PER_DAY))
    return tally


SERVICE = by_name(
    im_3min_reply_rate,  # as Kuaishou
    platform_help_rate,
    quality_refund_rate,
    pickup_24h_rate,
    paid_to_signed_days,
)
