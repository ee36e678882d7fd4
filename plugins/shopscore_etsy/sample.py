"""What a sample needs besides the streams of core: shipping, messages and cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any

Rows = Sequence[Mapping[str, Any]]

#: Hours from payment until an order is to be shipped, and the share of parcels with tracking.
HANDLING, TRACKED = 144, 0.995
SHARE, KIND = 0.03, "claim"


def extend(streams: Mapping[str, Rows], rng: Random) -> dict[str, Rows]:
    """Return the orders with days of shipping, first messages, and cases."""
    return {
        "orders": [_order(order, rng) for order in streams["orders"]],
        "messages": [*_messages(streams["conversations"])],
        "defects": [*_defects(streams["aftersales"], rng)],
    }


def _order(order: Mapping[str, Any], rng: Random) -> dict[str, Any]:
    paid, shipped = order["paid_at"], order["picked_up_at"]
    is_due = paid is not None and order["cancelled_at"] is None
    return {
        **order,
        "ship_due_at": paid + timedelta(hours=HANDLING) if is_due else None,
        "shipped_at": shipped,
        "tracking_valid": None if shipped is None else rng.random() < TRACKED,
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


def _defects(tickets: Rows, rng: Random) -> Iterator[dict[str, Any]]:
    """Yield a defect for some tickets about quality."""
    for ticket in tickets:
        if ticket["reason"] == "quality" and rng.random() < SHARE:
            yield {
                "shop_id": ticket["shop_id"],
                "defect_id": f"D{ticket['ticket_id']}",
                "order_id": ticket["order_id"],
                "happened_at": ticket["applied_at"],
                "kind": KIND,
                "counts": True,
            }
