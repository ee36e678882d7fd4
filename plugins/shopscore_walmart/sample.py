"""What a sample needs besides the streams of core: shipping, messages and scores of the console."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any

Rows = Sequence[Mapping[str, Any]]

#: Hours from payment until an order is to be shipped, and the share of parcels with tracking.
HANDLING, TRACKED = 144, 0.995
#: Scores that the console shows: the least and the greatest, and every how many days.
SCORES = {"shipping_score": (3, 80), "content_score": (60, 90), "price_competitiveness": (50, 95)}
EVERY = 3


def extend(streams: Mapping[str, Rows], rng: Random) -> dict[str, Rows]:
    """Return the orders with days of shipping, messages, and scores of the console."""
    return {
        "orders": [_order(order, rng) for order in streams["orders"]],
        "messages": [*_messages(streams["conversations"])],
        "shop_facts": [*streams["shop_facts"], *_scores(streams, rng)],
    }


def _order(order: Mapping[str, Any], rng: Random) -> dict[str, Any]:
    paid, shipped = order["paid_at"], order["picked_up_at"]
    is_due = paid is not None and order["cancelled_at"] is None
    return {
        **order,
        "ship_due_at": paid + timedelta(hours=HANDLING) if is_due else None,
        "shipped_at": shipped,
        "tracking_valid": None if shipped is None else rng.random() < TRACKED,
        "channel": "platform" if rng.random() < 0.2 else "merchant",
        "seller_accountable": rng.random() < 0.98,
    }


def _messages(conversations: Rows) -> Iterator[dict[str, Any]]:
    """Yield talks to a human as first messages; five minutes of waiting in a chat are an hour here."""
    for one in conversations:
        if not one["to_human"]:
            continue
        asked, answered = one["started_at"], one["first_reply_at"]
        yield {
            "shop_id": one["shop_id"],
            "message_id": one["session_id"],
            "received_at": asked,
            "answered_at": None if answered is None else asked + 12 * (answered - asked),
        }


def _scores(streams: Mapping[str, Rows], rng: Random) -> Iterator[dict[str, Any]]:
    """Yield scores of each shop, noted down every few days of the last month."""
    last = max(order["created_at"] for order in streams["orders"]).date()
    for shop in streams["shops"]:
        for name, (low, high) in SCORES.items():
            score = rng.uniform(low, high)
            for age in range(0, 30, EVERY):
                value = round(score + rng.uniform(-1, 1), 1)
                day = last - timedelta(days=age)
                yield {"shop_id": shop["shop_id"], "date": day, "name": name, "value": value}
