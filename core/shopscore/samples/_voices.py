"""Voices of buyers: reviews, conversations, complaints and calls for the platform's help."""

from __future__ import annotations

import numpy as np
import polars as pl

from ._aftersales import Applications, Course
from ._clock import (
    DAY,
    LAST_SECOND,
    MINUTE,
    NEVER,
    Bools,
    Floats,
    Ints,
    Rng,
    around,
    at_night,
    chance,
    happened,
    next_morning,
    stars,
    waiting,
)
from ._columns import known, row_ids
from ._orders import Orders, buyer_ids, order_ids, product_ids
from ._shops import Shops, agent_ids, shop_ids

REVIEWED = 0.4  # share of received orders
FOLLOWED_UP = 0.08  # share of reviews
DETAILED = 0.75  # share of reviews that rate service and logistics too
SIGNED, TRACED = 0.85, 0.97  # shares of reviews that name their buyer, their order
LATE_MOOD = 2.5  # standard deviations of skill that a late parcel costs

SESSIONS_PER_ORDER = 0.7
LINKED = 0.6  # share of sessions about an order that exists
TO_HUMAN = 0.75
SLEEPERS = 0.6  # share of questions at night that wait for the morning
NIGHT_SHIFT = 0.1  # share of sessions at night that find somebody awake
FIRST_REPLY_HOURS = 50 / 3600  # median, for an average shop
BOT_SECONDS = 2  # per round
SATISFACTION_ASKED = 0.35

COMPLAINTS, COMPLAINTS_LATE = 0.008, 0.02  # share of paid orders, and more for late ones
UPHELD = 0.65
FILED = 0.95  # share of complaints and calls for help that name their order
CALLS_FOR_HELP = 0.003  # share of paid orders, in addition to those in tickets


def reviews_frame(rng: Rng, orders: Orders) -> pl.DataFrame:
    """Build the stream `reviews`: ratings follow the shop's skill and the parcel's punctuality."""
    order = np.flatnonzero(chance(rng, REVIEWED, len(orders.shop)) & happened(orders.received))
    written = orders.received[order] + waiting(rng, 72, len(order))
    again = np.flatnonzero(chance(rng, FOLLOWED_UP, len(order)))
    later = written[again] + rng.integers(3 * DAY, 30 * DAY, len(again))
    first = np.concatenate([np.ones(len(order), np.bool_), np.zeros(len(again), np.bool_)])
    order = np.concatenate([order, order[again]])
    written = np.concatenate([written, later])
    by_time = np.argsort(written, kind="stable")
    by_time = by_time[happened(written[by_time])]
    order, written, first = order[by_time], written[by_time], first[by_time]

    size = len(order)
    late = orders.late[order]
    detailed = chance(rng, DETAILED, size)
    logistics = known(_rate(rng, orders.logistics[order], late, 1.0), detailed)
    return pl.DataFrame(
        {
            "review_id": row_ids("R", size),
            "shop_id": shop_ids(orders.shop[order]),
            "reviewed_at": written,
            "rating": _rate(rng, orders.goods[order], late, 0.4),
            "service_rating": known(_rate(rng, orders.service[order], late, 0.2), detailed),
            "logistics_rating": known(logistics, ~orders.virtual[order]),
            "is_first": first,
            "is_valid": chance(rng, 0.98, size),
            "order_id": known(order_ids(orders, order), chance(rng, TRACED, size)),
            "buyer_id": known(buyer_ids(orders, order), chance(rng, SIGNED, size)),
            "product_id": product_ids(orders, order),
        }
    )


def _rate(rng: Rng, skill: Floats, late: Bools, weight: float) -> pl.Series:
    return pl.Series(stars(rng, skill - LATE_MOOD * weight * late))


def conversations_frame(rng: Rng, orders: Orders, shops: Shops) -> pl.DataFrame:
    """Build the stream `conversations`: questions before and after buying, to people and bots."""
    order, started, linked = _sessions(rng, orders)
    size = len(order)
    shop = orders.shop[order]
    service = orders.service[order]
    human = chance(rng, TO_HUMAN, size)
    rounds = rng.geometric(0.35, size)
    first_reply = np.where(human, _first_replies(rng, started, service), NEVER)
    answered = happened(first_reply)
    wait = np.where(answered, first_reply - started, NEVER)
    missed, spent = _rounds(rng, rounds, wait, service)
    unanswered = np.where(human, missed, 0)
    seconds = np.where(human, spent, BOT_SECONDS * rounds)
    slow = human & ~(wait <= 3 * MINUTE)
    satisfied = pl.Series(stars(rng, service - 1.5 * slow))
    return pl.DataFrame(
        {
            "session_id": row_ids("C", size),
            "shop_id": shop_ids(shop),
            "started_at": started,
            "first_reply_at": first_reply,
            "to_human": human,
            "satisfaction": known(satisfied, chance(rng, SATISFACTION_ASKED, size)),
            "rounds": rounds,
            "unanswered_rounds": unanswered,
            "reply_seconds": seconds,
            "order_id": known(order_ids(orders, order), linked),
            "agent_id": known(agent_ids(rng, shops, shop), answered),
        }
    )


