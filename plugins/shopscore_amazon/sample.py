"""What a sample needs besides the streams of core: shipping by the merchant, and defects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any

Rows = Sequence[Mapping[str, Any]]

#: Hours from payment until an order is to be shipped.
HANDLING = 144
#: Shares of orders: shipped by the platform; with an invoice that is late.
BY_PLATFORM, LATE_INVOICE = 0.2, 0.01
TRACKED = 0.99
#: Shares of bad reviews that become feedback, and of quality tickets that become claims.
FEEDBACK, CLAIMED, DENIED = 0.25, 0.1, 0.3


def extend(streams: Mapping[str, Rows], rng: Random) -> dict[str, Rows]:
    """Return the orders with more columns, and the stream of defects."""
    orders = [_order(order, rng) for order in streams["orders"]]
    return {"orders": orders, "defects": [*_defects(streams, rng)]}


def _order(order: Mapping[str, Any], rng: Random) -> dict[str, Any]:
    paid, shipped, due = order["paid_at"], order["picked_up_at"], order["delivery_due_at"]
    is_due = paid is not None and order["cancelled_at"] is None
    units = rng.choice((1, 1, 1, 2, 3))
    signed = order["signed_at"]
    in_time = signed is not None and due is not None and signed <= due
    return {
        **order,
        "channel": "platform" if rng.random() < BY_PLATFORM else "merchant",
        "ship_due_at": paid + timedelta(hours=HANDLING) if is_due else None,
        "shipped_at": shipped,
        "tracking_valid": None if shipped is None else rng.random() < TRACKED,
        "units": units,
        "units_on_time": units if in_time else 0,
        "cancel_reason_buyer": order["cancelled_by"] == "buyer",
        "invoice_late": rng.random() < LATE_INVOICE,
    }


def _defects(streams: Mapping[str, Rows], rng: Random) -> Any:
    """Yield feedback for some bad reviews, and claims for some tickets about quality."""
    for review in streams["reviews"]:
        if review["rating"] <= 2 and rng.random() < FEEDBACK:
            yield _defect(
                "F", review["review_id"], review, review["reviewed_at"], "negative_feedback", rng
            )
    for ticket in streams["aftersales"]:
        if ticket["reason"] == "quality" and rng.random() < CLAIMED:
            yield _defect("C", ticket["ticket_id"], ticket, ticket["applied_at"], "claim", rng)


def _defect(
    letter: str, id: str, row: Mapping[str, Any], at: Any, kind: str, rng: Random
) -> dict[str, Any]:
    return {
        "shop_id": row["shop_id"],
        "defect_id": f"{letter}{id}",
        "order_id": row["order_id"],
        "happened_at": at,
        "kind": kind,
        "counts": rng.random() >= DENIED,
    }
