"""The aftersales tickets of a sample and what they do to their orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import polars as pl

from ._clock import (
    DAY,
    HOUR,
    NEVER,
    Bools,
    Floats,
    Ints,
    Rng,
    around,
    chance,
    happened,
    next_morning,
    pick,
    waiting,
)
from ._columns import code, enum, known, money, row_ids
from ._orders import Orders, order_ids, product_ids
from ._shops import INDUSTRIES, Shops, agent_ids, shop_ids

REFUND_ONLY, RETURN, EXCHANGE = range(3)  # codes of the column kind
REFUNDED, CLOSED = range(2)  # codes of the column outcome
AGREED, WITHDRAWN, REFUSED = range(3)  # what becomes of an application

RETURN_RATE = 0.17  # of received orders, for an average shop and industry
KINDS = (0.29, 0.62, 0.09)  # of these tickets
ON_THE_ROAD, ON_THE_ROAD_LATE = 0.05, 0.15  # refunds asked before delivery; where it is late
LOST_CLAIMED = 0.8  # share of the lost parcels
AGAIN = 0.35  # share of tickets closed without a refund that are followed by another one

# Reasons by situation, with their weights.
BEFORE_SHIPMENT = {"no_reason": 60, "price_difference": 15, "logistics": 3, "other": 22}
BEFORE_DELIVERY = {"no_reason": 65, "price_difference": 15, "logistics": 10, "other": 10}
#: One in so many tickets for logistics of a delivered order is about an empty parcel.
EMPTY_PARCELS = 10
OVERDUE = {"logistics": 55, "not_received": 25, "no_reason": 15, "other": 5}
AFTER_DELIVERY = (
    {  # refund_only
        "quality": 34,
        "damage": 18,
        "logistics": 12,
        "not_as_described": 10,
        "price_difference": 10,
        "not_received": 6,
        "other": 10,
    },
    {  # return_refund
        "no_reason": 45,
        "quality": 16,
        "size": 15,
        "not_as_described": 11,
        "damage": 6,
        "logistics": 3,
        "price_difference": 1,
        "other": 3,
    },
    {  # exchange
        "size": 40,
        "quality": 30,
        "damage": 12,
        "not_as_described": 7,
        "no_reason": 5,
        "logistics": 1,
        "other": 5,
    },
)
COMPENSATED, COMPENSATED_LOGISTICS = 0.02, 0.4
CUSTOM = 0.02  # made to order
INSTANT = 0.2  # share of the tickets to which a tool agrees at once
HANDLING_HOURS, CHECK_HOURS = 5.0, 14.0  # medians, for an average shop
RETURN_HOURS, RESEND_HOURS = 84.0, 60.0  # the buyer's parcel, the new goods
NOT_SENT_BACK, NOT_SENT_BACK_DAYS = 0.05, 7
LIABILITY = (0.55, 0.3, 0.15)  # merchant, buyer, none: where the platform decided


class Applications(NamedTuple):
    """What buyers asked for, one entry per ticket in the order of time."""

    order: Ints
    applied: Ints
    kind: Ints
    reason: Ints
    unshipped: Bools


class Course(NamedTuple):
    """What then happened to each ticket: times in seconds, codes of the enum columns."""

    approved: Ints
    return_signed: Ints
    refunded: Ints
    closed: Ints
    outcome: Ints
    intervened: Ints
    liability: Ints
    instant: Bools


def make_tickets(rng: Rng, orders: Orders, shops: Shops) -> tuple[Applications, Course]:
    """Make all tickets: refunds before shipment and on the road, returns, and second attempts."""
    road = _on_the_road(rng, orders)
    after = _after_delivery(rng, orders, shops, road.order)
    first = _merged(_before_shipment(rng, orders), road, after)
    course = make_course(rng, first, orders)
    again = _again(rng, first, course, orders)
    asked = _merged(first, again)
    both = zip(course, make_course(rng, again, orders), strict=True)
    course = Course._make(np.concatenate(fields) for fields in both)
    by_time = np.argsort(asked.applied, kind="stable")
    by_time = by_time[happened(asked.applied[by_time])]
    return (
        Applications._make(field[by_time] for field in asked),
        Course._make(field[by_time] for field in course),
    )


def _merged(*parts: Applications) -> Applications:
    return Applications._make(np.concatenate(fields) for fields in zip(*parts, strict=True))


def _reasons(rng: Rng, weights: Mapping[str, float], size: int) -> Ints:
    codes = np.array([code("reason", label) for label in weights])
    return codes[pick(rng, tuple(weights.values()), size)]


def _before_shipment(rng: Rng, orders: Orders) -> Applications:
    order = np.flatnonzero(happened(orders.refund_asked))
    size = len(order)
    return Applications(
        order,
        orders.refund_asked[order],
        np.full(size, REFUND_ONLY),
        _reasons(rng, BEFORE_SHIPMENT, size),
        np.ones(size, dtype=np.bool_),
    )


def _on_the_road(rng: Rng, orders: Orders) -> Applications:
    """Make refunds asked between pick-up and delivery, more often of late and lost parcels."""
    late, lost = orders.late, orders.lost
    likely = np.where(late, ON_THE_ROAD_LATE, ON_THE_ROAD)
    likely = np.where(lost, LOST_CLAIMED, likely)
    asked = chance(rng, likely, len(likely)) & happened(orders.picked)
    applied = orders.picked + waiting(rng, 36, len(likely))
    order = np.flatnonzero(asked & (applied < orders.signed))
    size = len(order)
    usual, overdue = (_reasons(rng, weights, size) for weights in (BEFORE_DELIVERY, OVERDUE))
    return Applications(
        order,
        applied[order],
        np.full(size, REFUND_ONLY),
        np.where((late | lost)[order], overdue, usual),
        np.zeros(size, dtype=np.bool_),
    )


def _after_delivery(rng: Rng, orders: Orders, shops: Shops, refunded: Ints) -> Applications:
    """Make what buyers ask for when they have the goods, except for `refunded` orders."""
    industry = np.array([returns for _, returns in INDUSTRIES.values()])[shops.industry]
    likely = RETURN_RATE * industry[orders.shop] * np.exp(-0.3 * orders.goods)
    likely[refunded] = 0
    order = np.flatnonzero(chance(rng, likely, len(likely)) & happened(orders.signed))
    size = len(order)
    kind = pick(rng, KINDS, size)
    by_kind = np.stack([_reasons(rng, weights, size) for weights in AFTER_DELIVERY])
    reason = by_kind[kind, np.arange(size)]
    faulty = chance(rng, 0.06 * np.exp(-0.6 * orders.goods[order]), size)
    return Applications(
        order,
        orders.signed[order] + waiting(rng, 60, size),
        kind,
        np.where(faulty, code("reason", "quality"), reason),
        np.zeros(size, dtype=np.bool_),
    )


def _again(rng: Rng, first: Applications, course: Course, orders: Orders) -> Applications:
    """Make returns some days after a ticket for the same order was closed without a refund."""
    denied = happened(course.closed) & (course.outcome == CLOSED)
    denied &= orders.signed[first.order] <= course.closed
    chosen = np.flatnonzero(chance(rng, AGAIN, len(denied)) & denied)
    return Applications(
        first.order[chosen],
        course.closed[chosen] + waiting(rng, 24, len(chosen)),
        np.full(len(chosen), RETURN),
        first.reason[chosen],
        first.unshipped[chosen],
    )


def make_course(rng: Rng, asked: Applications, orders: Orders) -> Course:
    """Make what happens to each application, by the shop, the buyer and the platform."""
    size = len(asked.order)
    service = orders.service[asked.order]
    fate = _fates(rng, service, asked.unshipped)
    instant = chance(rng, INSTANT, size) & (fate == AGREED)
    handling = around(rng, HANDLING_HOURS * np.exp(-0.45 * service), 0.9, size)
    decided = np.where(instant, asked.applied, next_morning(rng, asked.applied + handling))
    decided = np.where(asked.unshipped, orders.cancelled[asked.order], decided)
    approved = np.where(fate == AGREED, decided, NEVER)
    return_signed, refunded, closed = _complete(rng, asked.kind, approved, service)
    stopped = np.where(fate == WITHDRAWN, asked.applied + waiting(rng, 20, size), decided + 3 * DAY)
    closed = np.where(fate == AGREED, closed, stopped)

    taken, liability = _interventions(rng, fate, asked.unshipped)
    delay = rng.integers(HOUR, 2 * DAY, size)
    intervened = np.where(
        fate == REFUSED, decided + delay, np.minimum(asked.applied + delay, closed)
    )
    ruled = taken & (fate == REFUSED)
    closed = np.where(ruled, intervened + rng.integers(DAY, 6 * DAY, size), closed)
    granted = ruled & (liability == code("liability", "merchant")) & chance(rng, 0.85, size)
    granted &= asked.kind != EXCHANGE
    refunded = np.where(granted, closed, refunded)
    return Course(
        approved=approved,
        return_signed=return_signed,
        refunded=refunded,
        closed=closed,
        outcome=np.where(happened(refunded), REFUNDED, CLOSED),
        intervened=np.where(taken, intervened, NEVER),
        liability=liability,
        instant=instant | (asked.unshipped & (decided == asked.applied)),
    )


def _fates(rng: Rng, service: Floats, unshipped: Bools) -> Ints:
    """Return the fate of each ticket: most are agreed to; weak shops refuse more."""
    size = len(service)
    refused = chance(rng, 0.05 * np.exp(-0.5 * service), size)
    withdrawn = chance(rng, 0.06, size)
    fate = np.where(refused, REFUSED, np.where(withdrawn, WITHDRAWN, AGREED))
    return np.where(unshipped, AGREED, fate)


def _complete(rng: Rng, kind: Ints, approved: Ints, service: Floats) -> tuple[Ints, Ints, Ints]:
    """Return the times of return, refund and end of the tickets that the shop agreed to."""
    size = len(kind)
    back = chance(rng, 1 - NOT_SENT_BACK, size) & (kind != REFUND_ONLY)
    parcel = next_morning(rng, approved + around(rng, RETURN_HOURS, 0.4, size))
    return_signed = np.where(back, parcel, NEVER)
    check = around(rng, CHECK_HOURS * np.exp(-0.45 * service), 0.8, size)
    refunded = np.where(kind == REFUND_ONLY, approved, next_morning(rng, return_signed + check))
    refunded = np.where(kind == EXCHANGE, NEVER, refunded)
    resent = return_signed + around(rng, RESEND_HOURS, 0.4, size)
    closed = np.where(kind == EXCHANGE, resent, refunded)
    given_up = (kind != REFUND_ONLY) & ~back
    return return_signed, refunded, np.where(given_up, approved + NOT_SENT_BACK_DAYS * DAY, closed)


def _interventions(rng: Rng, fate: Ints, unshipped: Bools) -> tuple[Bools, Ints]:
    """Return in which tickets the platform stepped in, and who was at fault."""
    likely = np.where(fate == REFUSED, 0.6, np.where(fate == AGREED, 0.015, 0.0))
    taken = chance(rng, np.where(unshipped, 0.0, likely), len(fate))
    return taken, pick(rng, LIABILITY, len(fate))


def without_refunded(orders: Orders, asked: Applications, course: Course) -> Orders:
    """Return the orders; those refunded before their confirmation are never confirmed."""
    confirmed = orders.confirmed.copy()
    early = happened(course.refunded) & (course.refunded < confirmed[asked.order])
    confirmed[asked.order[early]] = NEVER
    return orders._replace(confirmed=confirmed)


def _refund_amounts(rng: Rng, asked: Applications, orders: Orders) -> Ints:
    """Return cents: the whole amount, or a part where the buyer keeps faulty goods."""
    size = len(asked.order)
    amount = orders.amount[asked.order]
    kept = (asked.kind == REFUND_ONLY) & (orders.signed[asked.order] <= asked.applied)
    partly = kept & chance(rng, 0.4, size)
    part = np.maximum(1, (amount * rng.uniform(0.1, 0.6, size)).astype(np.int64))
    return np.where(partly, part, amount)


def aftersales_frame(
    rng: Rng, asked: Applications, course: Course, orders: Orders, shops: Shops
) -> pl.DataFrame:
    """Build the stream `aftersales`."""
    size = len(asked.order)
    shop = orders.shop[asked.order]
    closed = happened(course.closed)
    stepped_in = happened(course.intervened)
    by_carrier = asked.reason == code("reason", "logistics")
    empty = by_carrier & (orders.signed[asked.order] <= asked.applied)
    empty &= np.arange(size) % EMPTY_PARCELS == 0
    reason = np.where(empty, code("reason", "empty_parcel"), asked.reason)
    refund = money(_refund_amounts(rng, asked, orders))
    by_hand = happened(course.approved) & ~course.instant
    return pl.DataFrame(
        {
            "ticket_id": row_ids("T", size),
            "shop_id": shop_ids(shop),
            "applied_at": asked.applied,
            "kind": enum("kind", asked.kind),
            "reason": known(enum("reason", reason), chance(rng, 0.98, size)),
            "order_id": order_ids(orders, asked.order),
            "order_amount": money(orders.amount[asked.order]),
            "refund_amount": known(refund, asked.kind != EXCHANGE),
            "approved_at": course.approved,
            "return_signed_at": course.return_signed,
            "refunded_at": course.refunded,
            "closed_at": course.closed,
            "outcome": known(enum("outcome", course.outcome), closed),
            "platform_intervened": stepped_in,
            "liability": known(enum("liability", course.liability), stepped_in & closed),
            "shipped": ~asked.unshipped,
            "is_custom": chance(rng, CUSTOM, size),
            "compensated": chance(
                rng, np.where(by_carrier, COMPENSATED_LOGISTICS, COMPENSATED), size
            ),
            "product_id": product_ids(orders, asked.order),
            "agent_id": known(agent_ids(rng, shops, shop), by_hand),
        }
    )
