"""What a sample needs besides the streams of core: shipping and messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any

Rows = Sequence[Mapping[str, Any]]

#: Hours from payment until an order is to be shipped, and the share of parcels with tracking.
HANDLING, TRACKED = 72, 0.97


def extend(streams: Mapping[str, Rows], rng: Random) -> dict[str, Rows]:
    """Return the orders with days of shipping, and messages."""
    return {
        "orders": [_order(order, rng) for order in streams["orders"]],
        "messages": [*_messages(streams["conversations"])],
    }


def _order(order: Mapping[str, Any], rng: Random) -> dict[str, Any]:
    paid, shipped = order["paid_at"], order["picked_up_at"]
    return {
        **order,
        "ship_due_at": None if paid is None else paid + timedelta(hours=HANDLING),
        "shipped_at": shipped,
        "tracking_valid": None if shipped is None else rng.random() < TRACKED,
        "channel": "platform" if rng.random() < 0.2 else "merchant",
        "seller_accountable": rng.random() < 0.98,
    }


def _messages(conversations: Rows) -> Iterator[dict[str, Any]]:
    """Yield conversations as first messages; who waits for minutes in a chat waits for hours here."""
    for one in conversations:
        asked, answered = one["started_at"], one["first_reply_at"]
        yield {
            "shop_id": one["shop_id"],
            "message_id": one["session_id"],
            "received_at": asked,
            "answered_at": None if answered is None else asked + 60 * (answered - asked),
        }