def _sessions(rng: Rng, orders: Orders) -> tuple[Ints, Ints, Bools]:
    """Draw order, start, and whether the order is named; unnamed sessions start before it."""
    order = np.repeat(
        np.arange(len(orders.shop)), rng.poisson(SESSIONS_PER_ORDER, len(orders.shop))
    )
    linked = chance(rng, LINKED, len(order))
    after = waiting(rng, 48, len(order))
    before = waiting(rng, 3, len(order))
    started = np.abs(orders.created[order] + np.where(linked, after, -before))
    asleep = chance(rng, SLEEPERS, len(order))
    started = np.where(asleep, next_morning(rng, started), started)
    by_time = np.argsort(started, kind="stable")
    by_time = by_time[happened(started[by_time])]
    return order[by_time], started[by_time], linked[by_time]


def _first_replies(rng: Rng, started: Ints, service: Floats) -> Ints:
    """Draw when a human first answered: in minutes by day, in the morning after a night, or never."""
    size = len(started)
    soon = started + around(rng, FIRST_REPLY_HOURS * np.exp(-0.4 * service), 1.1, size)
    asleep = at_night(started) & ~chance(rng, NIGHT_SHIFT, size)
    reply = np.where(asleep, next_morning(rng, started), soon)
    return np.where(chance(rng, 0.03 * np.exp(-0.5 * service), size), NEVER, reply)


def _rounds(rng: Rng, rounds: Ints, first: Ints, service: Floats) -> tuple[Ints, Ints]:
    """Draw the rounds that no human answered, and the sum of seconds until the other answers.

    `first` is the time until the first reply, in seconds; without one no round is answered.
    """
    answered = happened(first)
    missed = rng.binomial(rounds - 1, np.clip(0.04 * np.exp(-0.5 * service), 0, 0.5))
    each = around(rng, FIRST_REPLY_HOURS * np.exp(-0.4 * service), 0.6, len(rounds))
    seconds = first + (rounds - missed - 1) * each
    return np.where(answered, missed, rounds), np.where(answered, seconds, 0)


def complaints_frame(rng: Rng, orders: Orders) -> pl.DataFrame:
    """Build the stream `complaints`: about paid orders, more about weak shops and late parcels."""
    likely = COMPLAINTS * np.exp(-0.8 * orders.service) + COMPLAINTS_LATE * orders.late
    order, time = _in_time(
        chance(rng, likely, len(likely)), orders.paid + waiting(rng, 120, len(likely))
    )
    size = len(order)
    return pl.DataFrame(
        {
            "complaint_id": row_ids("K", size),
            "shop_id": shop_ids(orders.shop[order]),
            "complained_at": time,
            "order_id": known(order_ids(orders, order), chance(rng, FILED, size)),
            "upheld": chance(rng, UPHELD, size),
        }
    )


def escalations_frame(
    rng: Rng, orders: Orders, asked: Applications, course: Course
) -> pl.DataFrame:
    """Build the stream `escalations`: every ticket in which the platform stepped in, and more."""
    likely = CALLS_FOR_HELP * np.exp(-0.5 * orders.service)
    called, time = _in_time(
        chance(rng, likely, len(likely)), orders.paid + waiting(rng, 120, len(likely))
    )
    disputed, ruled = _in_time(course.intervened <= LAST_SECOND, course.intervened)
    order = np.concatenate([called, asked.order[disputed]])
    time = np.concatenate([time, ruled])
    by_time = np.argsort(time, kind="stable")
    order, time = order[by_time], time[by_time]
    return pl.DataFrame(
        {
            "escalation_id": row_ids("E", len(order)),
            "shop_id": shop_ids(orders.shop[order]),
            "escalated_at": time,
            "order_id": known(order_ids(orders, order), chance(rng, FILED, len(order))),
        }
    )


def _in_time(chosen: Bools, time: Ints) -> tuple[Ints, Ints]:
    """Return rows that were chosen and have happened, by time, with their times."""
    rows = np.flatnonzero(chosen & happened(time))
    rows = rows[np.argsort(time[rows], kind="stable")]
    return rows, time[rows]
